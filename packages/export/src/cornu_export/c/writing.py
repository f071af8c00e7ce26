"""The C file of a model, its header, and its file of weights."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu_engine.files.atomic import write_bytes
from cornu_engine.graph import Node
from cornu_engine.layout import contiguous_strides
from cornu_engine.plan import Plan
from cornu_engine.program import Program
from cornu_engine.shapes import product
from cornu_engine.sourcetext import comment, identifier
from cornu_export.c.copies import copy
from cornu_export.c.frame import Frame, Operand
from cornu_export.c.operations import LOWERS, emit_all, group
from cornu_export.c.source import Source
from cornu_export.c.streams import step_program
from cornu_export.c.types import c_type
from cornu_export.describe import InputSpec
from cornu_export.frozen import Weights, fixed_shapes, frozen

_ERRORS = {
    "OK": "what was asked for has been done",
    "ERROR_NULL": "a pointer is NULL",
    "ERROR_SHAPE": "an array has another length",
    "ERROR_INDEX": "an input holds a number of a row that there is not",
    "ERROR_WEIGHTS": "the weights have not been loaded, or are not as many",
}


def write_c(
    filepath: Any,
    name: str,
    function: Callable[..., Any],
    specs: Sequence[InputSpec],
    output_names: Sequence[str],
    batch: int = 1,
    weights: str = "inline",
    step: bool = False,
) -> None:
    """Trace a function for a batch of one size and write it as C99.

    Parameters
    ----------
    filepath : path
        Of the `.c` file; its name without the ending begins all names in it.
    name : str
        Of the model, for a comment.
    function : callable
        Gets one traced value per input.
    specs : sequence of InputSpec
    output_names : sequence of str
        For a comment.
    batch : int
    weights : {"inline", "file"}
        Where float32 weights stand: in the source, or in a `.bin` file beside it.
    step : bool
        Whether to write one step of a recurrent model instead, whose state goes on from call to
        call. The steps of its inputs, axis 1, are free.

    Raises
    ------
    SavingError
        If C cannot say what the function computes; the message names the layer.
    """
    if weights not in ("inline", "file"):
        raise ValueError(f"weights should be 'inline' or 'file'; got {weights!r}.")
    if isinstance(batch, bool) or not isinstance(batch, (int, np.integer)) or batch < 1:
        raise ValueError(f"batch should be a positive number of rows; got {batch!r}.")
    path = os.fspath(filepath)
    stem = os.path.splitext(path)[0]
    prefix = _prefix(os.path.basename(stem))
    written = c_source(
        prefix, name, function, specs, output_names, int(batch), weights == "file", step
    )
    write_bytes(path, written.source.encode("ascii"))
    write_bytes(f"{stem}.h", written.header.encode("ascii"))
    if weights == "file":
        write_bytes(f"{stem}.bin", written.weights)


_WORDS = frozenset(
    "auto break case char const continue default do double else enum extern float for goto if "
    "inline int long register restrict return short signed sizeof static struct switch typedef "
    "union unsigned void volatile while main".split()
)


def _prefix(stem: str) -> str:
    name = identifier(stem)
    return f"{name}_model" if name in _WORDS or not name[0].isalpha() else name


@dataclass(frozen=True)
class Written:
    """The text of a file, of its header, and the bytes of its weights."""

    source: str
    header: str
    weights: bytes


@dataclass(frozen=True)
class _Function:
    """A function of the file: its name, its plan, the lines of its body."""

    name: str
    plan: Plan
    lines: list[str]

    def arrays(self, kind: str) -> list[tuple[str, Node]]:
        """Return the parameters of one kind, x or y: one has no number."""
        nodes = self.plan.inputs if kind == "x" else self.plan.outputs
        return [(kind if len(nodes) == 1 else f"{kind}{i}", n) for i, n in enumerate(nodes)]


def c_source(
    prefix: str,
    name: str,
    function: Callable[..., Any],
    specs: Sequence[InputSpec],
    output_names: Sequence[str],
    batch: int = 1,
    file_weights: bool = False,
    step: bool = False,
) -> Written:
    """Return the files of a function in C; for the parameters see `write_c`."""
    known: Weights = {}
    if step:
        programs = {"step": step_program(function, specs, batch, known)}
    else:
        shapes = fixed_shapes(specs, batch, "C")
        programs = {"predict": frozen(function, specs, shapes, known)}
    labels = {node: variable.path for variable, node in known.items()}
    source = Source(prefix, file_weights, labels)
    functions = [_function(source, each, program) for each, program in programs.items()]
    names = [spec.name for spec in specs], list(output_names)
    bodies = [_body(source, each) for each in functions]
    helpers = list(source.helpers())
    declared = list(source.declarations())
    parts = [
        _comment(source, name, functions, names),
        "\n".join(source.includes("\n".join([*helpers, *declared, *bodies])))
        + f'\n#include "{prefix}.h"',
        "\n".join(declared),
        *helpers,
        *bodies,
        *_extras(source, functions),
    ]
    text = "\n\n".join(part for part in parts if part) + "\n"
    data = b"".join(w.astype("<f4").tobytes() for w in source.weights)
    return Written(_ascii(text), _ascii(_header(source, name, functions)), data)


def _ascii(text: str) -> str:
    """Spell what is not ASCII: it stands in comments only."""
    return "".join(c if c.isascii() else f"<U+{ord(c):04X}>" for c in text)


def _function(source: Source, name: str, program: Program) -> _Function:
    plan = program.plan(LOWERS, group, group)
    made = _Function(name, plan, [])
    for node in (*plan.inputs, *plan.outputs):
        c_type(node.dtype, node.scope)
    inputs: dict[Node, Operand] = {}
    for array, node in made.arrays("x"):
        inputs[node] = _given(array, node)
    for number, (variable, leaf) in enumerate(plan.state.items()):
        value = np.asarray(variable.array)
        array = source.state(
            source.number() + number, value, f"{variable.path}: kept from call to call."
        )
        inputs[leaf] = _given(array, leaf)
    for array, node in made.arrays("y"):
        if _is_free(plan, node) and node not in inputs:
            inputs[node] = _given(array, node)
    frame = Frame(source, plan, inputs, made.lines)
    emit_all(frame)
    for array, node in made.arrays("y"):
        if inputs.get(node) != _given(array, node):
            frame.line("/* result */")
            copy(frame, frame.operand(node), _given(array, node))
    return made


def _given(array: str, node: Node) -> Operand:
    return Operand(array, 0, contiguous_strides(node.shape), node.shape, node.dtype)


def _is_free(plan: Plan, node: Node) -> bool:
    """Tell whether a value has a slot of its own, so that any other place would do as well."""
    place = plan.places.get(node)
    wholes = (whole for whole, _ in plan.inside.values())
    return (
        place is not None
        and place.kind == "slot"
        and not place.local
        and node not in plan.inside
        and all(node is not whole for whole in wholes)
    )


# ---- text


def _parameters(function: _Function, sized: bool = False) -> str:
    words = []
    for kind, const in (("x", "const "), ("y", "")):
        for array, node in function.arrays(kind):
            words.append(f"{const}{c_type(node.dtype).name} *{array}")
            words += [f"size_t {array}_size"] if sized else []
    return ", ".join(words)


def _head(source: Source, function: _Function, sized: bool = False) -> str:
    end = "_sized" if sized else ""
    return f"int {source.prefix}_{function.name}{end}({_parameters(function, sized)})"


def _body(source: Source, function: _Function) -> str:
    upper = source.prefix.upper()
    arrays = [array for kind in "xy" for array, _ in function.arrays(kind)]
    null = " || ".join(f"({array} == NULL)" for array in arrays)
    lines = [_head(source, function), "{", f"    if ({null}) {{"]
    lines += [f"        return {upper}_ERROR_NULL;", "    }"]
    if source.weights:
        lines += [f"    if ({source.prefix}_weights == NULL) {{"]
        lines += [f"        return {upper}_ERROR_WEIGHTS;", "    }"]
    return "\n".join([*lines, *function.lines, f"    return {upper}_OK;", "}"])


def _extras(source: Source, functions: Sequence[_Function]) -> list[str]:
    upper, parts = source.prefix.upper(), []
    for function in functions:
        arrays = [one for kind in "xy" for one in function.arrays(kind)]
        wrong = " || ".join(f"({array}_size != {node.size}u)" for array, node in arrays)
        given = ", ".join(array for array, _ in arrays)
        parts.append(
            f"{_head(source, function, sized=True)}\n{{\n    if ({wrong}) {{\n"
            f"        return {upper}_ERROR_SHAPE;\n    }}\n"
            f"    return {source.prefix}_{function.name}({given});\n}}"
        )
    if source.has_state:
        parts.append(f"void {source.prefix}_reset(void)\n{{\n" + "\n".join(source.reset()) + "\n}")
    if source.weights:
        count = sum(w.size for w in source.weights)
        parts.append(
            f"int {source.prefix}_load(const float *weights, size_t count)\n{{\n"
            f"    if ((weights == NULL) || (count != {count}u)) {{\n"
            f"        return {upper}_ERROR_WEIGHTS;\n    }}\n"
            f"    {source.prefix}_weights = weights;\n    return {upper}_OK;\n}}"
        )
    return parts


def _comment(
    source: Source,
    name: str,
    functions: Sequence[_Function],
    names: tuple[Sequence[str], Sequence[str]],
) -> str:
    lines = [f"The model {name!r} in C99, written by Cornu.", ""]
    for function in functions:
        lines.append(f"{source.prefix}_{function.name}")
        for kind, called in zip("xy", names, strict=True):
            arrays = function.arrays(kind)
            known = called if len(called) == len(arrays) else [""] * len(arrays)
            for (array, node), label in zip(arrays, known, strict=True):
                shape = " x ".join(map(str, node.shape)) or "1"
                of = f"  {label!r}" if label else ""
                lines.append(f"    {array}: {node.dtype} {shape}{of}")
        lines.append(f"    FLOPs: {function.plan.flops}")
    lines += [
        "",
        f"RAM:   {source.ram} bytes of static arrays",
        f"Flash: {source.flash} bytes of weights and constants, the code not counted",
    ]
    if source.weights:
        lines.append(f"       of these {sum(w.nbytes for w in source.weights)} in a file")
    inside = "\n".join(f" * {comment(line)}".rstrip() for line in lines)
    return f"/*\n{inside}\n */"


def _header(source: Source, name: str, functions: Sequence[_Function]) -> str:
    prefix, upper = source.prefix, source.prefix.upper()
    lines = [f"/* {comment(f'The model {name!r} in C99, written by Cornu.')} */"]
    lines += [f"#ifndef {upper}_H", f"#define {upper}_H", ""]
    lines += ["#include <stddef.h>", "#include <stdint.h>", ""]
    lines += ["#ifdef __cplusplus", 'extern "C" {', "#endif", ""]
    for number, (error, why) in enumerate(_ERRORS.items()):
        lines.append(f"#define {upper}_{error} {number} /* {why} */")
    lines.append("")
    for function in functions:
        for kind in "xy":
            for array, node in function.arrays(kind):
                size = f"{upper}_{function.name.upper()}_{array.upper()}_SIZE"
                lines.append(f"#define {size} {product(node.shape)}u")
    lines += ["", "/* Each array holds as many numbers as its size says; none may overlap another."]
    lines += [" * The same with the lengths of the arrays returns an error if one is wrong. */"]
    for function in functions:
        lines.append(f"{_head(source, function)};")
        lines.append(f"{_head(source, function, sized=True)};")
    if source.has_state:
        lines += ["", "/* Let the state begin anew. */", f"void {prefix}_reset(void);"]
    if source.weights:
        lines += [
            "",
            "/* Say where the numbers of the file of weights lie; they are not copied. */",
        ]
        lines.append(f"int {prefix}_load(const float *weights, size_t count);")
    lines += ["", "#ifdef __cplusplus", "}", "#endif", "", "#endif"]
    return "\n".join(lines) + "\n"
