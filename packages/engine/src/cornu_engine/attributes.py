"""What an operation takes, said in the signature of its shape rule (a primitive) or of its
definition (a composite).

`def windows(x: Node, *, axes: Axes, size: Window)` says to mypy that axes are a tuple of int, and
to `signature_of` that they are axes of `x`, each once. What a program of our own holds obeys by
construction; what a file brings is checked before anything is made of it.
"""

from __future__ import annotations

import inspect
import math
import reprlib
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

import numpy as np

from cornu_engine.shapes import product

_INTEGERS = "int8 int16 int32 int64 uint8 uint16 uint32 uint64".split()
NUMERIC = tuple(np.dtype(n) for n in ("bool", *_INTEGERS, "float16", "float32", "float64"))
LONGEST = 1 << 22  # elements of a window, or of an axis that is counted through


@dataclass(frozen=True)
class Kind:
    """What an attribute may be.

    Attributes
    ----------
    says : str
        In words that follow "is not".
    fits : callable
        `fits(value, operands)` tells whether a value will do with these operands.
    """

    says: str
    fits: Callable[[Any, Sequence[Any]], bool]


@dataclass(frozen=True)
class Operand:
    """What an operand may be.

    Attributes
    ----------
    dtypes : str
        The kinds that its dtype may be of.
    window : int
        Elements that all its axes but the last may have.
    """

    dtypes: str
    window: int | None = None


@dataclass(frozen=True)
class Signature:
    """What an operation takes.

    Attributes
    ----------
    operands : tuple of Operand or None
        One for each; None where the operation's dtypes hold.
    more : bool
        Whether the last may stand any number of times, but at least once.
    attrs : dict of str to Kind or None
        None where it is not said.
    optional : frozenset of str
        Attributes that have a default.
    """

    operands: tuple[Operand | None, ...]
    more: bool
    attrs: Mapping[str, Kind | None]
    optional: frozenset[str]

    @property
    def is_complete(self) -> bool:
        """Whether every attribute has a kind, so that a file may hold the operation."""
        return None not in self.attrs.values()


def signature_of(function: Callable[..., Any]) -> Signature:
    """Return what the annotations of a function say.

    Examples
    --------
    >>> def flip(x, *, axes: Axes): ...
    >>> list(signature_of(flip).attrs)
    ['axes']
    """
    hints = typing.get_type_hints(function, include_extras=True)
    said = {name: getattr(hint, "__metadata__", (None,))[0] for name, hint in hints.items()}
    operands: list[Operand | None] = []
    attrs: dict[str, Kind | None] = {}
    optional, more = set(), False
    for parameter in inspect.signature(function).parameters.values():
        name = parameter.name
        if parameter.kind is parameter.KEYWORD_ONLY:
            attrs[name] = said.get(name)
            if parameter.default is not parameter.empty:
                optional.add(name)
        elif parameter.kind is parameter.VAR_KEYWORD:
            attrs[f"**{name}"] = None
        else:
            operands.append(said.get(name))
            more = more or parameter.kind is parameter.VAR_POSITIONAL
    return Signature(tuple(operands), more, attrs, frozenset(optional))


def check_call(
    signature: Signature, operands: Sequence[Any], attrs: Mapping[str, Any], dtypes: str = "biuf"
) -> None:
    """Check operands (of several, nodes only) and attributes, as far as each is right by itself.

    Raises
    ------
    ValueError
        Saying what is wrong; the caller says of what.
    """
    wanted = signature.operands
    count = len(operands)
    if count < len(wanted) or (count > len(wanted) and not signature.more):
        raise ValueError(f"it takes {len(wanted)} operands, and got {count}")
    for i, operand in enumerate(operands):
        said = wanted[min(i, len(wanted) - 1)]
        kinds = dtypes if said is None else said.dtypes
        if not isinstance(getattr(operand, "dtype", None), np.dtype):
            raise ValueError(f"its operand {i} is several values, or none")
        if operand.dtype.kind not in kinds or operand.dtype not in NUMERIC:
            raise ValueError(f"its operand {i} cannot be {operand.dtype}")
        if said is not None and said.window and product(operand.shape[:-1]) > said.window:
            raise ValueError(f"its operand {i} has a window of more than {said.window:,} elements")
    for name in attrs:
        if name not in signature.attrs:
            raise ValueError(f"it has no attribute {reprlib.repr(name)}")
    for name, kind in signature.attrs.items():
        if name not in attrs:
            if name in signature.optional:
                continue
            raise ValueError(f"its attribute {name} is missing")
        if kind is None or not kind.fits(attrs[name], operands):
            says = kind.says if kind is not None else "what a file can say"
            raise ValueError(f"{name}={reprlib.repr(attrs[name])} is not {says}")


# ---- kinds


def is_int(value: Any) -> bool:
    """Tell whether a value is a whole number, and no boolean.

    Examples
    --------
    >>> is_int(3), is_int(True), is_int(3.0)
    (True, False, False)
    """
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return is_int(value) or isinstance(value, (float, np.floating))


def _counts(value: Any, low: int) -> bool:
    return is_int(value) and low <= value < 2**63


