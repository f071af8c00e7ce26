"""In no module that writes source text that is not ours gets there but through the wall."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.text_to_source import Flow, modules

PACKAGES = Path(__file__).parents[1] / "packages"
LOWERING = PACKAGES / "lowering/src/cornu_lowering"
EMITTERS = {
    "numpy": [PACKAGES / "backend-numpy/src/cornu_backend_numpy/emit"],
    "opencl": [PACKAGES / "backend-opencl/src/cornu_backend_opencl/codegen", LOWERING],
}


@pytest.mark.parametrize("backend", EMITTERS)
def test_no_foreign_text_reaches_source(backend):
    assert not Flow(modules(*EMITTERS[backend])).reached


@pytest.mark.parametrize("backend", EMITTERS)
def test_every_call_of_the_wall_is_needed_and_seen(backend):
    sources = modules(*EMITTERS[backend])
    calls = Flow(sources).calls
    assert calls >= 4
    # numbers are not foreign: of the calls only `number` makes no difference
    numbers = sum(source.count("{number(node.attrs") for source in sources)
    unseen = [n for n in range(calls) if not Flow(sources, without=n).reached]
    assert len(unseen) <= numbers


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
}
HEADS = {
    "numpy": "from cornu_backend_numpy.emit.elementwise import comment, hint\n",
    "opencl": "from cornu_backend_opencl.codegen.frame import comment\n",
}


def _with(backend, code):
    """What is reached when an emitter more does what `code` does."""
    function = f"def emit_more(frame, instruction, function, node, lanes, view):\n    {code}\n"
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
