"""`tf.io`: files read and written whole."""

from __future__ import annotations

import base64
import glob
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from cornu_keras.compat.tensorflow.data.files import decode_csv
from cornu_keras.compat.tensorflow.examples import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    VarLenFeature,
    parse_example,
    parse_single_example,
    parse_tensor,
    serialize_tensor,
)
from cornu_keras.compat.tensorflow.image import FUNCTIONS as _PICTURES
from cornu_keras.compat.tensorflow.kinds import as_dtype
from cornu_keras.compat.tensorflow.records import (
    TFRecordOptions,
    TFRecordWriter,
    tf_record_iterator,
)
from cornu_keras.compat.tensorflow.texts import as_text
from cornu_keras.compat.tensorflow.values import as_tensors


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

    # The names of TensorFlow 1.
    FastGFile = open
    Exists, IsDirectory, ListDirectory, Remove, Walk = exists, isdir, listdir, remove, walk
    Copy, DeleteRecursively, Glob, MakeDirs, MkDir, Rename = (
        copy, rmtree, glob, makedirs, makedirs, rename,
    )  # fmt: skip


def read_file(filename: Any, name: str | None = None) -> Any:
    """Return the bytes of a file."""
    return as_text(_path(filename).read_bytes())


def _path(filename: Any) -> Path:
    return Path(os.fsdecode(filename.numpy() if hasattr(filename, "numpy") else filename))


def write_file(filename: Any, contents: Any, name: str | None = None) -> None:
    """Write bytes into a file."""
    data = as_text(contents).numpy()
    _path(filename).write_bytes(data)


decode_image = _PICTURES["decode_image"]
decode_jpeg = _PICTURES["decode_jpeg"]
decode_png = _PICTURES["decode_png"]
encode_jpeg = _PICTURES["encode_jpeg"]
encode_png = _PICTURES["encode_png"]


def decode_raw(
    input_bytes: Any, out_type: Any, little_endian: bool = True, name: Any = None
) -> Any:
    """Return the numbers that bytes hold; of several texts a row each."""
    kind = np.dtype(str(as_dtype(out_type))).newbyteorder("<" if little_endian else ">")
    array = np.asarray(as_text(input_bytes).numpy(), object)
    rows = [np.frombuffer(x, kind) for x in array.reshape(-1).tolist()]
    found = np.stack(rows).reshape(*array.shape, -1)
    return as_tensors(found.astype(kind.newbyteorder("=")))


def decode_base64(input: Any, name: Any = None) -> Any:
    """Return what texts of letters fit for an address stand for."""
    return _each_bytes(input, lambda x: base64.urlsafe_b64decode(x + b"=" * (-len(x) % 4)))


def encode_base64(input: Any, pad: bool = False, name: Any = None) -> Any:
    """Return bytes as letters that are fit for an address."""
    return _each_bytes(
        input,
        lambda x: base64.urlsafe_b64encode(x) if pad else base64.urlsafe_b64encode(x).rstrip(b"="),
    )


def _each_bytes(input: Any, function: Any) -> Any:
    array = np.asarray(as_text(input).numpy(), object)
    found = np.empty(array.size, object)
    found[:] = [function(x) for x in array.reshape(-1).tolist()]
    return as_text(found.reshape(array.shape))


def matching_files(pattern: Any, name: Any = None) -> Any:
    """Return the paths that match a pattern."""
    return as_text(gfile.glob(os.fsdecode(np.asarray(pattern, object).item())))


__all__ = [
    "FixedLenFeature", "FixedLenSequenceFeature", "TFRecordOptions", "TFRecordWriter",
    "VarLenFeature", "parse_example", "parse_single_example", "parse_tensor", "serialize_tensor",
    "tf_record_iterator",
    "decode_base64", "decode_csv", "decode_raw", "encode_base64", "matching_files",
    "decode_image", "decode_jpeg", "decode_png", "encode_jpeg", "encode_png", "gfile",
    "read_file", "write_file",
]  # fmt: skip
