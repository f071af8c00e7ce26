"""The source of a whole program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from cornu_backend_numpy.emit.frame import Frame
from cornu_backend_numpy.emit.loops import emit_scan
from cornu_backend_numpy.emit.names import Names
from cornu_backend_numpy.emit.operations import OPERATIONS
from cornu_backend_numpy.emit.parts import in_parts
from cornu_backend_numpy.emit.regions import emit_region
from cornu_backend_numpy.emit.stages import in_stages
from cornu_backend_numpy.rows.regions import Region
from cornu_backend_numpy.runtime import NAMESPACE
from cornu_engine.instructions import Instruction
from cornu_engine.listing import human
from cornu_engine.plan import Plan
from cornu_engine.sourcetext import comment
from cornu_engine.variable import Variable

_TAKEN = frozenset({*NAMESPACE, "bind", "step", "memory", "inputs", "state", "constants"}) | {
    "scratch",
    "scratches",
    "own",
    "pool",
    "part",
    "local",
    "blocks",
    "totals",
    "total",
}


_WORK = "What each run does."  # above it stands what is done once


@dataclass(frozen=True, eq=False)
class Source:
    """Source text and what it needs.

    Attributes
    ----------
    text : str
        Defines `bind(memory, inputs, state, constants, scratches, pool)`, which returns `(step,
        outputs)`.
    state : tuple of Variable
    constants : tuple of ndarray
    """

    text: str
    state: tuple[Variable, ...]
    constants: tuple[np.ndarray, ...]


def write_source(plan: Plan, regions: Mapping[int, Region]) -> Source:
    """Return the source of a plan, given what its groups are."""
    constants: dict[str, np.ndarray] = {}
    frame = Frame(plan, Names(_TAKEN, plan.labels()), constants)
    inputs = [frame.known.setdefault(n, frame.names.of(n)) for n in plan.inputs]
    state = [frame.known.setdefault(n, frame.names.of(n)) for n in plan.state.values()]
    write_instructions(frame, regions)
    outputs = [frame.value(o) for o in plan.outputs]
    functions, stages = in_stages(frame.body, frame.names)
    head = [
        f"# {comment(plan.name)}: {len(plan.instructions)} instructions, {human(plan.flops)}FLOP, "
        f"{human(plan.memory)}B of temporaries",
        "def bind(memory, inputs, state, constants, scratches, pool):",
        "    scratch = scratches[0]",
        *_own(frame.own),
        *_unpack(inputs, "inputs", [f"{n.shape} {n.dtype}" for n in plan.inputs]),
        *_unpack(state, "state", [f"{v.path} {v.shape} {v.dtype}" for v in plan.state]),
        *_unpack(list(constants), "constants", [_describe(c) for c in constants.values()]),
        *(f"    {line}" for line in frame.prepare),
        "",
        f"    # {_WORK}",
        *(f"    {line}".rstrip() for line in functions),
        "",
    ]
    parts, body = in_parts(stages, head, frame.names)
    lines = [
        *head,
        *parts,
        "    def step():",
        *(f"        {line}" for line in body or ["pass"]),
        "",
        f"    return step, [{', '.join(outputs)}]",
    ]
    return Source("\n".join(lines) + "\n", tuple(plan.state), tuple(constants.values()))


def write_instructions(frame: Frame, regions: Mapping[int, Region]) -> None:
    """Write all instructions of a frame's plan in order, groups as regions."""
    for group, members in groupby(frame.plan.instructions, lambda i: i.group):
        if group is None:
            for instruction in members:
                _write(frame, instruction)
        else:
            emit_region(frame, regions[group], _write)


def _write(frame: Frame, instruction: Instruction) -> None:
    if instruction.op == "scan":
        emit_scan(frame, instruction, lambda body: write_instructions(body, {}))
    else:
        OPERATIONS[instruction.op](frame, instruction)


def _own(size: int | None) -> list[str]:
    """The first thread's blocks lie in the memory of the program, the others have their own."""
    return [] if size is None else [f"    own = [None, *(allocate({size}) for _ in scratches[1:])]"]


def _unpack(names: list[str], source: str, notes: list[str]) -> list[str]:
    return [
        f"    {name} = {source}[{i}]  # {comment(note)}"
        for i, (name, note) in enumerate(zip(names, notes, strict=True))
    ]


def _describe(value: np.ndarray) -> str:
    return (
        f"{value.item()!r} {value.dtype}" if value.shape == () else f"{value.shape} {value.dtype}"
    )
