"""Base class of what fills a weight with its first values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from cornu.base.configurable import Configurable

Self = TypeVar("Self", bound="Initializer")


class Initializer(Configurable):
    """What fills a weight with its first values.

    A subclass writes `__call__`. It runs on the host and returns a plain array, so that a model
    starts from the same bits on every backend. A function `f(shape, dtype=None)` serves wherever an
    initializer does.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu.base import Initializer
    >>> class Countdown(Initializer):
    ...     def __init__(self, start):
    ...         self.start = start
    ...     def __call__(self, shape, dtype=None):
    ...         return self.start - np.arange(np.prod(shape), dtype=dtype).reshape(shape)
    >>> Countdown(3)((2, 2), "float32")
    array([[3., 2.],
           [1., 0.]], dtype=float32)
    >>> Countdown(3).get_config()
    {'start': 3}
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return the values of a new weight.

        Parameters
        ----------
        shape : sequence of int
            Shape of the weight.
        dtype : dtype, optional
            Of the weight; `cornu.config.floatx()` if None.
        """
        raise NotImplementedError(
            f"{type(self).__name__} is an Initializer without a rule: define "
            "__call__(self, shape, dtype=None) to return an array of that shape."
        )

    def traced_from(self) -> None:
        """Return what a step follows from: nothing here, as weights are filled before."""

    def clone(self: Self) -> Self:
        """Return a new initializer with the same arguments.

        Examples
        --------
        >>> from cornu import initializers
        >>> initializers.Constant(2.0).clone().value
        2.0
        """
        return type(self).from_config(self.get_config())
