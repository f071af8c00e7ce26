"""Layers that move numbers without computing."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.base import KerasTensor, Layer
from cornu_engine.dtypes import is_float


class Rearrangement(Layer):
    """Base of layers whose output has the dtype of their input, integers included.

    A subclass writes `call` and `compute_output_shape`.
    """

    one_input = True

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Return a symbolic output: a float as the layer casts it, others as they came."""
        casts = self.autocast and is_float(np.dtype(inputs.dtype))
        dtype = self.compute_dtype if casts else inputs.dtype
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype)
