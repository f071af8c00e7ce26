"""Where chance comes from: in Keras 2, seeds that nobody gave were numbers of NumPy's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from cornu_ops.random.seed import is_seeded, seed_scope

__all__ = ["seeds_of_numpy"]


@contextmanager
def seeds_of_numpy() -> Iterator[None]:
    """Derive seeds from a number of NumPy's inside a `with` block, unless one was given.

    So `np.random.seed(7)` fixes the weights that layers begin with, dropout and shuffling. NumPy's
    state moves only where a seed is needed.
    """
    if is_seeded():
        yield
        return
    with seed_scope(lambda: int(np.random.randint(2**31 - 1))):
        yield
