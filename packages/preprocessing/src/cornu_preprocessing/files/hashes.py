"""Whether a file is the one that was meant."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from cornu_engine.errors import DataError

__all__ = ["Checksum"]

# How long the digest of each algorithm is, in hexadecimal digits.
DIGITS = {"sha256": 64, "md5": 32}


class Checksum:
    """An expected digest.

    Parameters
    ----------
    digest : str
        In hexadecimal digits.
    algorithm : "auto", "sha256" or "md5"
        "auto" tells by the length.

    Example
    -------
    >>> Checksum("d41d8cd98f00b204e9800998ecf8427e")
    md5 d41d8cd98f00b204e9800998ecf8427e
    """

    def __init__(self, digest: str, algorithm: str = "auto") -> None:
        digest = digest.strip().lower()
        by_length = {count: name for name, count in DIGITS.items()}
        algorithm_of_length = (
            by_length.get(len(digest)) if re.fullmatch("[0-9a-f]+", digest) else None
        )
        if algorithm not in ("auto", *DIGITS):
            raise DataError(f"hash_algorithm={algorithm!r} must be 'auto', 'sha256' or 'md5'.")
        if algorithm_of_length is None or algorithm not in ("auto", algorithm_of_length):
            raise DataError(
                f"file_hash={digest!r} is no digest of {' or '.join(DIGITS)}: those have "
                f"{' and '.join(map(str, DIGITS.values()))} hexadecimal digits."
            )
        self.digest = digest
        self.algorithm = algorithm_of_length

    def of(self, path: str | os.PathLike[str]) -> str:
        """Return the digest that a file has."""
        digest = hashlib.new(self.algorithm, usedforsecurity=False)
        with Path(path).open("rb") as file:
            while block := file.read(2**20):
                digest.update(block)
        return digest.hexdigest()

    def fits(self, path: str | os.PathLike[str]) -> bool:
        """Tell whether a file is the one that is expected."""
        return self.of(path) == self.digest

    def __repr__(self) -> str:
        return f"{self.algorithm} {self.digest}"
