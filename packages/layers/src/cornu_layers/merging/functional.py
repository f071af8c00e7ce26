"""The merging layers as functions: `add([a, b])` is `Add()([a, b])`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cornu_layers.merging.concatenate import Concatenate
from cornu_layers.merging.dot import Dot
from cornu_layers.merging.elementwise import Add, Average, Maximum, Minimum, Multiply, Subtract

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


def add(inputs: Sequence[Any], **kwargs: Unpack[LayerOptions]) -> Any:
    """Add inputs; see `Add`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.add([np.array([[1.0]]), np.array([[2.0]])])
    array([[3.]], dtype=float32)
    """
    return Add(**kwargs)(inputs)


def subtract(inputs: Sequence[Any], **kwargs: Unpack[LayerOptions]) -> Any:
    """Subtract the second input from the first; see `Subtract`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.subtract([np.array([[1.0]]), np.array([[2.0]])])
    array([[-1.]], dtype=float32)
    """
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Sequence[Any], **kwargs: Unpack[LayerOptions]) -> Any:
    """Multiply inputs; see `Multiply`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.multiply([np.array([[3.0]]), np.array([[2.0]])])
    array([[6.]], dtype=float32)
    """
    return Multiply(**kwargs)(inputs)


def average(inputs: Sequence[Any], **kwargs: Unpack[LayerOptions]) -> Any:
    """Average inputs; see `Average`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.average([np.array([[1.0]]), np.array([[2.0]])])
    array([[1.5]], dtype=float32)
    """
    return Average(**kwargs)(inputs)


def maximum(inputs: Sequence[Any], **kwargs: Unpack[LayerOptions]) -> Any:
    """Take the largest input; see `Maximum`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.maximum([np.array([[1.0]]), np.array([[2.0]])])
    array([[2.]], dtype=float32)
    """
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Sequence[Any], **kwargs: Unpack[LayerOptions]) -> Any:
    """Take the smallest input; see `Minimum`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.minimum([np.array([[1.0]]), np.array([[2.0]])])
    array([[1.]], dtype=float32)
    """
    return Minimum(**kwargs)(inputs)


def concatenate(inputs: Sequence[Any], axis: int = -1, **kwargs: Unpack[LayerOptions]) -> Any:
    """Lay inputs side by side; see `Concatenate`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.concatenate([np.array([[1.0]]), np.array([[2.0]])])
    array([[1., 2.]], dtype=float32)
    """
    if hasattr(axis, "shape"):
        raise TypeError("concatenate takes its inputs as one list: write concatenate([a, b]).")
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(
    inputs: Sequence[Any],
    axes: int | Sequence[int] = -1,
    normalize: bool = False,
    **kwargs: Unpack[LayerOptions],
) -> Any:
    """Multiply two inputs and sum over an axis of each; see `Dot`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.dot([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])], axes=1)
    array([[11.]], dtype=float32)
    """
    return Dot(axes=axes, normalize=normalize, **kwargs)(inputs)
