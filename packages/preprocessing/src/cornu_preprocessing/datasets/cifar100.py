"""Small colour pictures in a hundred classes."""

from __future__ import annotations

from cornu_engine.errors import DataError
from cornu_preprocessing.datasets.cifar import read_batches
from cornu_preprocessing.datasets.splits import Split

__all__ = ["load_data"]

ARCHIVE, FOLDER = "cifar-100-python.tar.gz", "cifar-100-python"


def load_data(label_mode: str = "fine") -> Split:
    """Load CIFAR-100: colour pictures in 100 classes, 50,000 to train and 10,000 to test.

    Parameters
    ----------
    label_mode : "fine" or "coarse"
        The 100 classes, or the 20 groups they form.

    Returns
    -------
    ((x_train, y_train), (x_test, y_test))
        As of `cornu.datasets.cifar10.load_data`.

    Raises
    ------
    DownloadError
        If the file is not in the cache and cannot be fetched.

    References
    ----------
    Krizhevsky, 2009, https://www.cs.toronto.edu/~kriz/cifar.html
    """
    if label_mode not in ("fine", "coarse"):
        raise DataError(f"label_mode={label_mode!r} must be 'fine' or 'coarse'.")
    train, test = (
        read_batches(ARCHIVE, [f"{FOLDER}/{part}"], f"{label_mode}_labels")
        for part in ("train", "test")
    )
    return train, test
