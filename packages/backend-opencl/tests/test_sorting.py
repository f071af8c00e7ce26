"""Sorting, and rows added up by number, at sizes of every kind, on both schedules."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from cornu import ops
from cornu_engine.primitives.table import p

# Around the sizes at which the way changes: one block, two, an odd number of runs, many.
SIZES = (0, 1, 2, 31, 127, 128, 129, 256, 257, 385, 1000, 4099, 100_003)


def keys(size, dtype="float32", distinct=9):
    """Numbers with many equals; of floats, also NaN, infinity and both zeros."""
    rng = np.random.default_rng(size)
    if dtype == "bool":
        return rng.random(size) < 0.5
    drawn = rng.integers(0, distinct, size).astype(dtype)
    if drawn.dtype.kind == "f":
        drawn[rng.random(size) < 0.1] = np.nan
        drawn[rng.random(size) < 0.1] = -np.inf
    return drawn


def both(x, *, axis):
    return [p.sort(x, axis=axis), p.argsort(x, axis=axis)]


@pytest.mark.parametrize("size", SIZES)
def test_sorted_as_defined(agree, backend, size):
    arrays = [keys(size, distinct=n) for n in (3, 10**6)]
    agree(lambda a, b: [*both(a, axis=0), *both(b, axis=0)], *arrays, backend=backend, exact=True)


@pytest.mark.parametrize(
    "dtype", ["bool", "int8", "uint8", "int64", "uint64", "float16", "float64"]
)
def test_of_every_kind_of_number(agree, backend, dtype):
    agree(partial(both, axis=0), keys(1000, dtype), backend=backend, exact=True)


@pytest.mark.parametrize(("shape", "axis"), [((300, 7), 0), ((3, 300, 5), 1), ((5, 300), 1)])
def test_along_any_axis_and_of_views(agree, backend, shape, axis):
    x = keys(int(np.prod(shape)), distinct=50).reshape(shape)
    agree(partial(both, axis=axis), x, backend=backend, exact=True)

    def turned(x):
        return both(p.transpose(p.flip(x, axes=(0,)), perm=tuple(range(x.ndim))[::-1]), axis=0)

    agree(turned, x, backend=backend, exact=True)


def test_the_largest_are_found_with_their_places(agree, backend):
    x = np.random.default_rng(0).integers(0, 40, (4, 1000)).astype("float32")
    agree(lambda x: list(ops.top_k(x, 5)), x, backend=backend, exact=True)


def added(indices, updates, *, shape, axis):
    return [p.scatter_add(indices, updates, shape=shape, axis=axis)]


# indices, rows, shape before them, shape after them
SCATTERS = {
    "nothing": ((0,), 5, (), (3,)),
    "one": ((1,), 5, (), ()),
    "few": ((7, 3), 5, (), (4,)),
    "few, many columns": ((100,), 12, (), (33,)),
    "past few": ((129,), 40, (), (2,)),
    "one row": ((1000,), 1, (), (3,)),
    "few rows": ((4099,), 3, (), ()),
    "a table": ((50, 40), 3000, (), (17,)),
    "inside": ((30, 20), 11, (2, 3), (4, 2)),
    "many": ((100_003,), 2000, (), ()),
}


@pytest.mark.parametrize("name", SCATTERS)
def test_rows_are_added_up(agree, backend, name):
    shape, rows, before, after = SCATTERS[name]
    rng = np.random.default_rng(0)
    indices = rng.integers(-rows, rows, shape, dtype="int32")
    updates = rng.normal(size=(*before, *shape, *after)).astype("float32")
    to = partial(added, shape=(*before, rows, *after), axis=len(before))
    agree(to, indices, updates, backend=backend)


@pytest.mark.parametrize("dtype", ["int32", "uint8", "float16", "float64"])
def test_whole_numbers_are_added_up_exactly(agree, backend, dtype):
    rng = np.random.default_rng(0)
    indices = rng.integers(0, 200, 600, dtype="int64")
    updates = rng.integers(0, 3, (600, 5)).astype(dtype)
    to = partial(added, shape=(200, 5), axis=0)
    agree(to, indices, updates, backend=backend, exact=True)


def test_nearly_all_to_one_row(agree, backend):
    """As in batches that are padded: there the sums of whole chunks are used."""
    rng = np.random.default_rng(0)
    indices = np.where(rng.random(20_001) < 0.99, 7, rng.integers(0, 50, 20_001)).astype("int32")
    updates = rng.normal(size=(20_001, 6)).astype("float32")
    agree(partial(added, shape=(50, 6), axis=0), indices, updates, backend=backend)


def test_turned_updates(agree, backend):
    rng = np.random.default_rng(0)
    indices = rng.integers(0, 30, (20, 15), dtype="int32")
    updates = rng.normal(size=(4, 15, 20)).astype("float32")

    def turned(indices, updates):
        return added(indices, p.transpose(updates, perm=(2, 1, 0)), shape=(30, 4), axis=0)

    agree(turned, indices, updates, backend=backend)


def test_the_same_bits_each_time(agree, backend):
    rng = np.random.default_rng(0)
    indices = rng.integers(0, 9, 5000, dtype="int32")
    updates = rng.normal(size=(5000, 3)).astype("float32")
    run = agree(partial(added, shape=(9, 3), axis=0), indices, updates, backend=backend)
    first = run(indices, updates)[0]
    for _ in range(5):
        np.testing.assert_array_equal(run(indices, updates)[0], first)


# Around the sizes at which lines are cut into chunks.
@pytest.mark.parametrize("shape", [(1,), (511,), (512,), (513, 3), (2, 4099), (100_003,)], ids=str)
@pytest.mark.parametrize("reverse", [False, True])
def test_running_sums(agree, backend, shape, reverse):
    axis = int(np.argmax(shape))
    rng = np.random.default_rng(0)
    whole = rng.integers(-9, 9, shape, dtype="int32")
    real = rng.normal(size=shape).astype("float32")
    run = partial(p.cumsum, axis=axis, reverse=reverse)
    agree(lambda a, b: [run(a), run(b)], whole, real, backend=backend)


@pytest.mark.parametrize("shape", [(1,), (511,), (512,), (513, 3), (2, 4099), (100_003,)], ids=str)
def test_the_first_of_the_largest(agree, backend, shape):
    axis = int(np.argmax(shape))
    arrays = [keys(int(np.prod(shape)), dtype).reshape(shape) for dtype in ("float32", "bool")]
    arrays.append(np.random.default_rng(0).integers(0, 99, shape, dtype="int16"))
    arrays.append(np.random.default_rng(0).normal(size=shape).astype("float32"))
    agree(lambda *xs: [p.argmax(x, axis=axis) for x in xs], *arrays, backend=backend, exact=True)
