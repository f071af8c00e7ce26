"""Prices of houses in California."""

from __future__ import annotations

import numpy as np

from cornu_engine.errors import DataError
from cornu_preprocessing.datasets.plain_pickle import read_npz
from cornu_preprocessing.datasets.sources import fetched
from cornu_preprocessing.datasets.splits import Split, shuffled, split

__all__ = ["load_data"]


def load_data(
    version: str = "large",
    path: str = "california_housing.npz",
    test_split: float = 0.2,
    seed: int = 113,
) -> Split:
    """Load districts of California in 1990: 8 features, and the median value of houses.

    The features are longitude, latitude, median age of houses, rooms, bedrooms, population,
    households and median income.

    Parameters
    ----------
    version : "large" or "small"
        All 20,640 districts, or 600 of one region.
    path : str
        What to call the file in the cache.
    test_split : float
        The part to test with.
    seed : int
        Of the order; the one that Keras draws.

    Returns
    -------
    ((x_train, y_train), (x_test, y_test))
        x of shape (n, 8); y of shape (n,), in dollars; float32.

    Raises
    ------
    DownloadError
        If the file is not in the cache and cannot be fetched.

    References
    ----------
    Pace and Barry, Sparse Spatial Autoregressions, 1997
    """
    if version not in ("large", "small"):
        raise DataError(f"version={version!r} must be 'large' or 'small'.")
    data = read_npz(fetched("california_housing.npz", path))
    rows = slice(600) if version == "small" else slice(None)
    x, y = shuffled(np.random.RandomState(seed), data["x"][rows], data["y"][rows])
    return split(x, y, test_split)
