"""The shape of a tensor: numbers to reshape by, and a tensor to compute with."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_keras.backend as common
import cornu_ops as ops
from cornu_engine.trace import op
from cornu_keras.backend.variables import is_keras_tensor

__all__ = ["cast", "prod", "shape"]


class Sizes(tuple[Any, ...]):
    """The sizes of a symbolic tensor, None where one is open until the model runs."""

    tensor: Any

    @classmethod
    def of(cls, tensor: Any) -> Sizes:
        """Return the sizes of a tensor."""
        sizes = cls(tensor.shape)
        sizes.tensor = tensor
        return sizes


def shape(x: Any) -> Any:
    """Return the shape; `cast` and `prod` make a tensor of it where a size is open.

    Examples
    --------
    >>> x = K.placeholder((None, 3))
    >>> shape(x)
    (None, 3)
    >>> K.function([x], [cast(shape(x), "float32")])([np.zeros((4, 3))])
    [array([4., 3.], dtype=float32)]
    """
    return Sizes.of(x) if is_keras_tensor(x) and None in x.shape else ops.shape(x)


def cast(x: Any, dtype: Any) -> Any:
    """Return a tensor, or a shape as one, in another dtype."""
    return common.cast(_as_tensor(x), dtype)


def prod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Return the product of elements, or of the sizes of a shape."""
    return common.prod(_as_tensor(x), axis, keepdims)


def _as_tensor(x: Any) -> Any:
    return _sizes(x.tensor) if isinstance(x, Sizes) else x


@op
def _sizes(x: Any) -> Any:
    return ops.convert_to_tensor(np.asarray(x.shape, "int32"))
