"""Initializers that draw anew at each call."""

from __future__ import annotations

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
