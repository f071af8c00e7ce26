"""How each primitive is said in ONNX.

A row is `write(graph, operands, attrs, nodes, node)`: names of the operands, attributes with
formulas of free sizes, and the values for one size, which tell ranks and dtypes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu_engine.errors import SavingError
from cornu_engine.graph import Node
from cornu_export.onnx.graph import Graph

Names = Sequence[str]
Nodes = Sequence[Node]
Write = Callable[[Graph, Names, dict[str, Any], Nodes, Any], str]


def onnx_type(dtype: Any) -> int:
    """Return ONNX' number of a dtype.

    Examples
    --------
    >>> onnx_type("float32")
    1
    """
    from onnx import helper

    return helper.np_dtype_to_tensor_dtype(np.dtype(dtype))


def _plain(kind: str) -> Write:
    return lambda g, x, attrs, nodes, node: g.op(kind, *x)


def _by_kind(of_bool: str, of_others: str) -> Write:
    def write(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
        return g.op(of_bool if nodes[0].dtype == bool else of_others, *x)

    return write


def _one(g: Graph, node: Any) -> str:
    return g.constant(1, node.dtype)


def _expm1(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    """2 exp(x/2) sinh(x/2), exact where x is small."""
    half = g.op("Mul", x[0], g.constant(0.5, node.dtype))
    product = g.op("Mul", g.op("Exp", half), g.op("Sinh", half))
    return g.op("Mul", product, g.constant(2, node.dtype))


def _log1p(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    """2 atanh(x / (x + 2)) where x is small, log(1 + x) elsewhere."""
    small = g.op("Less", g.op("Abs", x[0]), g.constant(0.5, node.dtype))
    inside = g.op("Where", small, x[0], g.constant(0, node.dtype))
    ratio = g.op("Div", inside, g.op("Add", inside, g.constant(2, node.dtype)))
    near = g.op("Mul", g.op("Atanh", ratio), g.constant(2, node.dtype))
    return g.op("Where", small, near, g.op("Log", g.op("Add", x[0], _one(g, node))))


def _ne(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    return g.op("Not", g.op("Equal", *x))


def _isfinite(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    return g.op("Not", g.op("Or", g.op("IsNaN", x[0]), g.op("IsInf", x[0])))


def _floordiv(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    if node.dtype.kind == "f":
        return g.op("Floor", g.op("Div", *x))
    rest = g.op("Mod", *x)  # of the divisor's sign
    return g.op("Div", g.op("Sub", x[0], rest), x[1])


def _mod(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    if node.dtype.kind != "f":
        return g.op("Mod", *x)
    return g.op("Sub", x[0], g.op("Mul", x[1], g.op("Floor", g.op("Div", *x))))


def _atan2(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    zero, pi = g.constant(0, node.dtype), g.constant(np.pi, node.dtype)
    half = g.constant(np.pi / 2, node.dtype)
    upper = g.op("GreaterOrEqual", x[0], zero)
    sign = g.op("Where", upper, _one(g, node), g.constant(-1, node.dtype))
    flat = g.op("Equal", x[1], zero)
    angle = g.op("Atan", g.op("Div", x[0], g.op("Where", flat, _one(g, node), x[1])))
    left = g.op("Add", angle, g.op("Mul", sign, pi))
    slanted = g.op("Where", g.op("Less", x[1], zero), left, angle)
    upright = g.op("Mul", g.op("Sign", x[0]), half)
    return g.op("Where", flat, upright, slanted)


def _cast(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    return g.op("Cast", x[0], to=onnx_type(node.dtype))


def _shift(direction: str) -> Write:
    """BitShift takes numbers without sign; shifted to the right, ~x stands for x below 0."""

    def write(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
        dtype = node.dtype
        if dtype.kind == "u":
            return g.op("BitShift", *x, direction=direction)
        below = g.op("Cast", g.op("Less", x[0], g.constant(0, dtype)), to=onnx_type(dtype))
        mask = g.op("Neg", below) if direction == "RIGHT" else g.constant(0, dtype)
        unsigned = onnx_type(np.dtype(f"uint{8 * dtype.itemsize}"))
        turned = g.op("BitwiseXor", x[0], mask)
        parts = (g.op("Cast", part, to=unsigned) for part in (turned, x[1]))
        shifted = g.op("BitShift", *parts, direction=direction)
        return g.op("BitwiseXor", g.op("Cast", shifted, to=onnx_type(dtype)), mask)

    return write


def _where(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    """onnxruntime chooses among few kinds of whole numbers."""
    if node.dtype.kind not in "iu" or node.dtype.name in ("uint8", "int32", "int64"):
        return g.op("Where", *x)
    wide = (g.op("Cast", part, to=onnx_type(np.dtype("int64"))) for part in x[1:])
    return g.op("Cast", g.op("Where", x[0], *wide), to=onnx_type(node.dtype))


def _reshape(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    shape = g.integers(attrs["shape"])
    if node.size == 0:  # which runtimes do not bring into shape
        return g.op("Expand", g.constant(0, node.dtype), shape)
    return g.op("Reshape", x[0], shape, allowzero=1)


def _expand(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    return g.op("Expand", x[0], g.integers(attrs["shape"]))


def _transpose(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    return g.op("Transpose", x[0], perm=list(attrs["perm"]))


def _slice(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    axes = g.constant(list(range(node.ndim)), np.int64)
    bounds = (g.integers(attrs[name]) for name in ("start", "stop"))
    return g.op("Slice", x[0], *bounds, axes, g.integers(attrs["step"]))


def _flip(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    axes, first = attrs["axes"], np.iinfo(np.int64)
    each = [[-1] * len(axes), [first.min + 1] * len(axes), axes, [-1] * len(axes)]
    return g.op("Slice", x[0], *(g.constant(list(e), np.int64) for e in each))


def _concat(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    return g.op("Concat", *x, axis=attrs["axis"])


def _pad(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    value = g.constant(attrs["value"], node.dtype)
    name = x[0]
    for axis, between in enumerate(attrs["interior"]):
        if between:
            name = _spread(g, name, axis, between, nodes[0], value)
    low, high = attrs["low"], attrs["high"]
    if not any(low) and not any(high):
        return name
    return g.op("Pad", name, g.integers([*low, *high]), value)


def _spread(g: Graph, x: str, axis: int, between: int, node: Node, value: str) -> str:
    """Put numbers between the elements of an axis: a row behind each, the last cut off."""
    wide = g.op("Unsqueeze", x, g.constant([axis + 1], np.int64))
    sides = [0] * (2 * (node.ndim + 1))
    sides[node.ndim + 1 + axis + 1] = between
    wide = g.op("Pad", wide, g.constant(sides, np.int64), value)
    shape = g.op("Shape", x)
    merged = g.op("Mul", shape, g.constant(_ones(node.ndim, axis, between + 1), np.int64))
    flat = g.op("Reshape", wide, merged)
    ends = [g.constant([n], np.int64) for n in (0, -between, axis)]
    return g.op("Slice", flat, *ends)


def _ones(rank: int, axis: int, number: int) -> list[int]:
    return [number if i == axis else 1 for i in range(rank)]


def _reduce(kind: str) -> Write:
    def write(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
        axes = g.constant(list(attrs["axes"]), np.int64)
        name = g.op("Cast", x[0], to=onnx_type("int32")) if node.dtype == bool else x[0]
        reduced = g.op(kind, name, axes, keepdims=int(attrs["keepdims"]), noop_with_empty_axes=1)
        return g.op("Cast", reduced, to=onnx_type(bool)) if node.dtype == bool else reduced

    return write


def _argmax(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    place = g.op("ArgMax", x[0], axis=attrs["axis"], keepdims=0)
    return g.op("Cast", place, to=onnx_type(node.dtype))


def _cumsum(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    axis = g.constant(attrs["axis"], np.int64)
    return g.op("CumSum", x[0], axis, reverse=int(attrs["reverse"]))


def _gather(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    return g.op("Gather", x[0], _indices(g, x[1], nodes[1]), axis=attrs["axis"])


def _indices(g: Graph, name: str, node: Node) -> str:
    return name if node.dtype in (np.int32, np.int64) else g.op("Cast", name, to=onnx_type("int64"))


def _scatter_add(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    indices, updates = nodes
    axis, rank = attrs["axis"], indices.ndim
    order = [
        *range(axis, axis + rank),
        *(i for i in range(updates.ndim) if not axis <= i < axis + rank),
    ]
    front = [axis, *(i for i in range(node.ndim) if i != axis)]
    shape = g.integers([attrs["shape"][i] for i in front])
    zeros = g.op("Expand", g.constant(0, node.dtype), shape)
    places = g.op("Cast", x[0], to=onnx_type("int64"))
    places = g.op("Unsqueeze", places, g.constant([rank], np.int64))
    rows = g.op("Transpose", x[1], perm=order)
    summed = g.op("ScatterND", zeros, places, rows, reduction="add")
    return g.op("Transpose", summed, perm=[int(i) for i in np.argsort(front)])


def _sorted(output: int) -> Write:
    def write(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
        axis = attrs["axis"]
        count = g.op("Shape", x[0], start=axis, end=axis + 1)
        reduced = g.op("TopK", x[0], count, outputs=2, axis=axis, largest=0)[output]
        return g.op("Cast", reduced, to=onnx_type(node.dtype)) if output else reduced

    return write


def _windows(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    """Gather by places that are counted when the program runs: the axis may have a free size."""
    name, zero, one = x[0], g.constant(0, np.int64), g.constant(1, np.int64)
    taken = zip(attrs["axes"], attrs["size"], attrs["strides"], attrs["dilation"], strict=True)
    for done, (axis, size, stride, dilation) in enumerate(taken):
        taps = np.arange(size) * dilation
        room = g.op("Sub", g.op("Shape", name, start=axis, end=axis + 1), g.constant(taps[-1:]))
        steps = g.op("Div", g.op("Add", room, g.constant(stride - 1, np.int64)), g.constant(stride))
        counted = g.op("Range", zero, g.op("Squeeze", steps, g.constant([0], np.int64)), one)
        starts = g.op("Mul", counted, g.constant(stride, np.int64))
        places = g.op("Add", g.op("Unsqueeze", starts, g.constant([1], np.int64)), g.constant(taps))
        name = g.op("Gather", name, places, axis=axis)
        rank = nodes[0].ndim + done
        order = [i for i in range(rank + 1) if i != axis + 1]
        name = g.op("Transpose", name, perm=[*order, axis + 1])
    return name


# ---- composites ----------------------------------------------------------------------------------


def _channels_first(g: Graph, name: str, rank: int) -> str:
    return g.op("Transpose", name, perm=[0, rank - 1, *range(1, rank - 1)])


def _channels_last(g: Graph, name: str, rank: int) -> str:
    return g.op("Transpose", name, perm=[0, *range(2, rank), 1])


def _window_attrs(attrs: dict) -> dict[str, Any]:
    padding = attrs["padding"]
    written = {
        "strides": list(attrs["strides"]),
        "pads": [*(low for low, _ in padding), *(high for _, high in padding)],
    }
    if "dilation" in attrs:
        written["dilations"] = list(attrs["dilation"])
    return written


def _kernel_first(g: Graph, name: str, rank: int) -> str:
    """(…, channels, filters) -> (filters, channels, …)."""
    return g.op("Transpose", name, perm=[rank - 1, rank - 2, *range(rank - 2)])


def _convolution(kind: str) -> Write:
    def write(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
        rank = node.ndim
        image, kernel = _channels_first(g, x[0], rank), _kernel_first(g, x[1], rank)
        out = g.op(kind, image, kernel, group=attrs["groups"], **_window_attrs(attrs))
        return _channels_last(g, out, rank)

    return write


def _depthwise(kind: str) -> Write:
    def write(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
        rank = node.ndim
        image = _channels_first(g, x[0], rank)
        kernel = g.op("Transpose", x[1], perm=[rank - 2, *range(rank - 2)])
        kernel = g.op("Unsqueeze", kernel, g.constant([1], np.int64))
        out = g.op(kind, image, kernel, group=node.shape[-1], **_window_attrs(attrs))
        return _channels_last(g, out, rank)

    return write


def _transposed_convolution(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    rank = node.ndim
    given, kernel = nodes
    window = _window_attrs(attrs)
    reached = [
        (n - 1) * s + (k - 1) * d + 1 - low - high
        for n, s, k, d, (low, high) in zip(
            given.shape[1:-1],
            attrs["strides"],
            kernel.shape[:-2],
            attrs["dilation"],
            attrs["padding"],
            strict=True,
        )
    ]
    window["output_padding"] = [m - n for m, n in zip(node.shape[1:-1], reached, strict=True)]
    image, turned = _channels_first(g, x[0], rank), _kernel_first(g, x[1], rank)
    too_far = [p for p, s in zip(window["output_padding"], attrs["strides"], strict=True) if p >= s]
    if any(p < 0 for p in window["output_padding"]) or too_far:
        raise SavingError("this padding of a transposed convolution")
    out = g.op("ConvTranspose", image, turned, group=attrs["groups"], **window)
    return _channels_last(g, out, rank)


def _pool(kind: str) -> Write:
    def write(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
        image = _channels_first(g, x[0], node.ndim)
        window = _window_attrs(attrs)
        if kind == "AveragePool":
            window["count_include_pad"] = 0
        out = g.op(kind, image, kernel_shape=list(attrs["size"]), **window)
        return _channels_last(g, out, node.ndim)

    return write


def _softmax(kind: str) -> Write:
    def write(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
        if len(attrs["axes"]) == 1:
            return g.op(kind, x[0], axis=attrs["axes"][0])
        axes = g.constant(list(attrs["axes"]), np.int64)
        shifted = g.op("Sub", x[0], g.op("ReduceMax", x[0], axes, keepdims=1))
        total = g.op("ReduceSum", g.op("Exp", shifted), axes, keepdims=1)
        if kind == "LogSoftmax":
            return g.op("Sub", shifted, g.op("Log", total))
        return g.op("Div", g.op("Exp", shifted), total)

    return write


def _logsumexp(g: Graph, x: Names, attrs: dict, nodes: Nodes, node: Any) -> str:
    axes = g.constant(list(attrs["axes"]), np.int64)
    return g.op("ReduceLogSumExp", x[0], axes, keepdims=int(attrs["keepdims"]))


_NAMED = {
    "neg": "Neg", "abs": "Abs", "sign": "Sign", "exp": "Exp", "log": "Log", "sqrt": "Sqrt",
    "sin": "Sin", "cos": "Cos", "tan": "Tan", "asin": "Asin", "acos": "Acos", "atan": "Atan",
    "sinh": "Sinh", "cosh": "Cosh", "asinh": "Asinh", "acosh": "Acosh", "atanh": "Atanh",
    "tanh": "Tanh", "erf": "Erf", "floor": "Floor", "ceil": "Ceil", "round": "Round",
    "add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div", "pow": "Pow",
    "eq": "Equal", "lt": "Less", "le": "LessOrEqual",
    "matmul": "MatMul", "copy": "Identity", "stop_gradient": "Identity", "again": "Identity",
    "sigmoid": "Sigmoid", "softplus": "Softplus",
}  # fmt: skip

OPERATIONS: dict[str, Write] = {
    **{op: _plain(kind) for op, kind in _NAMED.items()},
    "expm1": _expm1,
    "log1p": _log1p,
    "maximum": _by_kind("Or", "Max"),
    "minimum": _by_kind("And", "Min"),
    "invert": _by_kind("Not", "BitwiseNot"),
    "and_": _by_kind("And", "BitwiseAnd"),
    "or_": _by_kind("Or", "BitwiseOr"),
    "xor": _by_kind("Xor", "BitwiseXor"),
    "shift_left": _shift("LEFT"),
    "shift_right": _shift("RIGHT"),
    "where": _where,
    "ne": _ne,
    "isfinite": _isfinite,
    "floordiv": _floordiv,
    "mod": _mod,
    "atan2": _atan2,
    "cast": _cast,
    "reshape": _reshape,
    "expand": _expand,
    "transpose": _transpose,
    "slice": _slice,
    "flip": _flip,
    "concat": _concat,
    "pad": _pad,
    "sum": _reduce("ReduceSum"),
    "max": _reduce("ReduceMax"),
    "min": _reduce("ReduceMin"),
    "prod": _reduce("ReduceProd"),
    "argmax": _argmax,
    "cumsum": _cumsum,
    "gather": _gather,
    "scatter_add": _scatter_add,
    "sort": _sorted(0),
    "argsort": _sorted(1),
    "windows": _windows,
    "convolution": _convolution("Conv"),
    "int8_convolution": _convolution("ConvInteger"),
    "int8_matmul": _plain("MatMulInteger"),
    "depthwise": _depthwise("Conv"),
    "int8_depthwise": _depthwise("ConvInteger"),
    "convolution_input_grad": _transposed_convolution,
    "max_pool": _pool("MaxPool"),
    "avg_pool": _pool("AveragePool"),
    "softmax": _softmax("Softmax"),
    "log_softmax": _softmax("LogSoftmax"),
    "logsumexp": _logsumexp,
}
