"""In no module that writes source text that is not ours gets there but through the wall."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.text_to_source import Flow, modules

PACKAGES = Path(__file__).parents[1] / "packages"
LOWERING = PACKAGES / "lowering/src/cornu_lowering"
EXPORT = PACKAGES / "export/src/cornu_export"
EMITTERS = {
    "numpy": [PACKAGES / "backend-numpy/src/cornu_backend_numpy/emit"],
    "opencl": [PACKAGES / "backend-opencl/src/cornu_backend_opencl/codegen", LOWERING],
    "c": [EXPORT / "c"],
    "python": [EXPORT / "python"],
}


@pytest.mark.parametrize("backend", EMITTERS)
def test_no_foreign_text_reaches_source(backend):
    assert not Flow(modules(*EMITTERS[backend])).reached


@pytest.mark.parametrize("backend", EMITTERS)
def test_every_call_of_the_wall_is_needed_and_seen(backend):
    sources = modules(*EMITTERS[backend])
    calls = Flow(sources).calls
    assert len(calls) >= 4
    # numbers are not foreign: of the calls only `number` makes no difference
    unseen = [name for n, name in enumerate(calls) if not Flow(sources, without=n).reached]
    assert set(unseen) <= {"number"}


# What an emitter might do: each is seen, wherever the text has been in between.
WRONG = {
    "numpy": [
        'frame.line(f"x = 1  # {instruction.node.scope}")',
        "frame.line(comment(instruction))",
        'frame.define(hint(instruction), "1")',
        "frame.prepare.append(instruction.variable.path)",
        'frame.body.extend(["#", f"# {frame.plan.name}"])',
        'frame.kernel("k", "run(%s)" % instruction.node.scope)',
        'frame.line("# {}".format(frame.plan.labels()[instruction.node]))',
        'frame.aspect(node, "x", "{}" + node.attrs["name"])',
        "for path in [v.path for v in frame.plan.state]:\n        frame.line(path)",
        'text = " ".join([last_part(node.scope), "x"])\n    frame.line(text)',
        "def inner():\n        return stretch([node.scope], 'x')\n    frame.line(inner())",
        "frame.kept = node.scope\n    frame.line(frame.kept)",
        "frame.line(*[node.scope])",
        "frame.line(text=node.scope)",
    ],
    "opencl": [
        'function.line(f"// {frame.label(node)}")',
        "function.line(comment(instruction))",
        "function.head.append(frame.label(node))",
        "function.name = node.scope",
        'with function.block(f"/* {summary([instruction])} */"):\n        pass',
        "Function(comment(instruction), 'x')",
        "get(function, lanes, view, (1,), (node.scope,), '1')",
        'function.line("x", frame.label(node).lower()) or function.line(frame.labels[node])',
    ],
    "c": [
        'frame.line(f"/* {node.scope} */")',
        "frame.line(where(node))",
        "frame.lines.extend([instruction.variable.path])",
        'frame.source.array(node.scope, node.dtype, 1, "A value.")',
        'source.constants[node] = (source.labels[node], node.attrs["value"])',
        "frame.line(frame.source.helper(node.scope, node.dtype))",
        "def more():\n        yield node.scope\n    frame.lines.extend(more())",
        "def more():\n        yield from [node.scope]\n    frame.lines += list(more())",
        'with frame.block(f"for (; /* {node.scope} */ ;)"):\n        pass',
        "with frame.loop(node.scope, 3):\n        pass",
        'Source(node.scope, False, {}).array("x", node.dtype, 1, "A value.")',
        "Operand(node.scope, 0, (), (), node.dtype)\n    frame.line(frame.operand(node).array)",
        'Written(node.scope, "", b"")',
        'Written("", frame.source.labels[node], b"")',
    ],
    "python": [
        'writer.line(f"x = 1  # {node.scope}")',
        'writer.line(row["layer"])',
        "writer.line(row.get('layer', ''))",
        "writer.arrays[node.scope] = 1",
        "writer.sizes.append(node.scope)",
        "writer.inputs.extend(spec.name for spec in writer.description.inputs)",
        "writer.lines.append(writer.title)",
        'writer._named("x", f"np.abs({node.scope})", node)',
        "def more():\n        yield node.scope\n    writer.lines.extend(more())",
        "writer.arrays.update({node.scope: 1})",
    ],
}
RIGHT = {
    "numpy": [
        'frame.line("x = 1", instruction.node.scope)',
        'frame.kernel(hint(instruction), "run()")',
        "frame.line(frame.names.new(node.scope))",
        'if node.scope == "x":\n        frame.line("pass")',
    ],
    "opencl": [
        'function.line("x;", frame.label(node))',
        "function.comment = summary([instruction])",
        'get(function, lanes, view, (1,), ("i",), "1", frame.label(node))',
    ],
    "c": [
        "frame.note(instruction)",
        'frame.source.array("memory", node.dtype, 1, f"{node.scope}: kept.")',
        'frame.source.labels[node] = f"{node.scope}, by columns"',
        "frame.line(c_type(node.dtype, node.scope).name)",
        "raise SavingError(where(node))",
    ],
    "python": [
        'writer.line("x = 1", node.scope)',
        "writer.line(writer.names.new(node.scope))",
        'writer._named(f"{node.scope}_add", "np.add(x, y)", node, row["layer"])',
        "writer.notes[writer.names.new(node.scope)] = node.scope",
    ],
}
HEADS = {
    "numpy": "from cornu_backend_numpy.emit.elementwise import comment, hint\n",
    "opencl": "from cornu_backend_opencl.codegen.frame import comment\n",
    "c": "",
    "python": "",
}


def _with(backend, code):
    """What is reached when an emitter more does what `code` does."""
    arguments = "frame, instruction, function, node, lanes, view, source, writer, row"
    function = f"def emit_more({arguments}):\n    {code}\n"
    return Flow([*modules(*EMITTERS[backend]), HEADS[backend] + function]).reached


def _rows(table):
    return [(backend, code) for backend, codes in table.items() for code in codes]


@pytest.mark.parametrize(("backend", "code"), _rows(WRONG))
def test_another_way_is_seen(backend, code):
    assert _with(backend, code)


@pytest.mark.parametrize(("backend", "code"), _rows(RIGHT))
def test_the_way_through_the_wall_is_free(backend, code):
    assert not _with(backend, code)


def test_source_is_compiled_where_it_is_written_by_these_modules_and_nowhere_else():
    """Who runs text at all: another place would need another row of `EMITTERS`."""
    found = set()
    for path in sorted(PACKAGES.glob("*/src/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                compiles = called == "compile" and len(node.args) == 3
                if compiles or called in ("exec", "eval") or called.endswith("cl.Program"):
                    found.add((path.name, called.rpartition(".")[2]))
    python = {("executable.py", "exec"), ("executable.py", "compile")}
    users_script = {("program.py", "compile"), ("tracebacks.py", "exec")}  # `python -m cornu`
    assert found == {*python, *users_script, ("session.py", "Program")}
