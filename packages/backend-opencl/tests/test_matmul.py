"""Matrix products of all shapes: cut into blocks and pieces, packed or not, turned or not."""

from __future__ import annotations

import numpy as np
import pytest

from cornu_engine.primitives.table import p

# rows, inner, columns: both sides of every decision that the CPU schedule takes.
SIZES = {
    "small": (16, 16, 16),
    "one row": (1, 70, 300),
    "three rows, transposed": (3, 33, 140),
    "one column": (130, 65, 1),
    "ten columns": (40, 33, 10),
    "odd": (125, 99, 101),
    "in pieces": (30, 1003, 130),
    "in pieces, few columns": (7, 700, 5),
    "packed": (131, 517, 521),
    "packed, in pieces": (127, 1030, 257),
}


def draw(shape, dtype):
    return np.random.default_rng(0).integers(-4, 5, shape).astype(dtype)


def swapped(x):
    return p.transpose(x, perm=(*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


@pytest.mark.parametrize("turned", ["", "a", "b", "ab"])
@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
def test_shapes(agree, backend, size, turned):
    """Whole numbers: sums are exact in any order."""
    m, k, n = size

    def product(a, b):
        a, b = swapped(a) if "a" in turned else a, swapped(b) if "b" in turned else b
        return p.matmul(a, b)

    a = draw((k, m) if "a" in turned else (m, k), "float32")
    b = draw((n, k) if "b" in turned else (k, n), "float32")
    agree(product, a, b, backend=backend, exact=True)


@pytest.mark.parametrize("dtype", ["float16", "float64", "int32"])
@pytest.mark.parametrize("turned", [False, True])
def test_dtypes(agree, backend, dtype, turned):
    a, b = draw((37, 530), dtype), draw((530, 67)[:: -1 if turned else 1], dtype)
    agree(lambda a, b: p.matmul(a, swapped(b) if turned else b), a, b, backend=backend)


@pytest.mark.parametrize("columns", [20, 129])
def test_batches(agree, backend, columns):
    """Heads of attention: batches lie between the rows, and one operand is shared."""
    x = draw((2, 40, 3, 24), "float32")
    shared = draw((24, columns), "float32")

    def heads(x, shared):
        q = p.transpose(x, perm=(0, 2, 1, 3))
        return p.matmul(p.matmul(q, swapped(q)), p.matmul(q, shared))

    agree(heads, x, shared, backend=backend)


def test_the_epilogue_follows_the_last_piece(agree, backend):
    a, b, bias = draw((50, 900), "float32"), draw((900, 70), "float32"), draw((70,), "float32")
    agree(
        lambda a, b, c: p.maximum(p.matmul(a, b) + c, 0.0), a, b, bias, backend=backend, exact=True
    )


def test_what_lies_behind_an_operand_does_not_leak(agree, backend):
    """Vectors are read past the end of rows: NaN that stands there stays there."""

    def product(x):
        a, b = x[:, :20], x[:20, 20:31]
        return p.matmul(a, b)

    x = draw((40, 48), "float32")
    x[:, 31:], x[20:, 20:] = np.nan, np.nan
    x[:20, 20:31] = draw((20, 11), "float32")
    agree(product, x, backend=backend, exact=True)
