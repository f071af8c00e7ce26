"""A scale and an offset that are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import cornu_ops as ops
from cornu_layers.same_shape import SameShape

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class Rescaling(SameShape):
    r"""Multiply and shift: $y = \text{scale}\,x + \text{offset}$.

    Parameters
    ----------
    scale, offset : float or array
        Arrays must broadcast to the input.

    Notes
    -----
    Input of any shape and dtype, integers too; output of the same shape.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Rescaling(1 / 256)(np.array([0, 64, 128], "uint8"))
    array([0.  , 0.25, 0.5 ], dtype=float32)
    """

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        for numbers in (scale, offset):
            np.asarray(numbers, float)  # what is none fails here
        self.scale = scale
        self.offset = offset

    def call(self, inputs: Any) -> Any:
        """Return the inputs, scaled and shifted."""
        dtype = self.compute_dtype
        return ops.cast(inputs, dtype) * np.asarray(self.scale, dtype) + np.asarray(
            self.offset, dtype
        )
