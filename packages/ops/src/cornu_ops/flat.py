"""Weights of one dtype side by side: an elementwise update is one chain over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import cornu_ops as ops
from cornu_engine.variable import Arena, Variable


class FlatGroup:
    """Variables of one dtype in an arena, their optimizer slots in arenas of the same order.

    Parameters
    ----------
    members : sequence of Variable
    slots : mapping of str to (mapping of Variable to Variable)
        The slot of each member, by the slot's name.
    owner : object
        The optimizer. Another optimizer leaves these variables where they are as long as it lives.
    """

    def __init__(
        self,
        members: Sequence[Variable],
        slots: Mapping[str, Mapping[Variable, Variable]],
        owner: Any,
    ) -> None:
        self.members = list(members)
        shared = _shared(members)
        self.arena = _new_arena(self.members, "weights", owner) if shared is None else shared
        self.slots = {
            name: _new_arena([of[v] for v in self.members], name, owner)
            for name, of in slots.items()
        }

    def intact(self) -> bool:
        """Tell whether all members still live in this group's arena."""
        return all(v.arena is self.arena for v in self.members)

    def flatten(self, values: Sequence[Any]) -> Any:
        """Return one value per member as one flat value."""
        return ops.concatenate([ops.reshape(value, (-1,)) for value in values], axis=0)

    def split(self, flat: Any) -> list[Any]:
        """Return a flat value as one value per member."""
        pieces = (flat[slice(*self.arena.piece(v))] for v in self.members)
        return [ops.reshape(x, v.shape) for x, v in zip(pieces, self.members, strict=True)]


def flat_groups(
    variables: Sequence[Variable],
    slots: Mapping[str, Mapping[Variable, Variable]],
    owner: Any,
) -> list[FlatGroup]:
    """Return the variables grouped by dtype; none where another optimizer holds some of them."""
    by_dtype: dict[Any, list[Variable]] = {}
    for variable in variables:
        by_dtype.setdefault(variable.dtype, []).append(variable)
    if not all(
        _movable(v, owner) or _shared(group) is not None
        for group in by_dtype.values()
        for v in group
    ):
        return []
    return [FlatGroup(group, slots, owner) for group in by_dtype.values()]


def _new_arena(members: Sequence[Variable], name: str, owner: Any) -> Arena:
    return Arena(members, name=f"{owner.name}/{name}", owner=owner)


def _movable(variable: Variable, owner: Any) -> bool:
    holder = None if variable.arena is None else variable.arena.owner
    return holder is None or holder is owner


def _shared(members: Sequence[Variable]) -> Arena | None:
    """Return the arena that holds just these variables in this order, if there is one."""
    arena = members[0].arena
    if arena is None or any(v.arena is not arena for v in members):
        return None
    offset = 0
    for variable in members:
        if variable.offset != offset:
            return None
        offset += variable.size
    return arena if offset == arena.size else None
