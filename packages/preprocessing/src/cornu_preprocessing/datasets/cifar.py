"""The archives of CIFAR, read where they lie."""

from __future__ import annotations

import tarfile
from collections.abc import Sequence

import numpy as np

from cornu_engine import config
from cornu_engine.errors import DataError
from cornu_preprocessing.datasets.plain_pickle import read_plain_pickle
from cornu_preprocessing.datasets.sources import fetched

__all__ = ["read_batches"]


def read_batches(
    archive: str, members: Sequence[str], label_key: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pictures and labels of some members of an archive; nothing is unpacked.

    Parameters
    ----------
    archive : str
        In `sources.SOURCES`.
    members : sequence of str
    label_key : str

    Returns
    -------
    (x, y)
        x of shape (n, 32, 32, 3), or (n, 3, 32, 32) where `image_data_format` says so; y of shape
        (n, 1); uint8.
    """
    path = fetched(archive)
    pictures, labels = [], []
    try:
        with tarfile.open(path) as file:
            for member in members:
                opened = file.extractfile(member)
                if opened is None:
                    raise DataError(f"{str(path)!r} is damaged: {member} is no file.")
                batch = read_plain_pickle(opened, f"{path}:{member}")
                pictures.append(batch[b"data"].reshape(-1, 3, 32, 32))
                labels.extend(batch[label_key.encode()])
    except (tarfile.TarError, KeyError, EOFError, AttributeError) as error:
        raise DataError(f"{str(path)!r} is damaged: {error}.") from error
    x = np.concatenate(pictures)
    if config.image_data_format() == "channels_last":
        x = x.transpose(0, 2, 3, 1)
    return x, np.array(labels, "uint8").reshape(-1, 1)
