"""Where the files of the data sets come from, and which they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cornu_preprocessing.files import get_file

__all__ = ["SOURCES", "Source", "fetched"]

KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
TORONTO = "https://www.cs.toronto.edu/~kriz/"


@dataclass(frozen=True)
class Source:
    """One file.

    Attributes
    ----------
    name : str
        What it is called on the server.
    checksum : str
        SHA-256, or MD5 where its makers published no other.
    base : str
        The URL of its folder.
    local : str
        What it is called here, where Keras calls it so.
    subdir : str
        The folder in the cache.
    """

    name: str
    checksum: str
    base: str = KERAS
    local: str = ""
    subdir: str = "datasets"


SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        Source("mnist.npz", "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"),
        Source(
            "boston_housing.npz",
            "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
        ),
        Source(
            "california_housing.npz",
            "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
        ),
        Source("imdb.npz", "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"),
        Source("imdb_word_index.json", "bfafd718b763782e994055a2d397834f"),
        Source("reuters.npz", "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"),
        Source("reuters_word_index.json", "4d44cc38712099c9e383dc6e5f11a921"),
        Source(
            "cifar-10-python.tar.gz",
            "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
            TORONTO,
            "cifar-10-batches-py-target_archive",
        ),
        Source(
            "cifar-100-python.tar.gz",
            "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
            TORONTO,
            "cifar-100-python-target_archive",
        ),
        *(
            Source(name, checksum, subdir="datasets/fashion-mnist")
            for name, checksum in {
                "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed27"
                "1626dd12800ba2636569512369268a84",
                "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc"
                "97de4d1bfaf8ba1a3aa29af54cc90845",
                "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a4"
                "84bd415d4595297633bb08f03db6a073",
                "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3c"
                "d6d1c2608764d35dfb1850b086bf8dd5",
            }.items()
        ),
    )
}


def fetched(name: str, local: str | None = None) -> Path:
    """Return the path of a file, downloaded unless it is there.

    Parameters
    ----------
    name : str
        In `SOURCES`.
    local : str, optional
        What to call it here.
    """
    source = SOURCES[name]
    path = get_file(
        local or source.local or source.name,
        source.base + source.name,
        file_hash=source.checksum,
        cache_subdir=source.subdir,
        max_bytes=2**30,
    )
    return Path(path)
