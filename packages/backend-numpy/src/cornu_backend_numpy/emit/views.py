"""How each view is written in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu_engine.graph import Node

Shape = tuple[int, ...]


def view_expression(node: Node, source: str, shape: Shape, operand: Shape) -> str:
    """Return the expression for a view of `source`.

    Parameters
    ----------
    node : Node
        Of kind "view".
    source : str
        Its operand.
    shape, operand : tuple of int
        Shapes of the result and the operand in the frame they are used in: a block has fewer rows.
    """
    return _TABLE[node.op](source, node.attrs, shape, operand)


def index_expression(slices: tuple[slice, ...], shape: Shape) -> str:
    """Return `[a:b, ::c]` for slices of an array of that shape; "" for all of it.

    Examples
    --------
    >>> index_expression((slice(0, 4), slice(1, 5, 2)), (4, 6))
    '[:, 1:5:2]'
    """
    parts = []
    for s, n in zip(slices, shape, strict=True):
        start = "" if s.start in (0, None) else str(s.start)
        stop = "" if s.stop in (n, None) else str(s.stop)
        parts.append(f"{start}:{stop}" + (f":{s.step}" if s.step not in (1, None) else ""))
    while parts and parts[-1] == ":":
        parts.pop()
    return f"[{', '.join(parts)}]" if parts else ""


def _slice(source: str, attrs: dict[str, Any], shape: Shape, operand: Shape) -> str:
    triples = zip(attrs["start"], attrs["stop"], attrs["step"], strict=True)
    return source + index_expression(tuple(slice(*t) for t in triples), operand)


def _flip(source: str, attrs: dict[str, Any], shape: Shape, operand: Shape) -> str:
    return source + index_expression(
        tuple(slice(None, None, -1 if i in attrs["axes"] else 1) for i in range(len(shape))),
        operand,
    )


def _windows(source: str, attrs: dict[str, Any], shape: Shape, operand: Shape) -> str:
    keys = ("axes", "size", "strides", "dilation")
    return f"window_view({source}, {', '.join(str(attrs[k]) for k in keys)})"


def _reshape(source: str, attrs: dict[str, Any], shape: Shape, operand: Shape) -> str:
    if shape != attrs["shape"]:  # a block of rows; the last may be shorter
        return f"{source}.reshape({(-1, *shape[1:])})"
    return f"{source}.reshape({shape})"


def _expand(source: str, attrs: dict[str, Any], shape: Shape, operand: Shape) -> str:
    if shape != attrs["shape"]:
        return f"np.broadcast_to({source}, (len({source}), *{shape[1:]}))"
    return f"np.broadcast_to({source}, {shape})"


_TABLE: dict[str, Callable[[str, dict[str, Any], Shape, Shape], str]] = {
    "again": lambda x, attrs, shape, operand: x,
    "stop_gradient": lambda x, attrs, shape, operand: x,
    "reshape": _reshape,
    "transpose": lambda x, attrs, shape, operand: f"{x}.transpose({attrs['perm']})",
    "expand": _expand,
    "slice": _slice,
    "flip": _flip,
    "windows": _windows,
}
