"""Initializers that draw nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.base import Initializer
from cornu_engine import config
from cornu_engine.errors import ShapeError


class Constant(Initializer):
    """Fill a weight with one value.

    Parameters
    ----------
    value : float or array
        The value; an array must broadcast to the weight's shape.

    Examples
    --------
    >>> from cornu import initializers
    >>> initializers.Constant(2.0)((2,))
    array([2., 2.], dtype=float32)
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return the values of a new weight."""
        try:
            return np.full(tuple(shape), self.value, dtype=dtype or config.floatx())
        except ValueError:
            raise ShapeError(
                f"Values of shape {np.shape(self.value)} do not fill a weight of shape "
                f"{tuple(shape)}: pass an array of that shape, or one number."
            ) from None


class Zeros(Initializer):
    """Fill a weight with 0.

    Examples
    --------
    >>> from cornu import initializers
    >>> initializers.Zeros()((2,))
    array([0., 0.], dtype=float32)
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return the values of a new weight."""
        return np.zeros(tuple(shape), dtype=dtype or config.floatx())


class Ones(Initializer):
    """Fill a weight with 1.

    Examples
    --------
    >>> from cornu import initializers
    >>> initializers.Ones()((2,))
    array([1., 1.], dtype=float32)
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return the values of a new weight."""
        return np.ones(tuple(shape), dtype=dtype or config.floatx())


class Identity(Initializer):
    r"""Fill a matrix with `gain` times the identity: $w_{ij} = \text{gain}\,[i = j]$.

    Parameters
    ----------
    gain : float
        Value on the diagonal.

    Raises
    ------
    ShapeError
        When the weight is no matrix.

    Examples
    --------
    >>> from cornu import initializers
    >>> initializers.Identity(2.0)((2, 3))
    array([[2., 0., 0.],
           [0., 2., 0.]], dtype=float32)
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return the values of a new weight."""
        if len(shape) != 2:
            raise ShapeError(
                f"Identity fills matrices only, and this weight has shape {tuple(shape)}. "
                "Choose another initializer for it, e.g. 'orthogonal'."
            )
        return (np.eye(shape[0], shape[1]) * self.gain).astype(dtype or config.floatx())