def _steps(value: Any, operands: Sequence[Any]) -> bool:
    return _tuple(value, 1) and max(value, default=1) < 2**31


def _tuple(value: Any, low: int) -> bool:
    return isinstance(value, tuple) and all(_counts(v, low) for v in value)


def _axis(place: int) -> Callable[[Any, Sequence[Any]], bool]:
    def fits(value: Any, operands: Sequence[Any]) -> bool:
        return _counts(value, 0) and value < len(operands[place].shape)

    return fits


def _class_axis(value: Any, operands: Sequence[Any]) -> bool:
    return _axis(1)(value, operands) and operands[1].shape[value] <= LONGEST


def _places(value: Any, operands: Sequence[Any]) -> bool:
    return _tuple(value, 0) and len(set(value)) == len(value)


def _axes(value: Any, operands: Sequence[Any]) -> bool:
    return _places(value, operands) and all(v < len(operands[0].shape) for v in value)


def _sorted_axes(value: Any, operands: Sequence[Any]) -> bool:
    return _axes(value, operands) and list(value) == sorted(value)


def _window(value: Any, operands: Sequence[Any]) -> bool:
    return _tuple(value, 1) and product(value) <= LONGEST


def _pooled(value: Any, operands: Sequence[Any]) -> bool:
    return _window(value, operands) and max(operands[0].shape[1:-1], default=0) <= LONGEST


def _lengths(value: Any, operands: Sequence[Any]) -> bool:
    return _tuple(value, 0) and max(value, default=0) <= LONGEST


def _sides(value: Any, operands: Sequence[Any]) -> bool:
    return isinstance(value, tuple) and all(
        _lengths(pair, operands) and len(pair) == 2 for pair in value
    )


def _fill(value: Any, operands: Sequence[Any]) -> bool:
    dtype = operands[0].dtype
    if isinstance(value, (bool, np.bool_)):
        return dtype.kind == "b"
    if not _is_number(value):
        return False
    if dtype.kind == "f":
        return abs(value) < 2**63 if is_int(value) else True
    if not math.isfinite(value) or value != int(value):
        return False
    low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return int(low) <= int(value) <= int(high)


def _small(value: Any, operands: Sequence[Any]) -> bool:
    return _is_number(value) and 0 <= value < math.inf


def _share(value: Any, operands: Sequence[Any]) -> bool:
    return _is_number(value) and 0 <= value <= 1


def _dtype(value: Any, operands: Sequence[Any]) -> bool:
    return isinstance(value, np.dtype) and value in NUMERIC


Static = tuple[int, ...]
Sides: TypeAlias = Annotated[
    tuple[tuple[int, int], ...], Kind(f"pairs of sizes from 0 to {LONGEST:,}", _sides)
]
Lengths: TypeAlias = Annotated[Static, Kind(f"sizes from 0 to {LONGEST:,}", _lengths)]
Axis: TypeAlias = Annotated[int, Kind("an axis of the operand", _axis(0))]
ClassAxis: TypeAlias = Annotated[int, Kind("an axis of the second operand", _class_axis)]
Axes: TypeAlias = Annotated[Static, Kind("axes of the operand, each once", _axes)]
SortedAxes: TypeAlias = Annotated[Static, Kind("axes of the operand, in order", _sorted_axes)]
Place: TypeAlias = Annotated[int, Kind("an axis", lambda value, operands: _counts(value, 0))]
Places: TypeAlias = Annotated[Static, Kind("axes, each once", _places)]
Sizes: TypeAlias = Annotated[Static, Kind("sizes from 0 on", lambda value, _: _tuple(value, 0))]
Steps: TypeAlias = Annotated[Static, Kind("steps from 1 on", _steps)]
Window: TypeAlias = Annotated[Static, Kind(f"a window of 1 to {LONGEST:,} elements", _window)]
Pooled: TypeAlias = Annotated[Static, Kind(f"a window in axes of up to {LONGEST:,}", _pooled)]
Count: TypeAlias = Annotated[int, Kind("a number from 0 on", lambda value, _: _counts(value, 0))]
Groups: TypeAlias = Annotated[int, Kind("a number from 1 on", lambda value, _: _counts(value, 1))]
Flag: TypeAlias = Annotated[bool, Kind("true or false", lambda value, _: isinstance(value, bool))]
Fill: TypeAlias = Annotated[float, Kind("a number of the operand's dtype", _fill)]
Small: TypeAlias = Annotated[float, Kind("a finite number from 0 on", _small)]
Share: TypeAlias = Annotated[float, Kind("a number from 0 to 1", _share)]
Dtype: TypeAlias = Annotated[Any, Kind("a dtype of numbers", _dtype)]

Floats: TypeAlias = Annotated[Any, Operand("f")]
Numbers: TypeAlias = Annotated[Any, Operand("iuf")]
Taps: TypeAlias = Annotated[Any, Operand("iuf", window=1 << 12)]
Integers: TypeAlias = Annotated[Any, Operand("iu")]
Words: TypeAlias = Annotated[Any, Operand("u")]
Truths: TypeAlias = Annotated[Any, Operand("b")]
