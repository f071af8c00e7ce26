"""Prebuilt groups: the same bits as one operation after the other."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cornu_backend_native import fused
from cornu_backend_native.backend import NativeBackend
from cornu_backend_native.executable import NativeExecutable
from cornu_backend_native.lower.listing import tapes_of
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


def test_one_computation_has_one_tape() -> None:
    x, y, z = (np.linspace(-1, 1, 12, dtype="float32").reshape(3, 4) + i for i in range(3))
    ways: list[Callable] = [
        lambda v: [p.maximum(v[0] * v[1] + v[2], v[0]), v[0] * v[1] - v[2]],
        lambda v: [p.maximum(v[2] + v[1] * v[0], v[0]), v[1] * v[0] - v[2]],
        lambda v: [v[1] * v[2] - v[0], p.maximum(v[0] + v[1] * v[2], v[2])],
    ]
    tapes = {tuple(tapes_of(_compiled([x, y, z], way)._lowered.steps)) for way in ways}
    assert len(tapes) == 1, tapes


def test_what_does_not_commute_keeps_its_order() -> None:
    x, y = np.array([[0.0, -0.0, np.nan, 1.0]], "float32"), np.array([[-0.0, 0.0, 2.0, 3.0]], "f4")
    for build in (
        lambda v: [p.maximum(v[1], v[0]) - v[0], p.maximum(v[0], v[1])],
        lambda v: [p.minimum(v[0], v[1]) / v[1], p.minimum(v[1], v[0])],
    ):
        _, fused_ones = _run([x, y], build, True)
        _, alone = _run([x, y], build, False)
        assert [a.tobytes() for a in fused_ones] == [a.tobytes() for a in alone]


def test_a_function_that_writes_more_than_is_wanted_serves() -> None:
    met = 0
    for tape in fused.listed():
        operations, written = tape.split(" = ")
        last = f"t{operations.count(';')}"
        alone = f"{operations} = {last}"
        if written.split(" ")[1:] != [last] or alone in fused.listed() or met > 20:
            continue
        arrays, build = _program(alone)
        source, results = _run(arrays, build, True)
        if fused.name_of(alone) not in source:  # simplified to another one
            continue
        met += 1
        assert "prebuilt */" in source, source
        _, expected = _run(arrays, build, False)
        assert results[0].tobytes() == expected[0].tobytes(), tape
    assert met


def test_a_function_of_vectors_serves_a_single_number(monkeypatch: pytest.MonkeyPatch) -> None:
    tape = "add_f4 v0 v1; maximum_f4 t0 s2"
    names = {("add_f4", "maximum_f4"): {tape: ["t1"]}}
    monkeypatch.setattr(fused, "by_names", lambda: names)
    x = np.linspace(-3, 3, 5_003, dtype="float32")[None].repeat(2, 0)
    arrays = [x, np.full((1, 1), 0.7, "float32")]
    source, results = _run(arrays, lambda v: [p.maximum(v[0] + v[1], 0.0)], True)
    assert "prebuilt */" in source, source
    np.testing.assert_array_equal(results[0], np.maximum(x + arrays[1], 0))


def _run(arrays: list[np.ndarray], build: Callable, prebuilt: bool) -> tuple[str, list[np.ndarray]]:
    with limits.using(prebuilt=prebuilt, members=64):
        run = _compiled(arrays, build)
    return run.source, run(*arrays)


def _compiled(arrays: list[np.ndarray], build: Callable) -> NativeExecutable:
    with Trace("fused") as trace:
        inputs = [trace.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
        return NativeBackend().compile(build_program("fused", trace, build(inputs)))


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
