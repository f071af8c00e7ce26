"""What initializers that draw at random have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.base import Initializer
from cornu_ops import random


class SeededInitializer(Initializer):
    """Base of initializers that draw at random, on the host and with the same bits everywhere.

    Parameters
    ----------
    seed : int or SeedGenerator, optional
        With an integer every call returns the same numbers. With None a seed is drawn once, from
        `cornu.set_seed`, when the initializer is made. With a `cornu.random.SeedGenerator` every
        call differs.

    Raises
    ------
    TypeError
        When `seed` is something else.
    """

    def __init__(self, seed: Any = None) -> None:
        if isinstance(seed, bool) or not (
            seed is None or isinstance(seed, (int, np.integer, random.SeedGenerator))
        ):
            raise TypeError(
                f"seed must be an integer, a cornu.random.SeedGenerator or None; it is {seed!r}."
            )
        self.seed = seed
        self._drawn = random.draw_seed() if seed is None else seed

    def draw(
        self, distribution: str, shape: Sequence[int], dtype: Any = None, **parameters: float
    ) -> np.ndarray:
        """Return numbers from a distribution of `cornu.random`, as an array."""
        function = getattr(random, distribution)
        return np.asarray(function(tuple(shape), dtype=dtype, seed=self._drawn, **parameters))
