"""HDF5 that comes from elsewhere: only what weights need is opened, and checked first."""

from __future__ import annotations

import contextlib
import math
import os
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu_engine.errors import BadFileError
from cornu_engine.files.heaps import check_heaps
from cornu_engine.files.names import check_name
from cornu_engine.files.rules import Limits

CHECKSUM = "crc32"  # attribute of a dataset of ours
_FILTERS = {1: "deflate", 2: "shuffle", 3: "fletcher32", 32000: "lzf"}  # those built into h5py
_STEPS, _BYTES_PER_STEP = 20_000, 16  # an object that is stored takes some 300 bytes
_SMALL = 2**16  # bytes of a dataset that may lie in the file as its fill value alone


@contextlib.contextmanager
def open_hdf5(source: Any, limits: Limits) -> Iterator[Group]:
    """Open a file and give its root.

    Parameters
    ----------
    source : path or binary file
    limits : Limits

    Raises
    ------
    BadFileError
        If it is no HDF5.
    """
    import h5py

    if isinstance(source, (str, os.PathLike)):
        size = os.path.getsize(source)
        with open(source, "rb") as file:
            longest = check_heaps(file)
    else:
        size = source.seek(0, os.SEEK_END)
        longest = check_heaps(source)
        source.seek(0)
    try:
        file = h5py.File(source, "r")
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise BadFileError(f"It is damaged, or no HDF5 ({error}).", "damaged") from error
    try:
        yield Group(file["/"].id, "", _Opened(limits, size, longest))
    finally:
        file.close()


class _Opened:
    """What is left of the limits of one file."""

    def __init__(self, limits: Limits, size: int, longest: int) -> None:
        self.limits, self.size, self.left = limits, size, limits.total
        self.longest = longest  # bytes of the longest text
        self.steps = _STEPS + size // _BYTES_PER_STEP

    def step(self, count: int = 1) -> None:
        """Count a name or an object that is looked at: hard links may show one in many places."""
        self.steps -= count
        if self.steps < 0:
            raise BadFileError("The file shows its objects in too many places.", "size")

    def take(self, count: int, path: str) -> None:
        self.left -= count
        if self.left < 0:
            raise BadFileError(
                f"The arrays of the file take more than {self.limits.total:,} bytes, at {path!r}. "
                "Pass max_bytes to read a file that you trust.",
                "size",
            )


