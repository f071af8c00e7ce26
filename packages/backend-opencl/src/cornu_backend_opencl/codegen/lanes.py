"""Values in registers: C types, numbers, loads and stores, for one lane or many.

CPU devices compute on explicit vectors, of as many lanes as their compiler gets right, GPUs on one
lane per work-item; one table of expressions serves both. Booleans are masks in registers (0 or -1)
and bytes in memory, and half precision is a way of storing: it is computed in single precision.

What the compiler does by itself is preferred to functions of the driver's library (vector loads,
conversions, selection), which not every driver compiles into the code around them. Those for CPU
devices are built on Clang, whose built-ins may be used; one lane is plain OpenCL C.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

STORED = {
    "bool": "uchar",
    "int8": "char",
    "uint8": "uchar",
    "int16": "short",
    "uint16": "ushort",
    "int32": "int",
    "uint32": "uint",
    "int64": "long",
    "uint64": "ulong",
    "float16": "half",
    "float32": "float",
    "float64": "double",
}
_SUFFIX = {"float32": "f", "float64": "", "uint32": "u", "int64": "L", "uint64": "UL"}


def stored(dtype: Any) -> str:
    """Return the C type that an element has in memory.

    Examples
    --------
    >>> stored("bool")
    'uchar'
    """
    return STORED[str(np.dtype(dtype))]


def computed(dtype: Any) -> np.dtype:
    """Return the dtype in which registers hold values of a dtype (booleans: int32 masks)."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return np.dtype(np.int32)
    return np.dtype(np.float32) if dtype == np.float16 else dtype


def number(value: Any, dtype: Any) -> str:
    """Return a number as C writes it.

    Examples
    --------
    >>> number(0.1, "float32"), number(True, "bool"), number(float("-inf"), "float32")
    ('0.1f', '-1', '-INFINITY')
    """
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return "-1" if value else "0"
    if dtype.kind == "f":
        dtype = computed(dtype)
        if not math.isfinite(value):
            special = "NAN" if math.isnan(value) else "INFINITY"
            return f"-{special}" if math.copysign(1.0, value) < 0 and special != "NAN" else special
        text = repr(float(value)) if dtype == np.float64 else str(np.float32(value))
        text = text if any(c in text for c in ".e") else f"{text}.0"
        return f"{text}{_SUFFIX[str(dtype)]}"
    value = int(value)
    if value == np.iinfo(dtype).min and value < 0:  # C reads -2147483648 as -(2147483648)
        return f"({value + 1}{_SUFFIX.get(str(dtype), '')} - 1)"
    return f"{value}{_SUFFIX.get(str(dtype), '')}"


@dataclass(frozen=True)
class Lanes:
    """How many values one C variable holds.

    Examples
    --------
    >>> Lanes(16).type("float32"), Lanes(1).type("bool")
    ('float16', 'int')
    """

    count: int

    @property
    def suffix(self) -> str:
        """What a type name ends in."""
        return "" if self.count == 1 else str(self.count)

    def type(self, dtype: Any) -> str:
        """Return the C type of a value in a register."""
        return STORED[str(computed(dtype))] + self.suffix

    def splat(self, value: Any, dtype: Any) -> str:
        """Return one number in all lanes."""
        text = number(value, dtype)
        return text if self.count == 1 and text[0] != "-" else f"({self.type(dtype)})({text})"

    def convert(self, text: str, dtype: Any) -> str:
        """Return a value converted to the register type of a dtype."""
        if self.count == 1:
            return f"({self.type(dtype)})({text})"
        return f"__builtin_convertvector({text}, {self.type(dtype)})"

    def read(self, dtype: Any, place: str) -> str:
        """Return what stands at a pointer, in all lanes; memory and registers hold it alike."""
        return f"*({place})" if self.count == 1 else f"read{self.count}_{dtype}({place})"

    def load(self, dtype: Any, place: str, count: str) -> str:
        """Return what stands at a pointer; in the lanes from `count` on anything may stand."""
        if self.count > 1 and (count != str(self.count) or computed(dtype) != dtype):
            return f"load{self.count}_{dtype}({place}, {count})"
        if self.count == 1 and dtype == np.float16:
            return f"vload_half(0, {place})"
        return f"-(int)*({place})" if np.dtype(dtype).kind == "b" else self.read(dtype, place)

    def write(self, dtype: Any, value: str, place: str) -> str:
        """Return the statement that leaves all lanes at a pointer."""
        if self.count == 1:
            return f"*({place}) = {value};"
        return f"write{self.count}_{dtype}({value}, {place});"

    def store(self, dtype: Any, value: str, place: str, count: str) -> str:
        """Return the statement that leaves the first `count` lanes at a pointer."""
        if self.count == 1 or (count == str(self.count) and computed(dtype) == dtype):
            return self.write(dtype, value, place)
        return f"store{self.count}_{dtype}({value}, {place}, {count});"

    def keep(self, dtype: Any, value: str, other: str, count: str) -> str:
        """Return a value with another number in the lanes from `count` on."""
        return f"keep{self.count}_{dtype}({value}, {other}, {count})"

    def mask(self, comparison: str, dtype: Any) -> str:
        """Return a comparison of values of a dtype as a mask."""
        if self.count == 1:
            return f"-({comparison})"
        wide = computed(dtype).itemsize
        return f"({comparison})" if wide == 4 else self.convert(comparison, np.int32)

    def select(self, mask: str, yes: str, no: str, dtype: Any) -> str:
        """Return `yes` where the mask is set, else `no`."""
        if self.count == 1:
            return f"({mask} ? {yes} : {no})"
        wide = computed(dtype).itemsize
        if wide != 4:
            mask = self.convert(mask, f"int{8 * wide}")
        return f"({mask} ? {yes} : {no})"
