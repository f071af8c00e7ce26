"""Layers that move numbers without computing."""

from __future__ import annotations

from typing import Any

from cornu.base import KerasTensor, Layer


class Rearrangement(Layer):
    """Base of layers whose output has the dtype of their input, integers included.

    A subclass writes `call` and `compute_output_shape`.
    """

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Return a symbolic output of the input's dtype."""
        return KerasTensor(self.compute_output_shape(inputs.shape), inputs.dtype)
