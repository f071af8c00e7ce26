"""`tf.TensorArray`: a list of tensors by number."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_keras.compat.tensorflow.kinds import as_dtype
from cornu_keras.compat.tensorflow.values import as_tensors, cast, convert_to_tensor

__all__ = ["TensorArray"]


class TensorArray:
    """Tensors that are written one by one and stacked.

    Parameters
    ----------
    dtype
    size : int
    dynamic_size : bool
        Whether it grows where something is written behind its end.

    Examples
    --------
    >>> steps = TensorArray("float32", size=2)
    >>> steps = steps.write(0, 1.0).write(1, 2.0)
    >>> steps.stack().numpy()
    array([1., 2.], dtype=float32)
    """

    def __init__(
        self, dtype: Any, size: Any = 0, dynamic_size: bool = False, clear_after_read: Any = None,
        tensor_array_name: Any = None, handle: Any = None, flow: Any = None,
        infer_shape: bool = True, element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: Any = None,
    ) -> None:  # fmt: skip
        self.dtype = as_dtype(dtype)
        self.dynamic_size = dynamic_size
        self.element_shape = element_shape
        self._values: list[Any] = [None] * int(np.asarray(size))

    def write(self, index: Any, value: Any, name: Any = None) -> TensorArray:
        """Put a tensor in its place."""
        at = int(index)
        if at >= len(self._values):
            if not self.dynamic_size:
                raise IndexError(
                    f"Index {at} is behind the end of a TensorArray of size {len(self._values)}; "
                    "dynamic_size=True lets it grow."
                )
            self._values += [None] * (at + 1 - len(self._values))
        value = convert_to_tensor(value)
        given = as_dtype(value.dtype)
        self._values[at] = value if given == self.dtype else cast(value, self.dtype)
        return self

    def read(self, index: Any, name: Any = None) -> Any:
        """Return the tensor in a place."""
        return self._there(int(index))

    def gather(self, indices: Any, name: Any = None) -> Any:
        """Return tensors in several places, stacked."""
        return self._stacked([self._there(int(i)) for i in np.asarray(indices)])

    def stack(self, name: Any = None) -> Any:
        """Return all of them, stacked."""
        return self._stacked([self._there(i) for i in range(len(self._values))])

    def concat(self, name: Any = None) -> Any:
        """Return all of them, one behind the other."""
        return as_tensors(ops.concatenate([self._there(i) for i in range(len(self._values))], 0))

    def unstack(self, value: Any, name: Any = None) -> TensorArray:
        """Put the rows of a tensor in their places."""
        self._values = list(as_tensors(ops.unstack(value)))
        return self

    def size(self, name: Any = None) -> Any:
        """Return how many places there are."""
        return convert_to_tensor(len(self._values))

    def identity(self) -> TensorArray:
        """Return itself."""
        return self

    mark_used = identity

    def _there(self, at: int) -> Any:
        value = self._values[at]
        if value is not None:
            return value
        written = [v for v in self._values if v is not None]
        shape = tuple(written[0].shape) if written else tuple(self.element_shape or ())
        return convert_to_tensor(np.zeros(shape, str(self.dtype)))

    def _stacked(self, values: list[Any]) -> Any:
        if not values:
            shape = (0, *(self.element_shape or ()))
            return convert_to_tensor(np.zeros(shape, str(self.dtype)))
        return as_tensors(ops.stack(values))
