"""Small colour pictures in ten classes."""

from __future__ import annotations

from cornu_preprocessing.datasets.cifar import read_batches
from cornu_preprocessing.datasets.splits import Split

__all__ = ["load_data"]

ARCHIVE, FOLDER = "cifar-10-python.tar.gz", "cifar-10-batches-py"


def load_data() -> Split:
    """Load CIFAR-10: colour pictures in ten classes, 50,000 to train and 10,000 to test.

    The classes are airplane, automobile, bird, cat, deer, dog, frog, horse, ship and truck.

    Returns
    -------
    ((x_train, y_train), (x_test, y_test))
        x of shape (n, 32, 32, 3), uint8 from 0 to 255, or (n, 3, 32, 32) where
        `cornu.config.image_data_format()` is "channels_first"; y of shape (n, 1), uint8.

    Raises
    ------
    DownloadError
        If the file is not in the cache and cannot be fetched.

    References
    ----------
    Krizhevsky, 2009, https://www.cs.toronto.edu/~kriz/cifar.html
    """
    train = read_batches(ARCHIVE, [f"{FOLDER}/data_batch_{i}" for i in range(1, 6)], "labels")
    return train, read_batches(ARCHIVE, [f"{FOLDER}/test_batch"], "labels")
