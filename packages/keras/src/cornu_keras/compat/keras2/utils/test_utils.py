"""`keras.utils.test_utils`: what tests of a layer of one's own begin with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.testing import assert_allclose

from cornu_keras.compat.keras2.utils.generic_utils import has_arg

__all__ = ["get_test_data", "layer_test"]


def get_test_data(
    num_train: int = 1000,
    num_test: int = 500,
    input_shape: tuple[int, ...] = (10,),
    output_shape: tuple[int, ...] = (2,),
    classification: bool = True,
    num_classes: int = 2,
) -> Any:
    """Return noisy samples around a number of their own, and that number: of the class, or any.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
    """
    count = num_train + num_test
    centre: Any
    if classification:
        centre = y = np.random.randint(0, num_classes, size=(count,))
    else:
        centre = np.random.random((count,))
        y = _around(centre, output_shape)
    x = _around(centre, input_shape)
    return (x[:num_train], y[:num_train]), (x[num_train:], y[num_train:])


def _around(centre: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    centres = centre.reshape(-1, *(1,) * len(shape))
    return np.random.normal(centres, 0.7, (len(centre), *shape)).astype("float32")


def layer_test(
    layer_cls: Any,
    kwargs: Any = None,
    input_shape: Sequence[int | None] | None = None,
    input_dtype: Any = None,
    input_data: Any = None,
    expected_output: Any = None,
    expected_output_dtype: Any = None,
    fixed_batch_size: bool = False,
) -> np.ndarray:
    """Check a layer of one input and one output: shapes, dtype, configuration, weights, training.

    Returns
    -------
    ndarray
        Its output for the data.
    """
    from cornu_keras import backend as K
    from cornu_keras.compat import keras2

    options = dict(kwargs or {})
    if input_data is None:
        assert input_shape, "layer_test() needs input_shape or input_data."
        input_dtype = input_dtype or K.floatx()
        shape = [np.random.randint(1, 4) if size is None else size for size in input_shape]
        input_data = (10 * np.random.random(shape)).astype(input_dtype)
    input_shape = tuple(input_data.shape if input_shape is None else input_shape)
    input_dtype = input_dtype or input_data.dtype

    layer = layer_cls(**options)
    layer.set_weights(layer.get_weights())
    expected_shape = layer.compute_output_shape(input_shape)

    where = {"batch_shape": input_shape} if fixed_batch_size else {"shape": input_shape[1:]}
    x = keras2.Input(**where, dtype=np.dtype(input_dtype).name)
    y = layer(x)
    assert K.dtype(y) == np.dtype(expected_output_dtype or input_dtype).name, K.dtype(y)

    model = keras2.Model(x, y)
    output: np.ndarray = model.predict(input_data)
    fits = zip(expected_shape, output.shape, strict=True)
    assert all(a in (None, b) for a, b in fits), (expected_shape, output.shape)
    if expected_output is not None:
        assert_allclose(output, expected_output, rtol=1e-3)

    again = type(model).from_config(model.get_config())
    if model.weights:
        again.set_weights(model.get_weights())
        assert_allclose(again.predict(input_data), output, rtol=1e-3)

    if has_arg(layer.call, "training"):
        model.compile("rmsprop", "mse")
        model.train_on_batch(input_data, output)

    type(layer).from_config({**layer.get_config(), "batch_input_shape": input_shape})
    return output
