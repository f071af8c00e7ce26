"""The same layer at every step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_data.shapes import show_shape
from cornu_data.symbolic.signature import signature_of
from cornu_engine import tree
from cornu_engine.errors import ShapeError
from cornu_layers.checks import where
from cornu_layers.wrappers.wrapper import Wrapper

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class TimeDistributed(Wrapper):
    """Apply a layer to every step of a sequence on its own.

    Parameters
    ----------
    layer : Layer
        For one step.

    Notes
    -----
    Input `(batch, steps, ...)` of rank 3 or more; output the layer's, with the axis of steps put
    in. All steps go through the layer as one large batch; only a layer that looks at its batch
    while training (`BatchNormalization`) is called step by step.

    Raises
    ------
    ShapeError
        When the input has no axis besides batch and steps.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.TimeDistributed(layers.Conv2D(4, 3))
    >>> layer(np.ones((2, 5, 8, 8, 1), "float32")).shape
    (2, 5, 6, 6, 4)
    """

    def __init__(self, layer: Any, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(layer, **kwargs)
        self.supports_masking = True

    def _step_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        if len(input_shape) < 3:
            raise ShapeError(
                f"{where(self)} takes an input of shape (batch, steps, ...) and rank 3 or more; "
                f"this one has shape {show_shape(input_shape)}. Add an axis with Reshape, or drop "
                "TimeDistributed."
            )
        return (input_shape[0], *input_shape[2:])

    def build(self, input_shape: Any = None) -> None:
        """Build the layer inside for one step."""
        super().build(self._step_shape(input_shape))

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Return the layer's outputs, step by step."""
        self._step_shape(inputs.shape)
        batch, steps = inputs.shape[:2]
        if mask is not None and tuple(mask.shape[:2]) != (batch, steps):
            raise ShapeError(
                f"{where(self)} was given a mask of shape {tuple(mask.shape)} for an input of "
                f"shape {tuple(inputs.shape)}; their first two axes must agree."
            )
        extra = {"training": training} if signature_of(self.layer.call).accepts("training") else {}
        if training and self._looks_at_batch():
            outputs = [self._step(inputs[:, t], mask, t, extra) for t in range(steps)]
            return tree.map_structure(lambda *rows: ops.stack(rows, axis=1), *outputs)
        if mask is not None and self._takes_mask(inputs, mask):
            extra["mask"] = ops.reshape(mask, (batch * steps, *mask.shape[2:]))
        merged = self.layer(ops.reshape(inputs, (batch * steps, *inputs.shape[2:])), **extra)
        return tree.map_structure(lambda y: ops.reshape(y, (batch, steps, *y.shape[1:])), merged)

    def _step(self, inputs: Any, mask: Any, t: int, extra: dict[str, Any]) -> Any:
        if mask is not None and self._takes_mask(inputs[:, None], mask):
            extra = {**extra, "mask": mask[:, t]}
        return self.layer(inputs, **extra)

    def _looks_at_batch(self) -> bool:
        return bool(self.layer.trainable and self.layer.non_trainable_weights)

    def _takes_mask(self, inputs: Any, mask: Any) -> bool:
        accepts = signature_of(self.layer.call).accepts("mask")
        return accepts and len(mask.shape) == len(inputs.shape) - 1

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> Any:
        """Return the layer's output shape with the axis of steps put in."""
        inner = self.layer.compute_output_shape(self._step_shape(input_shape))
        return tree.map_shape_structure(lambda s: (s[0], input_shape[1], *s[1:]), inner)
