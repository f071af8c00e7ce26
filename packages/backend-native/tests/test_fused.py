"""Prebuilt groups: the same bits as one operation after the other."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cornu_backend_native.backend import NativeBackend
from cornu_backend_native.lower import fused
from cornu_backend_native.settings import limits
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.trace import Trace

OPERATION = re.compile(r"(cast)_\w\d_(\w\d)|(\w+?_?)_\w\d")


def test_the_list_is_in_order_and_without_doubles() -> None:
    listed = fused.listed()
    assert listed == sorted(set(listed))
    assert len({fused.name_of(tape) for tape in listed}) == len(listed)


@pytest.mark.parametrize("eighth", range(8))
def test_the_same_bits_as_the_interpreter(eighth: int) -> None:
    tapes = fused.listed()[eighth::8]
    prebuilt = 0
    for tape in tapes:
        arrays, build = _program(tape)
        source, results = _run(arrays, build, True)
        prebuilt += "prebuilt" in source
        source, expected = _run(arrays, build, False)
        assert "prebuilt" not in source
        for one, other in zip(results, expected, strict=True):
            assert one.tobytes() == other.tobytes(), tape
    # tracing simplifies a few of them to others
    assert prebuilt >= 0.9 * len(tapes)


def _run(arrays: list[np.ndarray], build: Callable, prebuilt: bool) -> tuple[str, list[np.ndarray]]:
    with Trace("fused") as trace:
        inputs = [trace.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
        program = build_program("fused", trace, build(inputs))
    with limits.using(prebuilt=prebuilt, members=64):
        run = NativeBackend().compile(program)
    return run.source, run(*arrays)


def _program(tape: str) -> tuple[list[np.ndarray], Callable]:
    """Return operands of a tape, and a function that traces its operations."""
    rng = np.random.default_rng(0)
    operations, written = tape.split(" = ")
    steps = [each.split(" ") for each in operations.split("; ")]
    dtypes: dict[str, str] = {}
    for name, *operands in steps:
        takes = fused.signature(name)[0]
        takes = takes * len(operands) if len(takes) == 1 else takes
        for operand, dtype in zip(operands, takes, strict=True):
            dtypes.setdefault(operand, {"b1": "bool"}.get(dtype, dtype))
    places = [o for o in dtypes if o[0] != "t"]
    shapes = [(1, 1) if o[0] == "s" else (37, 41) for o in places]
    arrays = [
        (rng.normal(size=shape) * 2).astype(dtypes[place])
        for place, shape in zip(places, shapes, strict=True)
    ]

    def build(inputs: list[Any]) -> list[Any]:
        values = dict(zip(places, inputs, strict=True))
        for number, (name, *operands) in enumerate(steps):
            values[f"t{number}"] = _apply(name, [values[o] for o in operands])
        return [values[o] for o in written.split(" ")]

    return arrays, build


def _apply(name: str, values: list[Any]) -> Any:
    match = OPERATION.fullmatch(name)
    assert match is not None
    if match[1]:
        return p.cast(*values, dtype={"b1": "bool"}.get(match[2], match[2]))
    return getattr(p, match[3])(*values)
