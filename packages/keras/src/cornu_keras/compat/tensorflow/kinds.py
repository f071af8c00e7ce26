"""TensorFlow's dtypes and shapes: texts and tuples, so that all of Cornu takes them."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["DTYPES", "DType", "TensorShape", "as_dtype"]


class DType(str):
    """A dtype: equal to its name, and to NumPy's.

    Examples
    --------
    >>> float32 = DType("float32")
    >>> float32 == "float32", np.dtype("float32") == float32, float32.is_floating
    (True, True, True)
    """

    __slots__ = ()

    @property
    def name(self) -> str:
        """Its name."""
        return str(self)

    @property
    def as_numpy_dtype(self) -> Any:
        """NumPy's type of a scalar."""
        return np.dtype(self.name).type if self != "string" else object

    @property
    def is_floating(self) -> bool:
        """Whether it is of numbers with fractions."""
        return self.startswith(("float", "bfloat"))

    @property
    def is_integer(self) -> bool:
        """Whether it is of whole numbers."""
        return self.startswith(("int", "uint"))

    @property
    def is_bool(self) -> bool:
        """Whether it is of truth values."""
        return self == "bool"

    @property
    def is_complex(self) -> bool:
        """Whether it is of complex numbers."""
        return self.startswith("complex")

    @property
    def base_dtype(self) -> DType:
        """Itself."""
        return self

    real_dtype = base_dtype

    @property
    def size(self) -> int:
        """Bytes of an element."""
        return np.dtype(self.name).itemsize

    @property
    def min(self) -> Any:
        """The least number."""
        return self._limits.min

    @property
    def max(self) -> Any:
        """The greatest number."""
        return self._limits.max

    @property
    def _limits(self) -> Any:
        return np.finfo(self.name) if self.is_floating else np.iinfo(self.name)

    def __repr__(self) -> str:
        return f"tf.{self.name}"


DTYPES = {
    name: DType(name)
    for name in (
        "float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool string "
        "bfloat16 complex64 complex128"
    ).split()
} | {"half": DType("float16"), "double": DType("float64")}


def as_dtype(value: Any) -> DType:
    """Return TensorFlow's dtype of this name, or of NumPy's.

    Examples
    --------
    >>> as_dtype(np.float32)
    tf.float32
    """
    if isinstance(value, DType):
        return value
    known = DTYPES.get(value) if isinstance(value, str) else None
    if known is not None:
        return known
    name = np.dtype(value).name
    return DTYPES.get(
        "string" if name.startswith(("object", "str", "bytes")) else name, DType(name)
    )


class TensorShape(tuple):
    """A shape: a tuple of sizes, None where they are free.

    Examples
    --------
    >>> TensorShape([None, 3]).as_list(), TensorShape((2, 3)).num_elements()
    ([None, 3], 6)
    """

    __slots__ = ()

    def as_list(self) -> list[int | None]:
        """Return the sizes as a list."""
        return list(self)

    @property
    def rank(self) -> int:
        """How many axes there are."""
        return len(self)

    ndims = rank

    @property
    def dims(self) -> list[int | None]:
        """The sizes as a list."""
        return list(self)

    def is_fully_defined(self) -> bool:
        """Tell whether no size is free."""
        return None not in self

    def num_elements(self) -> int | None:
        """Return the product of the sizes, None where one is free."""
        return int(np.prod(self, dtype=np.int64)) if self.is_fully_defined() else None

    def __getitem__(self, key: Any) -> Any:
        part = super().__getitem__(key)
        return TensorShape(part) if isinstance(key, slice) else part

    def __str__(self) -> str:
        return tuple.__repr__(self)

    def __repr__(self) -> str:
        return f"TensorShape({list(self)})"
