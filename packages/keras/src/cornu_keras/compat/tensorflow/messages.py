"""Protocol buffers of `tf.train.Example` and of tensors: a few messages, written and read by hand.

A message is a row of fields: number, and kind (bytes, whole numbers or floats).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from cornu_keras.compat.tensorflow.checks import DataLossError

__all__ = [
    "BytesList", "Example", "Feature", "Features", "FloatList", "Int64List", "field", "fields",
    "varint", "varints",
]  # fmt: skip

_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5


def varint(number: int) -> bytes:
    """Return a whole number in groups of seven bits, the lowest first; of two's complement.

    Examples
    --------
    >>> varint(300), len(varint(-1))
    (b'\\xac\\x02', 10)
    """
    number &= 2**64 - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def varints(data: bytes) -> list[int]:
    """Return the numbers that stand one after the other, with their signs."""
    found, at = [], 0
    while at < len(data):
        number, at = _varint_at(data, at)
        found.append(number - 2**64 if number >= 2**63 else number)
    return found


def _varint_at(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise DataLossError("A message ends in the middle of a number.")
        byte = data[at]
        number |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return number & (2**64 - 1), at


def field(number: int, data: bytes) -> bytes:
    """Return a field that holds bytes, or another message."""
    return varint(number << 3 | _BYTES) + varint(len(data)) + data


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Yield the fields of a message: the number, and an int or the bytes.

    Raises
    ------
    DataLossError
        For bytes that are no message.
    """
    at = 0
    while at < len(data):
        key, at = _varint_at(data, at)
        kind = key & 7
        if kind == _VARINT:
            value: Any
            value, at = _varint_at(data, at)
        else:
            size = {_EIGHT: 8, _FOUR: 4}.get(kind)
            if kind == _BYTES:
                size, at = _varint_at(data, at)
            if size is None or at + size > len(data):
                raise DataLossError("These bytes are no message: a field reaches past the end.")
            value, at = data[at : at + size], at + size
        yield key >> 3, value


class _Message:
    """What is written to bytes and read from them."""

    def SerializeToString(self) -> bytes:  # protobuf's name
        """Return the bytes."""
        raise NotImplementedError

    def MergeFromString(self, serialized: bytes) -> int:
        """Read bytes into this message, and return how many there were."""
        raise NotImplementedError

    def ParseFromString(self, serialized: bytes) -> int:
        """Read bytes in place of what was there."""
        self.__init__()  # type: ignore[misc]
        return self.MergeFromString(bytes(serialized))

    @classmethod
    def FromString(cls, serialized: bytes) -> Any:
        """Return the message that bytes stand for."""
        made = cls()
        made.ParseFromString(serialized)
        return made

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({inner})"


class _List(_Message):
    """Values of one kind."""

    def __init__(self, value: Iterable[Any] = ()) -> None:
        self.value = [self._checked(x) for x in value]

    @staticmethod
    def _checked(value: Any) -> Any:
        raise NotImplementedError


class BytesList(_List):
    """Texts, as bytes.

    Examples
    --------
    >>> BytesList(value=[b"sun"]).SerializeToString()
    b'\\n\\x03sun'
    """

    @staticmethod
    def _checked(value: Any) -> bytes:
        if not isinstance(value, bytes):
            raise TypeError(f"{value!r} has type {type(value).__name__}, but expected bytes.")
        return value

    def SerializeToString(self) -> bytes:
        """Return the bytes."""
        return b"".join(field(1, self._checked(x)) for x in self.value)

    def MergeFromString(self, serialized: bytes) -> int:
        """Read bytes into this message."""
        self.value += [value for number, value in fields(serialized) if number == 1]
        return len(serialized)


class FloatList(_List):
    """Numbers of 32 bits.

    Examples
    --------
    >>> FloatList.FromString(FloatList(value=[1.5]).SerializeToString()).value
    [1.5]
    """

    @staticmethod
    def _checked(value: Any) -> float:
        return float(value)

    def SerializeToString(self) -> bytes:
        """Return the bytes."""
        return field(1, np.asarray(self.value, "<f4").tobytes()) if self.value else b""

    def MergeFromString(self, serialized: bytes) -> int:
        """Read bytes into this message."""
        for number, value in fields(serialized):
            if number == 1:
                self.value += np.frombuffer(value, "<f4").tolist()
        return len(serialized)


