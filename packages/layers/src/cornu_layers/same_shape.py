"""Layers that leave the shape of their input as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cornu.base import Layer

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class SameShape(Layer):
    """Base of layers whose output has the shape of their input, and its mask."""

    def __init__(self, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the input's shape."""
        return tuple(input_shape)
