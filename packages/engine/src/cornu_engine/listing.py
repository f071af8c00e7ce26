"""How a plan is printed: an instruction per line, and a line for each further result it has."""

from __future__ import annotations

import textwrap

from cornu_engine.cost import flops
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction, Steps
from cornu_engine.sourcetext import one_line

_UNITS = ("", "k", "M", "G", "T")
_VIEWS = 6  # of views of a value, before the rest is left out
_WIDEST = 64  # characters of an operation with its operands; more go on below


def listing(plan: Steps) -> str:
    """Return the instructions with shape, dtype, place, work and the layer they came from."""
    names = _names(plan)
    head = (
        f"program {one_line(plan.name)}: {len(plan.instructions)} instructions, "
        f"{human(plan.memory)}B of temporaries, {human(plan.flops)}FLOP"
    )
    rows: list[tuple[str, ...]] = [("", "operation", "shape", "dtype", "place", "FLOP", "from")]
    for instruction in plan.instructions:
        rows += _rows(plan, instruction, names)
    rows = [tuple(map(one_line, row)) for row in rows]
    widths = [max(len(r[c]) for r in rows) for c in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    results = ", ".join(_reference(o, names) for o in plan.outputs)
    return "\n".join([head, *lines, f"returns {results}"])


def _names(plan: Steps) -> dict[Node, str]:
    names = {node: one_line(label) for node, label in plan.labels().items()}
    for index, instruction in enumerate(plan.instructions):
        for i, output in enumerate(instruction.outputs):
            names[output] = f"%{index}" if len(instruction.outputs) == 1 else f"%{index}.{i}"
    return names


def _reference(node: Node, names: dict[Node, str]) -> str:
    views = []  # that nobody has named
    while node not in names and node.op not in ("constant", "iota") and node.inputs:
        views.append(node.op)
        node = node.inputs[0]
    if len(views) > _VIEWS:
        views[_VIEWS:] = ["…"]
    return "".join(f"{op}(" for op in views) + _leaf(node, names) + ")" * len(views)


def _leaf(node: Node, names: dict[Node, str]) -> str:
    if node in names:
        return names[node]
    if node.op == "constant":
        value = node.attrs["value"]
        return f"{value.reshape(())[()]:g}" if value.size == 1 else f"const{node.shape}"
    return f"iota({node.size})" if node.op == "iota" else node.op


def _rows(plan: Steps, instruction: Instruction, names: dict[Node, str]) -> list[tuple[str, ...]]:
    node, outputs = instruction.node, instruction.outputs
    operands = " ".join(_reference(i, names) for i in instruction.inputs)
    if instruction.op == "store":
        place = "=" if instruction.variable is None else f"={instruction.variable.path}"
        return [("", f"store {operands}", str(node.shape), str(node.dtype), place, "", node.scope)]
    work = flops(node)
    group = f" [{instruction.group}]" if instruction.group else ""
    text = f"{instruction.op} {operands}{group}"
    lines = textwrap.wrap(
        text, _WIDEST, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
    results = [
        (names[o], str(o.shape), str(o.dtype), str(plan.places[o]) if o in plan.places else "")
        for o in outputs
    ]
    lines += [""] * (len(results) - len(lines))
    results += [("",) * 4] * (len(lines) - len(results))
    last = (human(work) if work else "", node.scope)
    rows = []
    for line, (label, *about) in zip(lines, results, strict=True):
        rows.append((label, line, *about, *last))
        last = ("", "")
    return rows


def human(number: float) -> str:
    """Return a number with a decimal unit.

    Examples
    --------
    >>> human(1_250_000)
    '1.25 M'
    """
    unit = 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.3g} {_UNITS[unit]}"