class Group:
    """A group: names of its own, and attributes."""

    def __init__(self, identifier: Any, path: str, opened: _Opened) -> None:
        self._id, self.path, self._opened = identifier, path, opened

    def names(self) -> list[str]:
        """Return the names in it."""
        count = self._id.get_num_objs()
        if count > self._opened.limits.objects:
            raise BadFileError(f"{self.path!r} holds {count:,} objects.", "size")
        self._opened.step(count // 8)
        return [check_name(_text(name), "group or dataset") for name in self._id]

    def get(self, path: str) -> Group | Dataset | None:
        """Return what lies at a path below, None if there is nothing.

        Raises
        ------
        BadFileError
            For a path that leads out of the group, and a link that is not a hard one.
        """
        place: Group | Dataset | None = self
        for part in path.split("/"):
            if not isinstance(place, Group):
                return None
            place = place._child(part)
        return place

    def group(self, path: str) -> Group | None:
        """Return the group at a path below, None if there is none."""
        place = self.get(path)
        return place if isinstance(place, Group) else None

    def _child(self, name: str) -> Group | Dataset | None:
        import h5py

        if name in ("", ".", "..") or "\0" in name:
            raise BadFileError(f"{name!r} is no name of an HDF5 object.", "links")
        self._opened.step()
        raw = name.encode("utf-8", "surrogateescape")
        try:
            link = self._id.links.get_info(raw)
        except (KeyError, RuntimeError):
            return None
        if link.type != h5py.h5l.TYPE_HARD:
            raise BadFileError(
                f"{self.path}/{name} is a link to somewhere else, not an object.", "links"
            )
        path = f"{self.path}/{name}" if self.path else name
        identifier = h5py.h5o.open(self._id, raw)
        if isinstance(identifier, h5py.h5g.GroupID):
            return Group(identifier, path, self._opened)
        if isinstance(identifier, h5py.h5d.DatasetID):
            return Dataset(identifier, path, self._opened)
        raise BadFileError(f"{path!r} is neither a group nor numbers.", "storage")

    def walk(self) -> Iterator[Group | Dataset]:
        """Yield everything below, each group before what is in it.

        Raises
        ------
        BadFileError
            If a group contains itself, or there are too many objects.
        """
        yield from self._walk({_address(self._id)}, [0])

    def _walk(self, seen: set[Any], count: list[int]) -> Iterator[Group | Dataset]:
        waiting = [self]
        while waiting:
            group = waiting.pop()
            for name in group.names():
                count[0] += 1
                if count[0] > self._opened.limits.objects:
                    raise BadFileError(
                        f"The file holds more than {self._opened.limits.objects:,} objects.", "size"
                    )
                child = group._child(name)
                if isinstance(child, Group):
                    address = _address(child._id)
                    if address in seen:
                        raise BadFileError(
                            f"The group {child.path!r} has two places, or contains itself.", "links"
                        )
                    seen.add(address)
                    waiting.append(child)
                if child is not None:
                    yield child

    def attribute(self, name: str) -> Any:
        """Return a text, number or list of texts; None if there is none of that name."""
        return _attribute(self._id, name, self.path, self._opened)

    def texts(self, name: str) -> list[str] | None:
        """Return a list of texts, also one that was split into `name0`, `name1`, …"""
        texts = self.attribute(name)
        if texts is None:
            parts: list[Any] = []
            while (part := self.attribute(f"{name}{len(parts)}")) is not None:
                parts.append(part)
            if not parts:
                return None
            texts = [text for part in parts for text in part]
        if not isinstance(texts, list):
            raise BadFileError(f"The attribute {name!r} of {self.path!r} is no list.", "damaged")
        if len(texts) > self._opened.limits.names:
            raise BadFileError(f"The attribute {name!r} lists {len(texts):,} names.", "size")
        return [check_name(_text(x), "object") for x in texts]


class Dataset:
    """Numbers: shape and dtype are known, and plausible, before they are read."""

    def __init__(self, identifier: Any, path: str, opened: _Opened) -> None:
        self._id, self.path, self._opened = identifier, path, opened
        self.shape: tuple[int, ...] = tuple(identifier.shape)
        self.bfloat16 = False
        self.dtype = self._checked_dtype()
        self.nbytes = math.prod(self.shape) * self.dtype.itemsize
        self._check_storage()

    def _checked_dtype(self) -> np.dtype:
        import h5py

        kind = self._id.get_type()
        known = (h5py.h5t.INTEGER, h5py.h5t.FLOAT, h5py.h5t.ENUM)
        if kind.get_class() == h5py.h5t.OPAQUE and kind.get_size() == 2:
            # in its older format Keras writes no note beside the two bytes
            self.bfloat16 = self.attribute("dtype") in (None, "bfloat16")
        if kind.get_class() not in known and not self.bfloat16:
            raise BadFileError(f"{self.path!r} holds no numbers.", "storage")
        if self.bfloat16:
            return np.dtype("V2")
        dtype = kind.dtype
        if dtype.kind not in "biuf" or dtype.itemsize > 8:
            raise BadFileError(f"{self.path!r} holds {dtype}, which no weight is.", "storage")
        return dtype

    def _check_storage(self) -> None:
        import h5py

        plan = self._id.get_create_plist()
        layout, stored = plan.get_layout(), self._id.get_storage_size()
        if layout == h5py.h5d.VIRTUAL or plan.get_external_count():
            raise BadFileError(f"The numbers of {self.path!r} lie in other files.", "storage")
        for index in range(plan.get_nfilters()):
            code = plan.get_filter(index)[0]
            if code not in _FILTERS:
                raise BadFileError(f"{self.path!r} needs the filter {code}.", "storage")
        if stored > self._opened.size:
            raise BadFileError(f"{self.path!r} is larger than the file.", "damaged")
        if layout == h5py.h5d.CHUNKED:
            chunk = math.prod(plan.get_chunk()) * self.dtype.itemsize
            if chunk > max(self._opened.limits.total, _SMALL):
                raise BadFileError(f"{self.path!r} is stored in pieces of {chunk:,} bytes.", "size")
            if not plan.get_nfilters() and stored < self.nbytes > _SMALL:
                raise BadFileError(f"{self.path!r} is not all there.", "storage")
            pieces = [-(-n // m) for n, m in zip(self.shape, plan.get_chunk(), strict=True)]
            if math.prod(pieces) > max(stored, _STEPS):
                raise BadFileError(f"{self.path!r} lies in {math.prod(pieces):,} pieces.", "size")
        elif stored < self.nbytes:
            raise BadFileError(f"{self.path!r} is not all there.", "storage")
        if stored == 0 and self.nbytes > _SMALL:
            raise BadFileError(f"{self.path!r} is not there.", "storage")

    def attribute(self, name: str) -> Any:
        """Return a text or number; None if there is none of that name."""
        return _attribute(self._id, name, self.path, self._opened)

    def read(self) -> np.ndarray:
        """Return the numbers."""
        import h5py

        self._opened.take(self.nbytes, self.path)
        array = np.empty(self.shape, self.dtype)
        if array.size:
            try:
                self._id.read(h5py.h5s.ALL, h5py.h5s.ALL, array)
            except (OSError, RuntimeError, ValueError, TypeError) as error:
                raise BadFileError(f"{self.path!r} cannot be read: {error}", "damaged") from error
        if self.bfloat16:  # the upper half of a float32
            return (array.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
        return array


def checked(dataset: Dataset) -> np.ndarray:
    """Return the numbers of a dataset, which are those that were written if it says so.

    Raises
    ------
    BadFileError
        If their checksum is another.
    """
    array = dataset.read()
    said = dataset.attribute(CHECKSUM)
    if said is not None and said != checksum(array):
        raise BadFileError(f"The numbers of {dataset.path!r} have changed.", "checksum")
    return array


def checksum(array: np.ndarray) -> int:
    """Return the checksum of an array's bytes.

    Examples
    --------
    >>> checksum(np.zeros(4, "uint8"))
    558161692
    """
    return zlib.crc32(np.ascontiguousarray(array).data if array.ndim else array.tobytes())


def _attribute(identifier: Any, name: str, path: str, opened: _Opened) -> Any:
    import h5py

    raw = name.encode()
    if not h5py.h5a.exists(identifier, raw):
        return None
    attribute = h5py.h5a.open(identifier, raw)
    kind = attribute.get_type()
    if kind.get_class() not in (h5py.h5t.STRING, h5py.h5t.INTEGER, h5py.h5t.FLOAT):
        raise BadFileError(f"The attribute {name!r} of {path!r} is no text or number.", "storage")
    is_open = kind.get_class() == h5py.h5t.STRING and kind.is_variable_str()
    size = math.prod(attribute.shape) * (opened.longest if is_open else kind.get_size())
    limits = opened.limits
    most = max(limits.total, limits.text) if is_open else min(limits.text, opened.size)
    if size > most:
        raise BadFileError(f"The attribute {name!r} of {path!r} has {size:,} bytes.", "size")
    array = np.empty(attribute.shape, attribute.dtype)
    if array.size:
        attribute.read(array)
    value = array.tolist()
    return _text(value) if isinstance(value, bytes) else value


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "surrogateescape")
    if not isinstance(value, str):
        raise BadFileError(f"{value!r} is no name.", "damaged")
    return value


def _address(identifier: Any) -> Any:
    import h5py

    return h5py.h5o.get_info(identifier).addr
