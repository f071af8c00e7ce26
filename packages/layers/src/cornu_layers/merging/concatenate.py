"""Inputs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_data.shapes import show_shape
from cornu_engine.errors import ShapeError
from cornu_layers import validation
from cornu_layers.checks import where
from cornu_layers.merging.base import Merge

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class Concatenate(Merge):
    """Lay inputs side by side along an axis.

    Parameters
    ----------
    axis : int
        The axis; the batch axis is 0.

    Notes
    -----
    Input: a list of values of one shape, except along `axis`. Output: their sizes along `axis`
    added up.

    Raises
    ------
    ShapeError
        When the ranks, or the sizes along another axis, differ.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Concatenate()([np.ones((2, 3), "float32"), np.ones((2, 4), "float32")]).shape
    (2, 7)
    """

    def __init__(self, axis: int = -1, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        self.axis = validation.integer(self, "axis", axis)

    def call(self, inputs: Sequence[Any]) -> Any:  # type: ignore[override]
        """Return the inputs side by side."""
        self.check_list(inputs)
        return ops.concatenate(list(inputs), axis=self.axis)

    def compute_output_shape(
        self, input_shape: Sequence[Sequence[int | None]]
    ) -> tuple[int | None, ...]:
        """Return the common shape with the sizes along `axis` added up."""
        self.check_list(input_shape, shapes=True)
        first = list(input_shape[0])
        rank = len(first)
        if any(len(s) != rank for s in input_shape) or not -rank <= self.axis < rank:
            raise self._misfit(input_shape, "have different ranks, or no such axis")
        axis = self.axis % rank
        for other in input_shape[1:]:
            for i, (a, b) in enumerate(zip(first, other, strict=True)):
                if i == axis:
                    first[i] = None if None in (a, b) else a + b  # type: ignore[operator]
                elif None in (a, b):
                    first[i] = b if a is None else a
                elif a != b:
                    raise self._misfit(input_shape, f"differ along axis {i}")
        return tuple(first)

    def _misfit(self, shapes: Sequence[Any], how: str) -> ShapeError:
        listed = " and ".join(show_shape(s) for s in shapes)
        return ShapeError(
            f"{where(self)} lays inputs side by side along axis {self.axis}, but shapes {listed} "
            f"{how}. All other sizes must be equal: crop, pad or reshape one branch."
        )

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the masks side by side; an input without one counts everywhere."""
        mask = self.check_masks(inputs, mask)
        if mask is None or all(m is None for m in mask):
            return None
        masks = []
        for x, m in zip(inputs, mask, strict=True):
            present = ops.ones_like(x, dtype="bool")
            if m is not None:
                shape = (*m.shape, *(1,) * (len(x.shape) - len(m.shape)))
                present = ops.logical_and(ops.reshape(m, shape), present)
            masks.append(present)
        return ops.any(ops.concatenate(masks, axis=self.axis), axis=-1)
