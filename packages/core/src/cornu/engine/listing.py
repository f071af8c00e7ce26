"""How a plan is printed: one line per instruction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cornu.engine.cost import flops
from cornu.engine.graph import Node

if TYPE_CHECKING:
    from cornu.engine.plan import Instruction, Plan

_UNITS = ("", "k", "M", "G", "T")


def listing(plan: Plan) -> str:
    """Return the instructions with shape, dtype, place, work and the layer they came from."""
    names = _names(plan)
    head = (
        f"program {plan.name}: {len(plan.instructions)} instructions, "
        f"{human(plan.memory)}B of temporaries, {human(plan.flops)}FLOP"
    )
    rows: list[tuple[str, ...]] = [("", "operation", "shape", "dtype", "place", "FLOP", "from")]
    rows += [_row(plan, i, names) for i in plan.instructions]
    widths = [max(len(r[c]) for r in rows) for c in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    results = ", ".join(_reference(o, names) for o in plan.outputs)
    return "\n".join([head, *lines, f"returns {results}"])


def _names(plan: Plan) -> dict[Node, str]:
    names = plan.labels()
    for index, instruction in enumerate(plan.instructions):
        for i, output in enumerate(instruction.outputs):
            names[output] = f"%{index}" if len(instruction.outputs) == 1 else f"%{index}.{i}"
    return names


def _reference(node: Node, names: dict[Node, str]) -> str:
    if node in names:
        return names[node]
    if node.op == "constant":
        value = node.attrs["value"]
        return f"{value.reshape(())[()]:g}" if value.size == 1 else f"const{node.shape}"
    if node.op == "iota":
        return f"iota({node.size})"
    return f"{node.op}({_reference(node.inputs[0], names)})" if node.inputs else node.op


def _row(plan: Plan, instruction: Instruction, names: dict[Node, str]) -> tuple[str, ...]:
    operands = " ".join(_reference(i, names) for i in instruction.inputs)
    node = instruction.node
    if instruction.op == "store":
        target = "" if instruction.variable is None else instruction.variable.path
        return (
            "",
            f"store {operands}",
            str(node.shape),
            str(node.dtype),
            f"={target}",
            "",
            node.scope,
        )
    output = instruction.outputs[0]
    label = names[output].split(".")[0]
    places = " ".join(str(plan.places[o]) for o in instruction.outputs if o in plan.places)
    work = flops(node)
    group = f" [{instruction.group}]" if instruction.group else ""
    return (
        label,
        f"{instruction.op} {operands}{group}",
        str(node.shape),
        str(output.dtype) if not node.is_tuple else ",".join(map(str, node.dtype)),
        places,
        human(work) if work else "",
        node.scope,
    )


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
