"""Each operation: values and dtypes as in live Keras, and gradients as jax finds them."""

from __future__ import annotations

from typing import Any

import jax
import keras
import numpy as np
import pytest

import cornu
from tests.parity.operations import OPERATIONS, Operation
from tests.parity.sides import RELATIVE, assert_agree, floats, generator
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


#: Keras cannot be compiled here: it computes the axes' lengths as if they were values.
UNCOMPILED = {"rearrange"}

#: In jax the softmax is in float32, whatever is asked.
SINGLE = {"dot_product_attention"}


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="gradients are asked of jax")
@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("row", SMOOTH, ids=_ids(SMOOTH))
def test_gradients(row: Operation) -> None:
    """The gradient of a random sum of all results, and that sum."""
    require(row.symbol)
    random, x = generator(row.name), floats(row.x)
    results = _leaves(row.call(cornu.ops, x))
    cotangents = [random.normal(size=np.shape(result)) for result in results]

    def along(ops: Any) -> Any:
        def scalar(x: Any) -> Any:
            leaves = zip(_leaves(row.call(ops, x)), cotangents, strict=True)
            parts = [ops.sum(ops.cast(leaf, "float64") * c) for leaf, c in leaves]
            return sum(parts[1:], start=parts[0])

        return scalar

    theirs = jax.value_and_grad(along(keras.ops))
    assert_agree(
        cornu.value_and_grad(along(cornu.ops))(x),
        (theirs if row.name in UNCOMPILED else jax.jit(theirs))(x),
        row.name,
        relative=RELATIVE["float32"] if row.name in SINGLE else None,
    )
