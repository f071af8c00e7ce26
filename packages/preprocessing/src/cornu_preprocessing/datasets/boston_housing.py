"""Prices of houses in the suburbs of Boston."""

from __future__ import annotations

import numpy as np

from cornu_preprocessing.datasets.plain_pickle import read_npz
from cornu_preprocessing.datasets.sources import fetched
from cornu_preprocessing.datasets.splits import Split, shuffled, split

__all__ = ["load_data"]


def load_data(path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113) -> Split:
    """Load 506 districts around Boston in the 1970s: 13 features, and the median price of houses.

    One of the features stands for the share of black residents, in a form that its authors meant
    as segregation having a positive effect. Use `cornu.datasets.california_housing` where you
    only need numbers to regress on.

    Parameters
    ----------
    path : str
        What to call the file in the cache.
    test_split : float
        The part to test with.
    seed : int
        Of the order; the one that Keras draws.

    Returns
    -------
    ((x_train, y_train), (x_test, y_test))
        x of shape (n, 13); y of shape (n,), in thousands of dollars; float64.

    Raises
    ------
    DownloadError
        If the file is not in the cache and cannot be fetched.
    """
    data = read_npz(fetched("boston_housing.npz", path))
    x, y = shuffled(np.random.RandomState(seed), data["x"], data["y"])
    return split(x, y, test_split)
