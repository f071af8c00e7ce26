"""Random programs: rows of the table with any shapes, strides, offsets and cuts.

`test_sanitizers.py` runs them again, on a library that watches its memory. There are only
operations whose results change little where their operands change little, so that a program can be
compared with the definitions to rounding.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cornu_backend_native.backend import NativeBackend
from cornu_backend_native.library import Library
from cornu_backend_native.settings import limits
from cornu_engine.primitives.table import p
from cornu_engine.program import Program, build_program
from cornu_engine.reference_backend import ReferenceBackend
from cornu_engine.trace import Trace

WATCHED = os.environ.get("SANITIZED")
BACKEND = NativeBackend(Library(Path(WATCHED)) if WATCHED else None)
DTYPES = ("float32", "float32", "float64", "int32", "int8", "uint16")
TOLERANCE = {"float32": 1e-5, "float64": 1e-13}
LARGEST = 6  # of an axis
SIZES = 2_000  # elements of a value, at most


@dataclass
class Drawn:
    """A program and what it is given."""

    program: Program
    inputs: list[np.ndarray]
    settings: dict[str, Any]


def draw(seed: int) -> Drawn:
    """Return a random program with random thresholds."""
    rng = np.random.default_rng(seed)
    dtype = DTYPES[rng.integers(len(DTYPES))]
    is_float = dtype.startswith("float")
    with Trace("fuzz") as trace:
        inputs = []
        for i in range(rng.integers(1, 4)):
            shape = tuple(int(n) for n in rng.integers(1, LARGEST + 1, rng.integers(1, 5)))
            inputs.append(trace.input(f"x{i}", shape, dtype))
        values = list(inputs)
        for _ in range(rng.integers(2, 14)):
            some = MOVES + SUMS + (IN_FLOATS if is_float else [])
            value = some[rng.integers(len(some))](rng, values[-rng.integers(1, len(values) + 1)])
            partner = values[rng.integers(len(values))]
            value = _with(rng, value, partner)
            if 0 < value.size <= SIZES:
                values.append(value)
        results = [values[i] for i in {len(values) - 1, int(rng.integers(len(values)))}]
        program = build_program("fuzz", trace, results)
    given = [
        rng.uniform(-1, 1, n.shape).astype(dtype)
        if is_float
        else rng.integers(0, 100, n.shape).astype(dtype)
        for n in inputs
    ]
    settings = {
        "block": int(rng.choice([3, 17, 64, 1024])),
        "share": int(rng.choice([1, 100, 8_000])),
        "members": int(rng.choice([1, 3, 48])),
        "prebuilt": bool(rng.integers(2)),
        "dirty": True,
    }
    return Drawn(program, given, settings)


def check(seed: int) -> None:
    """Run a random program twice and compare it with the definitions."""
    drawn = draw(seed)
    wanted = ReferenceBackend().compile(drawn.program)(*drawn.inputs)
    with limits.using(**drawn.settings):
        run = BACKEND.compile(drawn.program)
        for results in (run(*drawn.inputs), run(*drawn.inputs)):
            for result, right in zip(results, wanted, strict=True):
                near = TOLERANCE.get(str(right.dtype), 0)
                scale = max(1.0, float(np.abs(right.astype(float)).max()))
                said = f"seed {seed}\n{run.source}"
                np.testing.assert_allclose(result, right, near, near * scale, err_msg=said)


# ---- what is drawn: each takes the generator and a value, and returns another -------------------


def _with(rng: Any, x: Any, y: Any) -> Any:
    """Combine two values where they broadcast, as every fused group does."""
    try:
        shape = np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        return x
    x, y = (p.expand(_leading(v, len(shape)), shape=shape) for v in (x, y))
    op = (p.add, p.sub, p.maximum, p.minimum)[rng.integers(4)]
    return op(x, y)


def _leading(x: Any, rank: int) -> Any:
    return p.reshape(x, shape=(1,) * (rank - x.ndim) + tuple(x.shape))


def _axes(rng: Any, x: Any) -> tuple[int, ...]:
    count = rng.integers(1, x.ndim + 1)
    return tuple(sorted(int(i) for i in rng.permutation(x.ndim)[:count]))


def _transposed(rng: Any, x: Any) -> Any:
    return p.transpose(x, perm=tuple(int(i) for i in rng.permutation(x.ndim)))


def _sliced(rng: Any, x: Any) -> Any:
    start = [int(rng.integers(n)) for n in x.shape]
    stop = [int(rng.integers(a + 1, n + 1)) for a, n in zip(start, x.shape, strict=True)]
    step = [int(rng.integers(1, 4)) for _ in x.shape]
    return p.slice(x, start=tuple(start), stop=tuple(stop), step=tuple(step))


def _padded(rng: Any, x: Any) -> Any:
    low, high, inner = (
        tuple(int(n) for n in rng.integers(0, 3, x.ndim)) for _ in ("low", "high", "interior")
    )
    return p.pad(x, low=low, high=high, interior=inner, value=1)


def _joined(rng: Any, x: Any) -> Any:
    axis = int(rng.integers(x.ndim))
    return p.concat(x, p.flip(x, axes=(axis,)), x, axis=axis)


def _picked(rng: Any, x: Any) -> Any:
    axis = int(rng.integers(x.ndim))
    indices = np.array(rng.integers(0, x.shape[axis], rng.integers(1, 5)), np.int32)
    return p.gather(x, indices, axis=axis)


def _scattered(rng: Any, x: Any) -> Any:
    shape = (int(rng.integers(1, 7)), *x.shape[1:])
    indices = np.array(rng.integers(0, shape[0], x.shape[0]), np.int32)
    return p.scatter_add(indices, x, shape=shape, axis=0)


def _seen_in_windows(rng: Any, x: Any) -> Any:
    axis = int(rng.integers(x.ndim))
    size = int(rng.integers(1, x.shape[axis] + 1))
    return p.windows(x, axes=(axis,), size=(size,), strides=(1,), dilation=(1,))


def _flat(rng: Any, x: Any) -> Any:
    return p.reshape(x, shape=(x.size,)) if rng.integers(2) else p.reshape(x, shape=(1, *x.shape))


def _totals(name: str) -> Callable[[Any, Any], Any]:
    def total(rng: Any, x: Any) -> Any:
        kept = bool(rng.integers(2))
        return getattr(p, name)(x, axes=_axes(rng, x), keepdims=kept)

    return total


def _along(name: str) -> Callable[[Any, Any], Any]:
    return lambda rng, x: getattr(p, name)(x, axis=int(rng.integers(x.ndim)))


def _so_far(rng: Any, x: Any) -> Any:
    return p.cumsum(x, axis=int(rng.integers(x.ndim)), reverse=bool(rng.integers(2)))


def _product(rng: Any, x: Any) -> Any:
    if x.ndim < 2:
        return x
    perm = (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2)
    pair = [x, p.transpose(x, perm=perm)]
    return p.matmul(*(pair if rng.integers(2) else pair[::-1])) * np.asarray(0.1, x.dtype)


def _bent(rng: Any, x: Any) -> Any:
    return (p.tanh, p.abs, p.neg, p.erf)[rng.integers(4)](x)


MOVES = [_transposed, _sliced, _padded, _joined, _picked, _seen_in_windows, _flat]
SUMS = [_totals("sum"), _totals("max"), _totals("min"), _along("sort"), _so_far, _scattered]
IN_FLOATS = [_bent, _bent, _product]


# ---- the tests ----------------------------------------------------------------------------------


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_random_programs(first: int) -> None:
    for seed in range(first, first + 50):
        check(seed)
