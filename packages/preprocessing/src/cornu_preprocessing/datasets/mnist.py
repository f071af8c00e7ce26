"""Handwritten digits."""

from __future__ import annotations

from cornu_preprocessing.datasets.plain_pickle import read_npz
from cornu_preprocessing.datasets.sources import fetched
from cornu_preprocessing.datasets.splits import Split

__all__ = ["load_data"]


def load_data(path: str = "mnist.npz") -> Split:
    """Load MNIST: pictures of handwritten digits, 60,000 to train and 10,000 to test.

    Parameters
    ----------
    path : str
        What to call the file in the cache.

    Returns
    -------
    ((x_train, y_train), (x_test, y_test))
        x of shape (n, 28, 28), uint8 from 0 to 255; y of shape (n,), uint8 from 0 to 9.

    Raises
    ------
    DownloadError
        If the file is not in the cache and cannot be fetched.

    References
    ----------
    LeCun, Cortes and Burges, http://yann.lecun.com/exdb/mnist/
    """
    data = read_npz(fetched("mnist.npz", path))
    return (data["x_train"], data["y_train"]), (data["x_test"], data["y_test"])
