"""All axes in one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_layers import validation
from cornu_layers.reshaping.base import Rearrangement

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class Flatten(Rearrangement):
    """Lay all axes but the first into one.

    Parameters
    ----------
    data_format : {"channels_last", "channels_first"}, optional
        With `"channels_first"` the channels are moved last before, so that both give the same
        order.

    Notes
    -----
    Input `(batch, ...)`, output `(batch, product)`; `(batch,)` becomes `(batch, 1)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Flatten()(np.ones((2, 3, 4), "float32")).shape
    (2, 12)
    """

    def __init__(self, data_format: str | None = None, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        self.data_format = validation.data_format(self, data_format)

    def call(self, inputs: Any) -> Any:
        """Return the inputs as rows."""
        shape = tuple(inputs.shape)
        if self.data_format == "channels_first" and len(shape) > 2:
            inputs = ops.transpose(inputs, (0, *range(2, len(shape)), 1))
        return ops.reshape(inputs, (shape[0], math.prod(shape[1:])))

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the batch size and the product of the rest."""
        inner = input_shape[1:]
        return input_shape[0], None if None in inner else math.prod(n or 0 for n in inner)
