"""`keras.utils.data_utils`: files from the net, and batches made ahead."""

from __future__ import annotations

import hashlib
import os
import pathlib
import shutil
import tempfile
from typing import Any
from urllib.parse import unquote, urlsplit

from cornu_data.dataset import PyDataset
from cornu_keras.utilities.enqueuers import GeneratorEnqueuer, OrderedEnqueuer

__all__ = [
    "GeneratorEnqueuer",
    "OrderedEnqueuer",
    "Sequence",
    "SequenceEnqueuer",
    "get_file",
    "validate_file",
]

Sequence = PyDataset
SequenceEnqueuer = OrderedEnqueuer


def get_file(
    fname: Any = None,
    origin: Any = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    cache_dir: Any = None,
) -> str:
    """Return the path of a file, which is downloaded unless it is there already.

    Parameters
    ----------
    fname : str
        Its name here, or an absolute path.
    origin : str
        The URL.
    untar : bool
        Keep the archive as `fname.tar.gz`, and return `fname`: what it was unpacked to.
    extract : bool
        Unpack the archive beside itself; its own path is returned all the same.
    others
        As in `cornu.utils.get_file`.
    """
    import cornu

    name = os.fspath(fname) if fname else unquote(urlsplit(origin).path)
    if fname and os.path.isabs(name):
        cache_subdir = os.path.dirname(name)
    name = os.path.basename(name)
    path: str = cornu.utils.get_file(
        f"{name}.tar.gz" if untar else name,
        origin,
        md5_hash=md5_hash,
        file_hash=file_hash,
        cache_subdir=cache_subdir,
        hash_algorithm=hash_algorithm,
        cache_dir=cache_dir,
    )
    folder = os.path.dirname(path)
    unpacked = os.path.join(folder, name)
    if extract or (untar and not os.path.exists(unpacked)):
        _unpack_beside(path, folder, "tar" if untar else archive_format)
    return unpacked if untar else path


def _unpack_beside(path: str, folder: str, archive_format: Any) -> None:
    """Put what an archive holds into the folder where it lies."""
    import cornu

    with tempfile.TemporaryDirectory(dir=folder) as aside:
        origin = pathlib.Path(path).absolute().as_uri()
        unpacked = cornu.utils.get_file(
            "unpacked",
            origin,
            extract=True,
            archive_format=archive_format,
            cache_dir=aside,
            verbose=False,
        )
        if os.path.isdir(unpacked):  # else it is no archive, as a warning has said
            shutil.copytree(unpacked, folder, dirs_exist_ok=True)


def validate_file(
    fpath: Any, file_hash: str, algorithm: str = "auto", chunk_size: int = 65535
) -> bool:
    """Tell whether a file has a hash: SHA-256, or MD5 where it is not 64 characters long.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     validate_file(file.name, "d41d8cd98f00b204e9800998ecf8427e")
    True
    """
    is_sha = algorithm == "sha256" or (algorithm == "auto" and len(file_hash) == 64)
    return _hash_file(fpath, "sha256" if is_sha else "md5", chunk_size) == str(file_hash)


def _hash_file(fpath: Any, algorithm: str = "sha256", chunk_size: int = 65535) -> str:
    hasher = hashlib.sha256() if algorithm == "sha256" else hashlib.md5(usedforsecurity=False)
    with open(fpath, "rb") as file:
        while block := file.read(chunk_size):
            hasher.update(block)
    return hasher.hexdigest()


def _remove_long_seq(maxlen: int, seq: list[Any], label: list[Any]) -> tuple[list[Any], list[Any]]:
    """Return sequences shorter than `maxlen`, and their labels."""
    kept = [(x, y) for x, y in zip(seq, label, strict=True) if len(x) < maxlen]
    return [x for x, _ in kept], [y for _, y in kept]
