"""Whether the rows of a value are rows of the memory it lies in."""

from __future__ import annotations

from collections.abc import Callable

from cornu_engine.graph import Node
from cornu_engine.layout import Layouts


def keeps_rows(node: Node, layouts: Layouts, rows: int) -> bool:
    """Tell whether rows `i * n : j * n` of a value are rows `i * m : j * m` of its owner.

    Parameters
    ----------
    node : Node
    layouts : Layouts
    rows : int
        Both leading axes are multiples of it.
    """
    owner = layouts.owner(node)
    while node is not owner:
        if (
            not node.ndim
            or not node.inputs[0].ndim
            or node.shape[0] % rows
            or not _KEEPS[node.op](node)
        ):
            return False
        node = node.inputs[0]
    return node.ndim > 0 and node.shape[0] % rows == 0


def _slice(node: Node) -> bool:
    attrs, size = node.attrs, node.inputs[0].shape[0]
    return (attrs["start"][0], attrs["stop"][0], attrs["step"][0]) == (0, size, 1)


def _expand(node: Node) -> bool:
    return node.ndim == node.inputs[0].ndim and node.shape[0] == node.inputs[0].shape[0]


_KEEPS: dict[str, Callable[[Node], bool]] = {
    "again": lambda node: True,
    "stop_gradient": lambda node: True,
    "reshape": lambda node: True,
    "transpose": lambda node: node.attrs["perm"][0] == 0,
    "expand": _expand,
    "slice": _slice,
    "flip": lambda node: 0 not in node.attrs["axes"],
    "windows": lambda node: 0 not in node.attrs["axes"],
}
