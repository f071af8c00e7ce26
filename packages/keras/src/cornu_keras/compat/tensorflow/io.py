"""`tf.io`: files read and written whole."""

from __future__ import annotations

import glob
import os
import shutil
from pathlib import Path
from typing import Any

from cornu_keras.compat.tensorflow.image import FUNCTIONS as _PICTURES


class gfile:
    """Files and folders, by the names of TensorFlow."""

    GFile = open
    Open = open
    exists = staticmethod(os.path.exists)
    isdir = staticmethod(os.path.isdir)
    listdir = staticmethod(os.listdir)
    remove = staticmethod(os.remove)
    walk = staticmethod(os.walk)

    @staticmethod
    def glob(pattern: Any) -> list[str]:
        """Return the paths that match a pattern."""
        patterns = [pattern] if isinstance(pattern, (str, os.PathLike)) else pattern
        return sorted(path for p in patterns for path in glob.glob(os.fspath(p)))

    @staticmethod
    def makedirs(path: Any) -> None:
        """Make a folder and those above it."""
        os.makedirs(path, exist_ok=True)

    mkdir = makedirs

    @staticmethod
    def copy(src: Any, dst: Any, overwrite: bool = False) -> None:
        """Copy a file."""
        if not overwrite and os.path.exists(dst):
            raise FileExistsError(f"{dst} is there already: pass overwrite=True to replace it.")
        shutil.copy(src, dst)

    @staticmethod
    def rename(src: Any, dst: Any, overwrite: bool = False) -> None:
        """Move a file."""
        if not overwrite and os.path.exists(dst):
            raise FileExistsError(f"{dst} is there already: pass overwrite=True to replace it.")
        os.replace(src, dst)

    @staticmethod
    def rmtree(path: Any) -> None:
        """Remove a folder with all that is in it."""
        shutil.rmtree(path)


def read_file(filename: Any, name: str | None = None) -> bytes:
    """Return the bytes of a file."""
    path = filename if isinstance(filename, (str, os.PathLike)) else str(filename)
    return Path(path).read_bytes()


def write_file(filename: Any, contents: Any, name: str | None = None) -> None:
    """Write bytes into a file."""
    data = contents.encode() if isinstance(contents, str) else bytes(contents)
    Path(str(filename)).write_bytes(data)


decode_image = _PICTURES["decode_image"]
decode_jpeg = _PICTURES["decode_jpeg"]
decode_png = _PICTURES["decode_png"]
encode_jpeg = _PICTURES["encode_jpeg"]
encode_png = _PICTURES["encode_png"]
__all__ = [
    "decode_image", "decode_jpeg", "decode_png", "encode_jpeg", "encode_png", "gfile",
    "read_file", "write_file",
]  # fmt: skip
