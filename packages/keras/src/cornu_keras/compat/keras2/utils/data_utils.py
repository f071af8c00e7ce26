"""`keras.utils.data_utils`: files from the net, and batches made ahead."""

from __future__ import annotations

import hashlib
from typing import Any

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
    fname: Any,
    origin: Any,
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

    Its arguments are those of `cornu.utils.get_file`, in the order of Keras 2.
    """
    import cornu

    path: str = cornu.utils.get_file(
        fname,
        origin,
        untar=untar,
        md5_hash=md5_hash,
        file_hash=file_hash,
        cache_subdir=cache_subdir,
        hash_algorithm=hash_algorithm,
        extract=extract,
        archive_format=archive_format,
        cache_dir=cache_dir,
    )
    return path


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
