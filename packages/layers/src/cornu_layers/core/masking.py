"""Marking the steps of a sequence that hold nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_layers import validation
from cornu_layers.same_shape import SameShape

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class Masking(SameShape):
    """Mark the steps in which every feature equals `mask_value`, and set them to 0.

    Layers that follow skip them.

    Parameters
    ----------
    mask_value : float
        What an empty step is filled with.

    Notes
    -----
    Input `(batch, steps, features)`; output of the same shape, with a mask `(batch, steps)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.Masking(mask_value=-1.0)
    >>> layer.compute_mask(np.array([[[1.0], [-1.0]]], "float32"))
    array([[ True, False]])
    """

    one_input = True
    stateless = True

    def __init__(self, mask_value: float = 0.0, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        validation.number(self, "mask_value", mask_value)
        self.mask_value = mask_value

    def call(self, inputs: Any) -> Any:
        """Return the inputs with empty steps set to 0."""
        present = ops.any(ops.not_equal(inputs, self.mask_value), axis=-1, keepdims=True)
        return ops.where(present, inputs, ops.zeros((), dtype=inputs.dtype))

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return which steps are not empty."""
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)
