"""`keras.utils.test_utils`: what tests of a layer of one's own begin with."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any
from unittest import mock

import numpy as np
from numpy.testing import assert_allclose

from cornu_keras.compat.keras2.utils.generic_utils import has_arg

__all__ = ["get_test_data", "layer_test", "tf_file_io_proxy"]


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


class tf_file_io_proxy:
    """Stands in for a store of remote files (`gs://…`) inside a `with` block, in memory.

    Parameters
    ----------
    file_io_module : str
        What it takes the place of, as "keras.engine.saving.tf_file_io".
    bucket_name : str, optional
    """

    def __init__(self, file_io_module: str | None = None, bucket_name: str | None = None) -> None:
        if file_io_module is None:
            raise ValueError("`file_io_module` must be provided: it names what is stood in for.")
        self.local_objects: dict[str, bytes] = {}
        self.bucket_name = (bucket_name or "mock-bucket").removeprefix("gs://")
        self._patch = mock.patch(file_io_module, new=self)

    @property
    def bucket_path(self) -> str:
        """Where the files lie."""
        return f"gs://{self.bucket_name}"

    def get_filepath(self, filename: str) -> str:
        """Return the path of a file by its name."""
        return f"{self.bucket_path}/{filename.lstrip('/')}"

    def FileIO(self, name: str, mode: str) -> Any:
        """Open a file: "rb" or "wb"."""
        if mode == "wb":
            return _Kept(self.local_objects, name)
        if name not in self.local_objects:
            raise OSError(f"{name} does not exist")
        return io.BytesIO(self.local_objects[name])

    def file_exists(self, filename: str) -> bool:
        """Tell whether a file is there."""
        return filename in self.local_objects

    def delete_file(self, filename: str) -> None:
        """Remove a file."""
        del self.local_objects[filename]

    def assert_exists(self, filepath: str) -> None:
        """Raise AssertionError where a file is not there."""
        if not self.file_exists(filepath):
            raise AssertionError(f"{filepath} does not exist")

    def start(self) -> None:
        """Take its place."""
        self._patch.start()

    def stop(self) -> None:
        """Give the place back."""
        self._patch.stop()

    def __enter__(self) -> tf_file_io_proxy:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()


class _Kept(io.BytesIO):
    """A file that is kept under its name once it is closed."""

    def __init__(self, objects: dict[str, bytes], name: str) -> None:
        super().__init__()
        self._objects, self._name = objects, name

    def close(self) -> None:
        if not self.closed:
            self._objects[self._name] = self.getvalue()
        super().close()
