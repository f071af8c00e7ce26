"""How each operation is said in NumPy: a row is `write(x, attrs, dtype)`, an expression.

`x` are the operands; attributes are texts already, in which free sizes stand as names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Value:
    """A value of the file.

    Attributes
    ----------
    text : str
        Its name, or a literal.
    dtype : dtype
    shape : tuple of int
        For one size of each free axis.
    in_order : bool
        Whether its numbers surely lie in order.
    """

    text: str
    dtype: np.dtype
    shape: tuple[int, ...]
    in_order: bool = True

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)


Attrs = Mapping[str, Any]
Write = Callable[[Sequence[Value], Attrs, np.dtype], str]

FUNCTIONS = {
    "neg": "negative", "abs": "abs", "sign": "sign", "exp": "exp", "expm1": "expm1", "log": "log",
    "log1p": "log1p", "sqrt": "sqrt", "sin": "sin", "cos": "cos", "tan": "tan", "asin": "arcsin",
    "acos": "arccos", "atan": "arctan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh",
    "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh", "floor": "floor", "ceil": "ceil",
    "round": "rint", "invert": "invert", "isfinite": "isfinite", "add": "add", "sub": "subtract",
    "mul": "multiply", "div": "divide", "pow": "power", "maximum": "maximum", "minimum": "minimum",
    "mod": "remainder", "floordiv": "floor_divide", "atan2": "arctan2", "and_": "bitwise_and",
    "or_": "bitwise_or", "xor": "bitwise_xor", "shift_left": "left_shift",
    "shift_right": "right_shift", "eq": "equal", "ne": "not_equal", "lt": "less",
    "le": "less_equal",
}  # fmt: skip
_REDUCERS = {"sum": "add", "max": "maximum", "min": "minimum", "prod": "multiply"}
VIEWS = frozenset("reshape transpose expand slice flip windows stop_gradient again".split())


def literal_tuple(items: Sequence[str]) -> str:
    """Return the text of a tuple."""
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"


def _function(name: str) -> Write:
    def write(x: Sequence[Value], attrs: Attrs, dtype: np.dtype) -> str:
        order = "" if all(v.in_order for v in x) else ', order="C"'
        return f"np.{name}({_texts(x)}{order})"

    return write


def _texts(x: Sequence[Value]) -> str:
    return ", ".join(v.text for v in x)


def _cast(x: Sequence[Value], attrs: Attrs, dtype: np.dtype) -> str:
    return f'np.asarray({x[0].text}).astype(np.{dtype.name}, order="C")'.replace(
        "np.bool,", "bool,"
    )


def _matmul(x: Sequence[Value], attrs: Attrs, dtype: np.dtype) -> str:
    plain = all(v.ndim == 2 for v in x) and dtype in (np.float32, np.float64)
    return f"{'_product' if plain else 'np.matmul'}({_texts(x)})"


def _reduce(name: str) -> Write:
    def write(x: Sequence[Value], attrs: Attrs, dtype: np.dtype) -> str:
        axes, keepdims = literal_tuple(attrs["axes"]), attrs["keepdims"]
        if name == "sum":
            return f"_sum({x[0].text}, {axes}, {keepdims})"
        kept = ", keepdims=True" if keepdims == "True" else ""
        wide = f", dtype={x[0].text}.dtype" if name == "prod" else ""
        return f"np.{_REDUCERS[name]}.reduce({x[0].text}, axis={axes}{wide}{kept})"

    return write


def _slice(x: Sequence[Value], attrs: Attrs, dtype: np.dtype) -> str:
    parts = []
    for start, stop, step in zip(attrs["start"], attrs["stop"], attrs["step"], strict=True):
        first = "" if start == "0" else start
        parts.append(f"{first}:{stop}" + ("" if step == "1" else f":{step}"))
    while parts and parts[-1] == ":":
        parts.pop()
    return f"{x[0].text}[{', '.join(parts)}]" if parts else x[0].text


def _helper(name: str, *keys: str) -> Write:
    """A function of `helpers/` of the operands and some attributes."""

    def write(x: Sequence[Value], attrs: Attrs, dtype: np.dtype) -> str:
        return f"{name}({', '.join([*(v.text for v in x), *(_said(attrs[k]) for k in keys)])})"

    return write


def _said(value: Any) -> str:
    return literal_tuple([_said(v) for v in value]) if isinstance(value, list) else value


def _concat(x: Sequence[Value], attrs: Attrs, dtype: np.dtype) -> str:
    return f"np.concatenate({literal_tuple([v.text for v in x])}, {attrs['axis']})"


def _reshaped(function: str) -> Write:
    return lambda x, attrs, dtype: f"{function}({x[0].text}, {_said(attrs['shape'])})"


OPERATIONS: dict[str, Write] = {
    **{op: _function(name) for op, name in FUNCTIONS.items()},
    **{name: _reduce(name) for name in _REDUCERS},
    "cast": _cast,
    "where": lambda x, attrs, dtype: f"np.where({_texts(x)})",
    "matmul": _matmul,
    "copy": lambda x, attrs, dtype: f'np.array({x[0].text}, order="C")',
    "again": lambda x, attrs, dtype: x[0].text,
    "stop_gradient": lambda x, attrs, dtype: x[0].text,
    "reshape": _reshaped("np.reshape"),
    "expand": _reshaped("np.broadcast_to"),
    "transpose": lambda x, attrs, dtype: f"np.transpose({x[0].text}, {_said(attrs['perm'])})",
    "flip": lambda x, attrs, dtype: f"np.flip({x[0].text}, {_said(attrs['axes'])})",
    "slice": _slice,
    "windows": _helper("_windows", "axes", "size", "strides", "dilation"),
    "fold": _helper("_fold", "shape", "axes", "size", "strides", "dilation"),
    "pad": _helper("_padded", "low", "high", "interior", "value"),
    "concat": _concat,
    "gather": _helper("_rows", "axis"),
    "scatter_add": _helper("_added_rows", "shape", "axis"),
    "argmax": lambda x, attrs, dtype: (
        f"np.asarray(np.argmax({x[0].text}, {attrs['axis']})).astype(np.int32)"
    ),
    "sort": lambda x, attrs, dtype: f"np.sort({x[0].text}, {attrs['axis']})",
    "argsort": lambda x, attrs, dtype: (
        f'np.argsort({x[0].text}, {attrs["axis"]}, kind="stable").astype(np.int32)'
    ),
    "cumsum": _helper("_cumulated", "axis", "reverse"),
    "random_bits": _helper("_bits", "shape"),
    "erf": _helper("_erf"),
    "sigmoid": _helper("_sigmoid"),
    "max_pool": _helper("_max_pool", "size", "strides", "padding"),
    "avg_pool": _helper("_avg_pool", "size", "strides", "padding"),
    "convolution": _helper("_convolution", "strides", "padding", "dilation", "groups"),
    "int8_convolution": _helper("_int8_convolution", "strides", "padding", "dilation", "groups"),
    "int8_matmul": _helper("_int8_product"),
    "convolution_input_grad": _helper(
        "_transposed_convolution", "shape", "strides", "padding", "dilation", "groups"
    ),
}

# composites that stay whole
WHOLE = frozenset(
    "sigmoid max_pool avg_pool convolution convolution_input_grad int8_convolution "
    "int8_matmul".split()
)
