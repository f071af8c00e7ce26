"""What every op does first: turn what the user passed into values of one dtype.

A *value* is an `ndarray` (the op runs at once) or a `Node` (the op is recorded). Promotion is
that of Keras 3: Python numbers are weak, an integer beside a float takes the float's dtype.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from cornu_engine import config
from cornu_engine.dtypes import is_float, result_type
from cornu_engine.graph import Node
from cornu_engine.trace import apply, convert

Tensor: TypeAlias = Any  # an ndarray outside a trace, a Node inside, a KerasTensor while wiring
TensorLike: TypeAlias = Any  # Tensor, Variable, Python number or nested sequence of them
DTypeLike: TypeAlias = Any
Axis: TypeAlias = "int | Sequence[int] | None"

_SCALARS = (bool, int, float)
# bool and the small integers are summed in 32 bits: x.sum() of uint8 images must not wrap at 256
_ACCUMULATORS = {
    "bool": "int32",
    "int8": "int32",
    "int16": "int32",
    "uint8": "uint32",
    "uint16": "uint32",
}


def is_weak(x: TensorLike) -> bool:
    """True for a Python number, which takes the dtype of what it meets."""
    return type(x) in _SCALARS


def kind_of(x: TensorLike) -> Any:
    """What promotion sees of `x`: the type of a Python number, the dtype of all else."""
    return type(x) if is_weak(x) else x.dtype


def as_value(x: TensorLike) -> Tensor:
    """`x` as an ndarray or Node."""
    return x if type(x) is Node else convert(x)


def value(x: TensorLike, dtype: DTypeLike = None) -> Tensor:
    """`x` as an ndarray or Node, cast to `dtype` if one is given."""
    return convert(x, dtype) if dtype is not None else as_value(x)


def promote(*xs: TensorLike, extra: Sequence[Any] = ()) -> list[Tensor]:
    """All of `xs` as values of their common dtype (`extra` dtypes take part)."""
    if not xs:
        raise ValueError("There is no tensor to compute with: give one or more.")
    operands = [x if type(x) in _SCALARS else as_value(x) for x in xs]
    kinds = [type(x) if type(x) in _SCALARS else x.dtype for x in operands]
    if len(set(kinds)) == 1 and type(operands[0]) not in _SCALARS and not extra:
        return operands  # the common case: one dtype, nothing to convert
    dtype = result_type(*kinds, *extra)
    return [_number(x, dtype) if is_weak(x) else cast_value(x, dtype) for x in operands]


def _number(x: Any, dtype: np.dtype) -> np.ndarray:
    if dtype.kind in "iu" and not lowest(dtype) <= x <= highest(dtype):
        raise OverflowError(
            f"The number {x} is none of {dtype}, which ends at {lowest(dtype)} and "
            f"{highest(dtype)}: cast the tensor beside it, as in ops.cast(x, 'int32')."
        )
    return np.asarray(x, dtype)


def promote_floating(*xs: TensorLike) -> list[Tensor]:
    """As `promote`, integers becoming `floatx`."""
    return promote(*xs, extra=(float,))


def promote_numeric(*xs: TensorLike) -> list[Tensor]:
    """As `promote`, booleans becoming the numbers 0 and 1."""
    return promote(*xs, extra=(int,))


def comparable(*xs: TensorLike) -> list[Tensor]:
    """As `promote`, but a Python integer may lie beyond the dtype it is compared with."""
    try:
        return promote(*xs)
    except OverflowError:
        return promote(*(np.asarray(x) if is_weak(x) else x for x in xs))


def truth(x: TensorLike) -> Tensor:
    """`x` as booleans: true where not 0."""
    x = as_value(x)
    return x if x.dtype == bool else apply("ne", x, 0)


def floating(x: TensorLike) -> Tensor:
    """`x` as a value of a floating dtype (integers and bools become `floatx`)."""
    x = as_value(x)
    return x if is_floating(x) else cast_value(x, config.floatx())


def numeric(x: TensorLike) -> Tensor:
    """`x` as a value that can be counted with: booleans become int32."""
    x = as_value(x)
    return cast_value(x, np.int32) if x.dtype == bool else x


def is_floating(x: Tensor) -> bool:
    """Whether a value is of a floating dtype."""
    return is_float(np.dtype(x.dtype))


def is_signed(x: Tensor) -> bool:
    """Whether a value can be negative."""
    return np.dtype(x.dtype).kind in "ifV"


def cast_value(x: Tensor, dtype: DTypeLike) -> Tensor:
    """`x` in `dtype`; no operation when it is there already."""
    dtype = np.dtype(dtype)
    return x if x.dtype == dtype else apply("cast", x, dtype=dtype)


def accumulated(x: Tensor) -> Tensor:
    """`x` in the dtype its sums are kept in."""
    return cast_value(x, _ACCUMULATORS.get(np.dtype(x.dtype).name, x.dtype))


def wide(x: Tensor) -> Tensor:
    """Half precision as single, the rest unchanged: for statistics, which overflow in 16 bits."""
    return cast_value(x, np.float32) if x.dtype == np.float16 else x


def lowest(dtype: Any) -> float | int:
    """What any number of a dtype is at least."""
    return -math.inf if is_float(dtype) else 0 if dtype.kind == "b" else int(np.iinfo(dtype).min)


def highest(dtype: Any) -> float | int:
    """What any number of a dtype is at most."""
    return math.inf if is_float(dtype) else 1 if dtype.kind == "b" else int(np.iinfo(dtype).max)
