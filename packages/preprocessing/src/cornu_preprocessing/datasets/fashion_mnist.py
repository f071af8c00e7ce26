"""Pieces of clothing."""

from __future__ import annotations

import gzip

import numpy as np

from cornu_engine.errors import DataError
from cornu_preprocessing.datasets.sources import fetched
from cornu_preprocessing.datasets.splits import Split

__all__ = ["load_data"]


def load_data() -> Split:
    """Load Fashion-MNIST: pictures of clothing in ten classes, 60,000 to train and 10,000 to test.

    The classes are T-shirt/top, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag and
    ankle boot.

    Returns
    -------
    ((x_train, y_train), (x_test, y_test))
        x of shape (n, 28, 28), uint8 from 0 to 255; y of shape (n,), uint8 from 0 to 9.

    Raises
    ------
    DownloadError
        If a file is not in the cache and cannot be fetched.

    References
    ----------
    Xiao, Rasul and Vollgraf, 2017, https://arxiv.org/abs/1708.07747
    """
    (x_train, y_train), (x_test, y_test) = (
        (_idx(f"{part}-images-idx3-ubyte.gz"), _idx(f"{part}-labels-idx1-ubyte.gz"))
        for part in ("train", "t10k")
    )
    return (x_train, y_train), (x_test, y_test)


def _idx(name: str) -> np.ndarray:
    """Read a file of bytes: two zeros, the type 8, the number of axes, their sizes, the values."""
    path = fetched(name)
    try:
        with gzip.open(path) as file:
            content = file.read()
        axes = content[3]
        if content[:3] != b"\0\0\x08":
            raise ValueError(f"it begins with {content[:3]!r}")
        shape = np.frombuffer(content, ">u4", axes, offset=4)
        return np.frombuffer(content, "u1", offset=4 + 4 * axes).reshape(shape)
    except (OSError, EOFError, ValueError, IndexError) as error:
        raise DataError(f"{str(path)!r} is damaged: {error}.") from error
