"""Initializers that draw anew at each call."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cornu_ops import random

__all__ = ["DrawsAnew"]


class DrawsAnew:
    """Draws other numbers at each call, also with a seed, which counts up."""

    seed: Any
    _drawn: Any

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Any:
        """Return the values of a new weight."""
        values = super().__call__(shape, dtype)  # type: ignore[misc]
        if self.seed is None:
            self._drawn = random.draw_seed()
        elif isinstance(self.seed, int):
            self.seed = self._drawn = self.seed + 1
        return values


def _compute_fans(shape: Sequence[int], data_format: str = "channels_last") -> tuple[float, float]:
    """Return how many numbers a weight of this shape takes in, and gives out, for each place.

    Parameters
    ----------
    shape : sequence of int
        A matrix, a kernel, or anything else.
    data_format : str
        Where the channels are, of a kernel.

    Examples
    --------
    >>> _compute_fans((3, 3, 16, 32))
    (144, 288)
    """
    if len(shape) == 2:
        return shape[0], shape[1]
    if len(shape) in (3, 4, 5):
        first = data_format == "channels_first"
        places = math.prod(shape[2:] if first else shape[:-2])
        fan_in, fan_out = (shape[1], shape[0]) if first else (shape[-2], shape[-1])
        return fan_in * places, fan_out * places
    return math.sqrt(math.prod(shape)), math.sqrt(math.prod(shape))
