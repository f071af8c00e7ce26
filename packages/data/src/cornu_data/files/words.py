"""The words of a file: how it says configurations, compile arguments and an optimizer's state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu_engine.variable import Variable

Pair = tuple[Variable, Any]


class Words:
    """Those of Keras 3, which are ours too. A dialect overrides what it says otherwise."""

    def model(self, config: Any) -> Any:
        """Return the configuration of a model in Keras 3's words."""
        return config

    def training(self, config: dict[str, Any]) -> dict[str, Any]:
        """Return what `Model.compile_from_config` takes."""
        return config

    def slots(
        self,
        optimizer: Any,
        weights: Sequence[Variable],
        stored: Sequence[Any],
        names: Sequence[str] | None,
    ) -> list[Pair] | None:
        """Return (variable of the optimizer, array of the file), None where they do not fit.

        Parameters
        ----------
        optimizer : Optimizer
            Built.
        weights : sequence of Variable
            The trainable weights in the order of the file.
        stored : sequence of Dataset
        names : sequence of str, optional
            Those of the arrays, where the file has some.
        """
        return fitting(in_order(keras3_order(optimizer, weights), stored))


def fitting(pairs: list[Pair] | None) -> list[Pair] | None:
    """Return pairs of equal shapes, None if any differ."""
    if pairs is None or any(a.shape != b.shape for a, b in pairs):
        return None
    return pairs


def in_order(variables: Sequence[Variable], stored: Sequence[Any]) -> list[Pair] | None:
    """Return variables with the arrays in the same places, None if there are more of one."""
    if len(variables) == 1 and stored[0].shape == ():  # tf_keras' SGD keeps momenta it does not use
        stored = stored[:1]
    return list(zip(variables, stored, strict=True)) if len(variables) == len(stored) else None


def keras3_order(optimizer: Any, weights: Sequence[Variable]) -> list[Variable]:
    """Return the optimizer's variables, with weights in the order of the file."""
    slots = getattr(optimizer, "_slots", {})
    own = list(getattr(optimizer, "_trainable_variables", []))
    if {id(v) for v in own} != {id(v) for v in weights}:
        return list(optimizer.variables)
    replaced = dict(zip(own, weights, strict=True))
    place = {slot: (name, w) for name, table in slots.items() for w, slot in table.items()}
    return [
        slots[place[v][0]][replaced[place[v][1]]] if v in place else v for v in optimizer.variables
    ]
