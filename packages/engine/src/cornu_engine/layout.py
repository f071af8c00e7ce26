"""Which views cost nothing: strides of values that share another's memory."""

from __future__ import annotations

from cornu_engine.graph import Node
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.shapes import Shape, product

Strides = tuple[int, ...]


def contiguous_strides(shape: Shape) -> Strides:
    """Return the strides, in elements, of a C-contiguous array.

    Examples
    --------
    >>> contiguous_strides((2, 3, 4))
    (12, 4, 1)
    """
    strides, step = [], 1
    for n in reversed(shape):
        strides.append(step)
        step *= n
    return tuple(reversed(strides))


def reshaped_strides(shape: Shape, strides: Strides, target: Shape) -> Strides | None:
    """Return the strides of a reshaped view, or None where the numbers must be copied.

    Examples
    --------
    >>> reshaped_strides((2, 3), (3, 1), (6,)), reshaped_strides((2, 3), (1, 2), (6,))
    ((1,), None)
    """
    if product(shape) == 0:
        return contiguous_strides(target)
    old = [(n, s) for n, s in zip(shape, strides, strict=True) if n != 1]
    result: list[int] = []
    i = j = 0
    while i < len(old) and j < len(target):
        first_old, first_new = i, j
        have, want = old[i][0], target[j]
        while have != want:
            if have < want:
                i += 1
                have *= old[i][0]
            else:
                j += 1
                want *= target[j]
        if any(old[k][1] != old[k + 1][0] * old[k + 1][1] for k in range(first_old, i)):
            return None
        step, run = old[i][1], []
        for n in reversed(target[first_new : j + 1]):
            run.append(step)
            step *= n
        result.extend(reversed(run))
        i, j = i + 1, j + 1
    return (*result, *((1,) * (len(target) - len(result))))


def view_strides(node: Node, operand: Strides) -> Strides | None:
    """Return the strides of a view of an operand, or None where the numbers must move."""
    (x,), attrs = node.inputs, node.attrs
    if node.op in ("again", "stop_gradient"):
        return operand
    if node.op == "reshape":
        return reshaped_strides(x.shape, operand, node.shape)
    if node.op == "transpose":
        return tuple(operand[i] for i in attrs["perm"])
    if node.op == "expand":
        extra = node.ndim - x.ndim
        kept = (
            0 if n == 1 != m else s
            for n, m, s in zip(x.shape, node.shape[extra:], operand, strict=True)
        )
        return (*(0,) * extra, *kept)
    if node.op == "slice":
        return tuple(s * k for s, k in zip(operand, attrs["step"], strict=True))
    if node.op == "flip":
        return tuple(-s if i in attrs["axes"] else s for i, s in enumerate(operand))
    if node.op == "windows":
        moved = list(operand)
        for axis, stride in zip(attrs["axes"], attrs["strides"], strict=True):
            moved[axis] *= stride
        tail = (operand[a] * d for a, d in zip(attrs["axes"], attrs["dilation"], strict=True))
        return (*moved, *tail)
    return None


class Layouts:
    """Finds, for every value, whose memory it lies in and with which strides.

    An *owner* has memory of its own; every other value is a view of its owner.
    """

    def __init__(self) -> None:
        self._found: dict[Node, tuple[Node, Strides]] = {}
        self._flipped: set[Node] = set()

    def of(self, node: Node) -> tuple[Node, Strides]:
        """Return (owner, strides in elements)."""
        place = self._found.get(node)
        if place is None:
            chain = [node]  # of views of views: it may be longer than calls can be deep
            while _is_view(chain[-1]) and chain[-1].inputs[0] not in self._found:
                chain.append(chain[-1].inputs[0])
            for one in reversed(chain):
                place = self._found[one] = self._find(one)
        return place  # type: ignore[return-value]

    def _find(self, node: Node) -> tuple[Node, Strides]:
        if node.is_tuple:
            return node, ()  # only its items have memory
        if _is_view(node):
            owner, strides = self._found[node.inputs[0]]
            viewed = view_strides(node, strides)
            if viewed is not None:
                if node.op == "flip" or node.inputs[0] in self._flipped:
                    self._flipped.add(node)
                return owner, viewed
        return node, contiguous_strides(node.shape)

    def owner(self, node: Node) -> Node:
        """Return the value in whose memory `node` lies."""
        return self.of(node)[0]

    def is_whole(self, node: Node) -> bool:
        """Tell whether a value covers its owner element for element, in order."""
        owner, strides = self.of(node)
        return (
            node.size == owner.size
            and strides == contiguous_strides(node.shape)
            and node not in self._flipped  # of length 1, or twice: it is not worth more than this
        )


def _is_view(node: Node) -> bool:
    row = PRIMITIVES.get(node.op)
    return row is not None and row.kind == "view" and node.op != "item" and not node.is_tuple
