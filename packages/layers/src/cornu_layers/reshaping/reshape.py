"""The same numbers in another shape."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_data.shapes import show_shape
from cornu_engine.errors import ShapeError
from cornu_layers.checks import where
from cornu_layers.reshaping.base import Rearrangement
from cornu_layers.validation import NotIntegers

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class Reshape(Rearrangement):
    """Give each sample another shape.

    Parameters
    ----------
    target_shape : tuple of int
        Without the batch axis. One size may be -1: it follows from the rest.

    Notes
    -----
    Input `(batch, ...)`, output `(batch, *target_shape)`.

    Raises
    ------
    ValueError
        When `target_shape` has two -1, or a size below -1.
    ShapeError
        When a sample does not hold that many numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Reshape((3, -1))(np.ones((2, 12), "float32")).shape
    (2, 3, 4)
    """

    def __init__(self, target_shape: Sequence[int], **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        try:
            self.target_shape = tuple(map(operator.index, target_shape))
        except TypeError:
            raise NotIntegers(
                f"{where(self)}: target_shape must be a tuple of integers, such as (28, 28) or "
                f"(-1,); it is {target_shape!r}."
            ) from None
        if self.target_shape.count(-1) > 1 or min(self.target_shape, default=1) < -1:
            raise ValueError(
                f"{where(self)}: target_shape may hold one -1 and sizes that are not negative; it "
                f"is {self.target_shape}."
            )

    def call(self, inputs: Any) -> Any:
        """Return the inputs in their new shape."""
        shape: Any = self.compute_output_shape(tuple(inputs.shape))
        return ops.reshape(inputs, shape)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the target with its -1 resolved, or None where the input's size is unknown."""
        batch, *inner = input_shape
        if None in inner:
            return (batch, *(None if n == -1 else n for n in self.target_shape))
        size = math.prod(n or 0 for n in inner)
        known = math.prod(n for n in self.target_shape if n != -1)
        if -1 in self.target_shape and known and size % known == 0:
            return (batch, *(size // known if n == -1 else n for n in self.target_shape))
        if size != known or -1 in self.target_shape:
            raise ShapeError(
                f"{where(self)} cannot give an input of shape {show_shape(input_shape)}, {size} "
                f"numbers per sample, the shape {show_shape((batch, *self.target_shape))}. The "
                f"sizes of target_shape must multiply to {size}; one of them may be -1."
            )
        return (batch, *self.target_shape)
