"""Zips of models and of exported programs: which members they may have, and how they are read."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from cornu_engine.errors import BadFileError
from cornu_engine.files.rules import Limits

METADATA, CONFIG, WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
PROGRAM = "cornu program"  # what the configuration of an exported model calls itself
_ASSETS = "assets/"  # vocabularies and the like, which Keras 3 puts beside the weights
_ENCRYPTED = 0x1
_BLOCK = 2**20


@dataclass(frozen=True)
class Layout:
    """Which members a kind of file has: a configuration, perhaps metadata, and these.

    Attributes
    ----------
    kind : str
        What such a file is, for messages.
    needed : tuple of str
    may_have : callable
        Tells of a name whether it is one of the others.
    """

    kind: str
    needed: tuple[str, ...]
    may_have: Callable[[str], bool]

    def knows(self, name: str) -> bool:
        """Tell whether a member may be in such a file."""
        return name in (METADATA, CONFIG, *self.needed) or self.may_have(name)


def _is_asset(name: str) -> bool:
    parts = name.split("/")
    return (
        name.startswith(_ASSETS)
        and all(part not in ("", ".", "..") for part in parts[:-1])
        and parts[-1] not in (".", "..")
        and not any(sign in name for sign in "\\:\0")
    )


MODEL = Layout("model file", (CONFIG, WEIGHTS), _is_asset)


class Archive:
    """The members of a model file.

    Parameters
    ----------
    file : binary file
        Open for reading, from its beginning.
    limits : Limits
    layout : Layout or None
        What it must be; None to find out, and to call `hold_to`.

    Raises
    ------
    BadFileError
        For another set of members, one that is there twice, encrypted, or not where the list of
        members says.
    """

    def __init__(self, file: BinaryIO, limits: Limits, layout: Layout | None = MODEL) -> None:
        self._file, self.limits = file, limits
        self._size = file.seek(0, os.SEEK_END)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise BadFileError(f"The zip cannot be opened: {error}", "damaged") from error
        self._members = dict(self._checked())
        if layout is not None:
            self.hold_to(layout)
        self._assets: dict[str, list[str]] = {}  # folder -> names in it
        for name in self._members:
            if name.startswith(_ASSETS):
                folder, _, inside = name.removeprefix(_ASSETS).rpartition("/")
                self._assets.setdefault(folder, []).append(inside)

    def _checked(self) -> Iterator[tuple[str, zipfile.ZipInfo]]:
        seen: set[str] = set()
        total = 0
        for info in self._zip.infolist():
            name = info.orig_filename
            if name in seen:
                raise BadFileError(f"The zip holds {name!r} twice.", "members")
            seen.add(name)
            total += info.file_size
            if info.flag_bits & _ENCRYPTED:
                raise BadFileError(f"Member {name!r} is encrypted.", "members")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise BadFileError(
                    f"Member {name!r} is packed by method {info.compress_type}; stored and "
                    "deflated are read.",
                    "members",
                )
            if info.compress_type == zipfile.ZIP_STORED and info.compress_size != info.file_size:
                raise BadFileError(f"Member {name!r} gives two sizes.", "damaged")
            yield name, info
        if total > self.limits.total + 2 * self.limits.text:
            raise BadFileError(
                f"The zip unpacks to {total:,} bytes; {self.limits.total:,} are allowed. Pass "
                "max_bytes to read a file that you trust.",
                "size",
            )

    def hold_to(self, layout: Layout) -> None:
        """Raise for members that a kind of file has not, and for those that are missing."""
        for name in self._members:
            if not layout.knows(name):
                raise BadFileError(
                    f"The zip holds {name!r}, which no {layout.kind} has.", "members"
                )
        for name in layout.needed:
            self.size(name)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def size(self, name: str) -> int:
        """Return how many bytes a member has, unpacked."""
        if name not in self._members:
            raise BadFileError(f"The zip is damaged, or another file: no {name}.", "members")
        return self._members[name].file_size

    def text(self, name: str) -> bytes:
        """Return a member that is a text."""
        size = self.size(name)
        if size > self.limits.text:
            raise BadFileError(
                f"{name} has {size:,} bytes; {self.limits.text:,} are allowed.", "size"
            )
        return self._unpacked(name)

    def assets(self, path: str) -> dict[str, bytes]:
        """Return the files that lie beside the weights of the object at a path, by name."""
        names = self._assets.get(path, ())
        return {name: self.text(f"{_ASSETS}{path}/{name}") for name in names}

    def open(self, name: str) -> BinaryIO:
        """Return a member as a file; what is stored as it is takes no memory."""
        info = self._members[name]
        if info.compress_type != zipfile.ZIP_STORED:
            return io.BytesIO(self._unpacked(name))
        start = self._start_of(info)
        window = Window(self._file, start, info.file_size)
        if _crc(window) != info.CRC:
            raise BadFileError(f"{name} is damaged: its sum of check does not fit.", "checksum")
        window.seek(0)
        return window  # type: ignore[return-value]

    def _unpacked(self, name: str) -> bytes:
        info = self._members[name]
        try:
            with self._zip.open(info) as member:
                data = member.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
            raise BadFileError(f"{name} is damaged: {error}", "damaged") from error
        if len(data) != info.file_size:
            raise BadFileError(f"{name} unpacks to more than it says.", "size")
        return data

    def _start_of(self, info: zipfile.ZipInfo) -> int:
        """Return where a stored member's bytes begin: behind its own header."""
        self._file.seek(info.header_offset)
        header = self._file.read(30)
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise BadFileError(f"{info.filename} is damaged: it has no header.", "damaged")
        name_length, extra_length = struct.unpack("<HH", header[26:30])
        name = self._file.read(name_length)
        if name != info.orig_filename.encode():
            raise BadFileError(f"{info.filename} is called {name!r} elsewhere.", "members")
        start = info.header_offset + 30 + name_length + extra_length
        if start + info.file_size > self._size:
            raise BadFileError(f"{info.filename} is cut off.", "damaged")
        return start


class Window(io.RawIOBase):
    """A part of a file, as a file."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._start, self._size, self._at = file, start, size, 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a place, counted from the start, from here or from the end."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Read as much as fits and is there."""
        view = memoryview(buffer).cast("B")
        count = max(min(len(view), self._size - self._at), 0)
        self._file.seek(self._start + self._at)
        done = self._file.readinto(view[:count])  # type: ignore[attr-defined]
        self._at += done
        return done


def _crc(file: io.RawIOBase) -> int:
    crc, block = 0, bytearray(_BLOCK)
    while count := file.readinto(block):
        crc = zlib.crc32(memoryview(block)[:count], crc)
    return crc
