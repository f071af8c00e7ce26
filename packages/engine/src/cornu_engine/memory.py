"""Where each value of a plan lives.

In this order: the last write to a variable computes in its storage; parts of a concatenation are
computed in the whole; an elementwise result takes the place of an operand that dies there; what is
left gets slots, and slots whose lifetimes do not meet share bytes.
"""

from __future__ import annotations

import numpy as np

from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction, Place, Steps
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.settings import limits
from cornu_engine.shapes import product
from cornu_engine.variable import Variable


def assign_memory(plan: Steps, updates: dict[Variable, Node]) -> None:
    """Fill `places`, `inside` and `memory` of a plan; append the stores that cannot be avoided."""
    _Assignment(plan).run(updates)


class _Assignment:
    def __init__(self, plan: Steps) -> None:
        self.plan = plan
        self.layouts = plan.layouts
        self.born: dict[Node, int] = {}
        self.dies: dict[Node, int] = {}
        self.readers: dict[Node, list[tuple[int, Node]]] = {}
        for index, instruction in enumerate(plan.instructions):
            for output in instruction.outputs:
                self.born[output] = self.dies[output] = index
            for operand in instruction.inputs:
                self._read(operand, index)
        for output in plan.outputs:
            self._read(output, len(plan.instructions))

    def _read(self, value: Node, index: int) -> None:
        owner = self.layouts.owner(value)
        self.readers.setdefault(owner, []).append((index, value))
        self.dies[owner] = max(self.dies.get(owner, -1), index)

    def run(self, updates: dict[Variable, Node]) -> None:
        self._compute_in_state(updates)
        self._compute_in_wholes()
        local = self._locals()
        root = self._in_place(local)
        self._slots(root, local)

    # ---- variables

    def _compute_in_state(self, updates: dict[Variable, Node]) -> None:
        stores = []
        for variable, value in updates.items():
            leaf, owner = self.plan.state[variable], self.layouts.owner(value)
            if owner is leaf and self.layouts.is_whole(value):
                continue  # the program leaves it as it is
            if self._may_write(owner, value, leaf):
                self.plan.places[owner] = Place("state", 0, variable)
                self.dies[owner] = len(self.plan.instructions)
            else:
                stores.append(Instruction("store", value, (value,), (), variable))
        for store in stores:
            self._read(store.inputs[0], len(self.plan.instructions))
            self.plan.instructions.append(store)

    def _may_write(self, owner: Node, value: Node, leaf: Node) -> bool:
        if owner not in self.born or owner in self.plan.places or not self.layouts.is_whole(value):
            return False
        at = self.born[owner]
        group = self.plan.instructions[at].group
        for index, operand in self.readers.get(leaf, ()):
            together = index == at or (
                group is not None
                and index < len(self.plan.instructions)
                and self.plan.instructions[index].group == group
            )
            if together and not self._same_place(self.plan.instructions[index], operand, owner):
                return False
            if index > at and not together:
                return False
            if together and index > at:
                return False  # a later member wants the old value
        return True

    def _same_place(self, reader: Instruction, operand: Node, owner: Node) -> bool:
        row = PRIMITIVES.get(reader.op)
        if row is not None and row.kind == "elementwise":
            return operand.shape == owner.shape and self.layouts.is_whole(operand)
        return reader.op == "concat" and self._stays(reader.node, operand)

    def _stays(self, whole: Node, part: Node) -> bool:
        """Tell whether a slice of a variable goes back to where it was."""
        return (
            whole.ndim == 1
            and part.op == "slice"
            and part.inputs[0].op == "variable"
            and part.attrs["start"] == (_offsets(whole)[_index_of(whole.inputs, part)],)
        )

    # ---- concatenations

    def _compute_in_wholes(self) -> None:
        for index in reversed(range(len(self.plan.instructions))):
            instruction = self.plan.instructions[index]
            if instruction.op != "concat":
                continue
            whole, axis = instruction.node, instruction.node.attrs["axis"]
            if product(whole.shape[:axis]) != 1:
                continue  # the parts would not be contiguous
            for part, offset in zip(whole.inputs, _offsets(whole), strict=True):
                owner = self.layouts.owner(part)
                if self._may_live_inside(owner, part, whole):
                    self.plan.inside[owner] = (whole, offset)
                    self._extend(whole, owner)

    def _may_live_inside(self, owner: Node, part: Node, whole: Node) -> bool:
        taken = owner in self.plan.places or owner in self.plan.inside
        if taken or owner not in self.born or not self.layouts.is_whole(part) or part.size == 0:
            return False
        top = self._top(whole)
        place = self.plan.places.get(top)
        if place is not None and place.kind == "state":
            leaf = self.plan.state[place.variable]  # type: ignore[index]
            first = self.born[owner]
            group = self.plan.instructions[first].group
            return all(
                i < first
                and (
                    group is None
                    or i >= len(self.plan.instructions)
                    or self.plan.instructions[i].group != group
                )
                for i, operand in self.readers.get(leaf, ())
                if not (i == self.born[top] and self._stays(top, operand))
            )
        return True

    def _top(self, node: Node) -> Node:
        while node in self.plan.inside:
            node = self.plan.inside[node][0]
        return node

    def _extend(self, whole: Node, part: Node) -> None:
        top = self._top(whole)
        self.born[top] = min(self.born[top], self.born[part])
        self.dies[top] = max(self.dies[top], self.dies[part])

    # ---- slots

    def _free(self, owner: Node) -> bool:
        return (
            owner in self.born and owner not in self.plan.places and owner not in self.plan.inside
        )

    def _locals(self) -> set[Node]:
        """Return the values that only their own group reads: they need memory for one block."""
        local = set()
        for instruction in self.plan.instructions:
            node = instruction.node
            if instruction.group is None or not self._free(node):
                continue
            readers = [i for i, _ in self.readers.get(node, ())]
            if all(
                i < len(self.plan.instructions)
                and self.plan.instructions[i].group == instruction.group
                for i in readers
            ):
                local.add(node)
        return local

    def _in_place(self, local: set[Node]) -> dict[Node, Node]:
        """Return, for each result, the value whose slot it takes over (itself if none)."""
        root: dict[Node, Node] = {}
        wholes = {whole for whole, _ in self.plan.inside.values()}
        for index, instruction in enumerate(self.plan.instructions):
            row = PRIMITIVES.get(instruction.op)
            for output in instruction.outputs:
                root.setdefault(output, output)
            if row is None or row.kind != "elementwise" or not self._free(instruction.node):
                continue
            node = instruction.node
            for owner in map(self.layouts.owner, instruction.inputs):
                if (
                    self._free(owner)
                    and owner not in wholes
                    and self.dies[owner] == index
                    and owner.dtype.itemsize == node.dtype.itemsize
                    and all(
                        self._same_place(instruction, operand, node)
                        for at, operand in self.readers[owner]
                        if at == index
                    )
                    and (owner in local) == (node in local)
                    and (node not in local or self._group_of(owner) == instruction.group)
                ):
                    root[node] = root[owner]
                    break
        return root

    def _group_of(self, owner: Node) -> int | None:
        return self.plan.instructions[self.born[owner]].group

    def _slots(self, root: dict[Node, Node], local: set[Node]) -> None:
        spans: dict[Node, tuple[int, int]] = {}
        sizes: dict[Node, int] = {}
        for owner, first in root.items():
            if not self._free(owner):
                continue
            start, stop = self.born[owner], self.dies[owner]
            if owner not in local:
                start, stop = self._whole_group(start, stop)
            span = spans.get(first, (start, stop))
            spans[first] = min(span[0], start), max(span[1], stop)
            sizes[first] = max(sizes.get(first, 0), self._bytes(owner, local))
        offsets = _pack({n: (*spans[n], sizes[n]) for n in spans})
        for owner, first in root.items():
            if self._free(owner):
                self.plan.places[owner] = Place("slot", offsets[first], None, owner in local)
        for owner in list(self.plan.inside):
            self.plan.places[owner] = self._inner_place(owner)
        self.plan.memory = max((offsets[n] + sizes[n] for n in spans), default=0)

    def _bytes(self, owner: Node, local: set[Node]) -> int:
        size = owner.nbytes
        if owner in local and owner.ndim:
            rows = self.plan.instructions[self.born[owner]].rows
            size = size // owner.shape[0] * min(rows, owner.shape[0])
        return -(-max(size, 1) // limits.aligned) * limits.aligned

    def _whole_group(self, start: int, stop: int) -> tuple[int, int]:
        """A group runs block after block: what any member touches must last for all of it."""
        instructions = self.plan.instructions
        first = instructions[start].group
        while first is not None and start > 0 and instructions[start - 1].group == first:
            start -= 1
        last = instructions[stop].group if stop < len(instructions) else None
        while (
            last is not None
            and stop + 1 < len(instructions)
            and instructions[stop + 1].group == last
        ):
            stop += 1
        return start, stop

    def _inner_place(self, owner: Node) -> Place:
        offset, node = 0, owner
        while node in self.plan.inside:
            node, first = self.plan.inside[node]
            offset += first * owner.dtype.itemsize
        outer = self.plan.places[node]
        return Place(outer.kind, outer.offset + offset, outer.variable)


def _offsets(whole: Node) -> list[int]:
    """Return the first element of each part of a contiguous concatenation."""
    offsets, total = [], 0
    for part in whole.inputs:
        offsets.append(total)
        total += part.size
    return offsets


def _index_of(nodes: tuple[Node, ...], wanted: Node) -> int:
    return next(i for i, n in enumerate(nodes) if n is wanted)


def _pack(spans: dict[Node, tuple[int, int, int]]) -> dict[Node, int]:
    """Give each (first, last, bytes) an offset: the largest first, each as low as it can lie.

    Whole rows of what has been placed are compared at once: in a long training step most values
    live at the same time, so each is compared with all others.
    """
    offsets: dict[Node, int] = {}
    placed = np.empty((4, len(spans)), np.int64)  # first, last, offset, end; by offset
    for count, (node, (first, last, size)) in enumerate(
        sorted(spans.items(), key=lambda kv: -kv[1][2])
    ):
        born, died, low, high = placed[:, :count]
        near = (born <= last) & (died >= first)
        starts, ends = low[near], np.maximum.accumulate(high[near])
        ends = np.concatenate(([0], ends))  # of all that lie below each, and of all
        gap = np.flatnonzero(ends[:-1] + size <= starts)
        offset = offsets[node] = int(ends[gap[0] if gap.size else -1])
        at = int(np.searchsorted(low, offset, "right"))
        placed[:, at + 1 : count + 1] = placed[:, at:count]
        placed[:, at] = first, last, offset, offset + size
    return offsets
