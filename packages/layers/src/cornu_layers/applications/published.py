"""The files of weights that Keras has published, and the way to get them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Published", "classic"]

ADDRESS = "https://storage.googleapis.com/"


@dataclass(frozen=True)
class File:
    """One file: its name in the network, its hash, and its name in the user's folder."""

    name: str
    file_hash: str | None = None
    kept_as: str | None = None


@dataclass(frozen=True)
class Published:
    """The two files of one model.

    Attributes
    ----------
    folder : str
        Below the address.
    with_top, without_top : File
    address : str
        Of another place than that of Keras' files today.
    """

    folder: str
    with_top: File
    without_top: File
    address: str = field(default="", kw_only=True)

    def fetch(self, include_top: bool) -> str:
        """Return the path of the file, which is downloaded unless it is there already."""
        from cornu.utils import get_file  # comes with cornu-preprocessing

        file = self.with_top if include_top else self.without_top
        return get_file(
            file.kept_as or file.name,
            f"{self.address or ADDRESS}{self.folder}/{file.name}",
            cache_subdir="models",
            file_hash=file.file_hash,
        )


def classic(
    folder: str, start: str, hashes: Sequence[str | None], no_top: str = "_notop"
) -> Published:
    """Return the files of one model in a folder of `tensorflow/keras-applications`.

    Examples
    --------
    >>> classic("vgg16", "vgg16_weights", ("64", "6d")).without_top
    File(name='vgg16_weights_notop.h5', file_hash='6d', kept_as=None)
    """
    return Published(
        f"tensorflow/keras-applications/{folder}",
        File(f"{start}.h5", hashes[0]),
        File(f"{start}{no_top}.h5", hashes[1]),
    )
