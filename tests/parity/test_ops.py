"""Each operation: values and dtypes as in live Keras, and gradients as jax finds them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import cornu
from tests.parity.operations import OPERATIONS, Operation
from tests.parity.sides import assert_agree, generator
from tests.parity.skips import require


def _ids(operations: list[Operation]) -> list[str]:
    return [f"{row.name}-{row.x.dtype}" for row in operations]


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in _leaves(part)]
    return [value]


@pytest.mark.parametrize("row", OPERATIONS, ids=_ids(OPERATIONS))
def test_values_and_dtypes(row: Operation) -> None:
    require(row.symbol)
    ours = _leaves(row.call(cornu.ops, row.x))
    theirs = _leaves(row.call(keras.ops, keras.ops.convert_to_tensor(row.x)))
    assert_agree(ours, [np.asarray(leaf) for leaf in theirs], row.name)
    dtypes = [np.asarray(leaf).dtype for leaf in ours]
    assert dtypes == [np.asarray(leaf).dtype for leaf in theirs], row.name


SMOOTH = [row for row in OPERATIONS if row.smooth]


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="gradients are asked of jax")
@pytest.mark.parametrize("row", SMOOTH, ids=_ids(SMOOTH))
def test_gradients(row: Operation) -> None:
    import jax

    require(row.symbol)
    shapes = [np.shape(leaf) for leaf in _leaves(row.call(cornu.ops, row.x))]
    random = generator(row.name)
    cotangents = [random.normal(size=shape).astype("float32") for shape in shapes]

    def along(ops: Any) -> Any:
        def scalar(x: Any) -> Any:
            leaves = zip(_leaves(row.call(ops, x)), cotangents, strict=True)
            parts = [ops.sum(ops.cast(leaf, "float32") * c) for leaf, c in leaves]
            return sum(parts[1:], start=parts[0])

        return scalar

    assert_agree(
        cornu.grad(along(cornu.ops))(row.x),
        np.asarray(jax.grad(along(keras.ops))(row.x)),
        row.name,
        relative=2e-5,
    )