class Int64List(_List):
    """Whole numbers.

    Examples
    --------
    >>> Int64List.FromString(Int64List(value=[3, -1]).SerializeToString()).value
    [3, -1]
    """

    @staticmethod
    def _checked(value: Any) -> int:
        whole = int(value)
        if whole != value or isinstance(value, float):
            raise TypeError(f"{value!r} has type {type(value).__name__}, but expected int.")
        return whole

    def SerializeToString(self) -> bytes:
        """Return the bytes."""
        return field(1, b"".join(map(varint, self.value))) if self.value else b""

    def MergeFromString(self, serialized: bytes) -> int:
        """Read bytes into this message."""
        for number, value in fields(serialized):
            if number == 1:  # one by one, as old writers did, or packed
                self.value += varints(varint(value) if isinstance(value, int) else value)
        return len(serialized)


_KINDS: dict[str, tuple[int, type[_List]]] = {
    "bytes_list": (1, BytesList),
    "float_list": (2, FloatList),
    "int64_list": (3, Int64List),
}


class Feature(_Message):
    """Values under one name: of bytes, floats or whole numbers."""

    def __init__(
        self, bytes_list: Any = None, float_list: Any = None, int64_list: Any = None
    ) -> None:
        given = {"bytes_list": bytes_list, "float_list": float_list, "int64_list": int64_list}
        self.__dict__.update({name: v for name, v in given.items() if v is not None})

    def __getattr__(self, name: str) -> Any:
        if name not in _KINDS:
            raise AttributeError(name)
        made = self.__dict__[name] = _KINDS[name][1]()
        return made

    def WhichOneof(self, group: str = "kind") -> str | None:
        """Return which list it holds."""
        told = (name for name in vars(self) if getattr(self, name).value)
        return next(told, next(iter(vars(self)), None))

    def HasField(self, name: str) -> bool:
        """Tell whether it holds this list."""
        return self.WhichOneof() == name

    def SerializeToString(self) -> bytes:
        """Return the bytes."""
        kind = self.WhichOneof()
        return b"" if kind is None else field(_KINDS[kind][0], vars(self)[kind].SerializeToString())

    def MergeFromString(self, serialized: bytes) -> int:
        """Read bytes into this message."""
        for number, value in fields(serialized):
            for name, (place, _) in _KINDS.items():
                if number == place:
                    getattr(self, name).MergeFromString(value)
        return len(serialized)


class Features(_Message):
    """Features by their names."""

    def __init__(self, feature: Any = None) -> None:
        self.feature: defaultdict[str, Feature] = defaultdict(Feature, feature or {})

    def SerializeToString(self) -> bytes:
        """Return the bytes."""
        return b"".join(
            field(1, field(1, name.encode()) + field(2, feature.SerializeToString()))
            for name, feature in self.feature.items()
        )

    def MergeFromString(self, serialized: bytes) -> int:
        """Read bytes into this message."""
        for number, value in fields(serialized):
            if number == 1:
                entry = dict(fields(value))
                self.feature[entry.get(1, b"").decode()] = Feature.FromString(entry.get(2, b""))
        return len(serialized)


class Example(_Message):
    """What stands in a record: features by their names.

    Examples
    --------
    >>> example = Example(features=Features(feature={"y": Feature(int64_list=Int64List([3]))}))
    >>> again = Example.FromString(example.SerializeToString())
    >>> again.features.feature["y"].int64_list.value
    [3]
    """

    def __init__(self, features: Features | None = None) -> None:
        self.features = Features() if features is None else features

    def SerializeToString(self) -> bytes:
        """Return the bytes."""
        return field(1, self.features.SerializeToString())

    def MergeFromString(self, serialized: bytes) -> int:
        """Read bytes into this message."""
        for number, value in fields(serialized):
            if number == 1:
                self.features.MergeFromString(value)
        return len(serialized)
