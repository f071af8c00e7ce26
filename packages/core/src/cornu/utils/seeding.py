"""One call that fixes every source of randomness a script may use."""

from __future__ import annotations

import random

import numpy as np

from cornu_ops.random.seed import set_seed

__all__ = ["set_random_seed"]


def set_random_seed(seed: int) -> None:
    """Seed Cornu, Python's `random` and NumPy's global generator.

    `cornu.set_seed` alone fixes everything inside Cornu.

    Parameters
    ----------
    seed : int
        From 0 to 2**32 - 1.

    Example
    -------
    >>> import cornu, numpy
    >>> cornu.utils.set_random_seed(0)
    >>> first = numpy.random.rand()
    >>> cornu.utils.set_random_seed(0)
    >>> numpy.random.rand() == first
    True
    """
    set_seed(seed)
    random.seed(seed)
    np.random.seed(seed)
