"""Files of records, `.tfrecord`: each is its length, its bytes, and checksums of both."""

from __future__ import annotations

import functools
import gzip
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cornu_keras.compat.tensorflow.checks import DataLossError

__all__ = ["TFRecordOptions", "TFRecordWriter", "crc32c", "tf_record_iterator"]

_MANY = 4096  # bytes from which on it is faster to sum in lanes


@functools.cache
def _table() -> np.ndarray:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, np.uint32(0x82F63B78) ^ (table >> 1), table >> 1)
    return table.astype(np.uint32)


@functools.cache
def _numbers() -> list[int]:
    return [int(x) for x in _table()]


def crc32c(data: bytes) -> int:
    """Return Castagnoli's checksum.

    Many bytes are summed in lanes, side by side: a sum is linear, so each lane is moved past the
    bytes of those behind it by a matrix of bits.

    Examples
    --------
    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    return _in_lanes(data) if len(data) >= _MANY else _one_by_one(data)


def _one_by_one(data: bytes) -> int:
    table, state = _numbers(), 0xFFFFFFFF
    for byte in data:
        state = table[(state ^ byte) & 255] ^ state >> 8
    return state ^ 0xFFFFFFFF


def _in_lanes(data: bytes) -> int:
    lanes = int(len(data) ** 0.5)
    length = -(-len(data) // lanes)
    bits = np.uint32(1) << np.arange(32, dtype=np.uint32)
    padded = np.zeros(lanes * length, np.uint8)  # zeros in front change nothing
    padded[-len(data) :] = np.frombuffer(data, np.uint8)
    padded[lanes * length - len(data) :][:4] ^= 255  # the sum begins with ones
    columns = np.zeros((length, lanes + 32), np.uint32)
    columns[:, :lanes] = padded.reshape(lanes, length).T
    table, state = _table(), np.concatenate([np.zeros(lanes, np.uint32), bits])
    for column in columns:
        state = table[(state ^ column) & 255] ^ state >> 8
    moved, total = state[lanes:], np.uint32(0)
    for lane in state[:lanes]:
        total = np.bitwise_xor.reduce(moved[(total & bits) != 0], initial=0) ^ lane
    return int(total) ^ 0xFFFFFFFF


def _masked(data: bytes) -> bytes:
    """Return the sum as records hold it: turned and moved, as records may be in records."""
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


class TFRecordOptions:
    """How records are compressed: "", "GZIP" or "ZLIB"."""

    def __init__(self, compression_type: Any = None, **_: Any) -> None:
        self.compression_type = compression_type or ""

    @classmethod
    def of(cls, options: Any) -> str:
        """Return the name of what a script gave."""
        name = options.compression_type if isinstance(options, cls) else options or ""
        if name not in ("", "GZIP", "ZLIB"):
            raise ValueError(f"Records are compressed by 'GZIP' or 'ZLIB' or not, not by {name!r}.")
        return str(name)


class TFRecordWriter:
    """Writes records into a file, one after the other.

    Parameters
    ----------
    path : path
    options : TFRecordOptions or str, optional

    Examples
    --------
    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/two.tfrecord"
    >>> with TFRecordWriter(path) as writer:
    ...     writer.write(b"sun")
    ...     writer.write(b"sea")
    >>> list(tf_record_iterator(path))
    [b'sun', b'sea']
    """

    def __init__(self, path: Any, options: Any = None) -> None:
        kind = TFRecordOptions.of(options)
        plain = Path(os.fsdecode(path)).open("wb")  # noqa: SIM115 - until close()
        self._file: Any = gzip.GzipFile(fileobj=plain, mode="wb") if kind == "GZIP" else plain
        self._plain, self._packer = plain, zlib.compressobj() if kind == "ZLIB" else None

    def write(self, record: bytes) -> None:
        """Write a record."""
        size = struct.pack("<Q", len(record))
        data = b"".join((size, _masked(size), record, _masked(record)))
        self._file.write(data if self._packer is None else self._packer.compress(data))

    def flush(self) -> None:
        """Hand everything to the system."""
        self._file.flush()

    def close(self) -> None:
        """End the file."""
        if self._plain.closed:
            return
        if self._packer is not None:
            self._file.write(self._packer.flush())
        self._file.close()
        self._plain.close()

    def __enter__(self) -> TFRecordWriter:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()


def tf_record_iterator(path: Any, options: Any = None) -> Iterator[bytes]:
    """Yield the records of a file.

    Raises
    ------
    DataLossError
        For a file that is damaged, or is none of records.
    """
    kind, name = TFRecordOptions.of(options), os.fsdecode(path)
    with Path(name).open("rb") as plain:
        file: Any = gzip.GzipFile(fileobj=plain) if kind == "GZIP" else plain
        read = _Unpacked(plain).read if kind == "ZLIB" else file.read
        place = 0
        while True:
            head = read(12)
            if not head:
                return
            whole = len(head) == 12 and head[8:] == _masked(head[:8])
            size = struct.unpack("<Q", head[:8])[0] if whole else 0
            record = read(size) if whole else b""
            if not whole or len(record) < size or read(4) != _masked(record):
                raise DataLossError(
                    f"{name} is damaged at record {place}: its checksum does not fit. Was it "
                    "written to the end, and is compression_type what it was written with?"
                )
            yield record
            place += 1


class _Unpacked:
    def __init__(self, file: Any) -> None:
        self._file, self._packer, self._rest = file, zlib.decompressobj(), b""

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and (data := self._file.read(1 << 16)):
            self._rest += self._packer.decompress(data)
        found, self._rest = self._rest[:size], self._rest[size:]
        return found
