"""Marks that layers of Keras 2 left on tensors: a shape, and whether the phase matters.

Symbolic tensors have room for them. A traced value has a shape of its own and no room; what a
layer says of it there is not needed, as the step is traced for one phase.
"""

from __future__ import annotations

from typing import Any

from cornu_engine.graph import Node

__all__: list[str] = []


def _ignored(value: Node, mark: Any) -> None:
    pass


Node._keras_shape = property(lambda value: value.shape, _ignored)  # type: ignore[attr-defined]
Node._uses_learning_phase = property(lambda value: False, _ignored)  # type: ignore[attr-defined]
