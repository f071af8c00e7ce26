"""The axes in another order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

import cornu_ops as ops
from cornu.base import InputSpec
from cornu_layers.checks import where
from cornu_layers.reshaping.base import Rearrangement

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class Permute(Rearrangement):
    """Put the axes of each sample in another order.

    Parameters
    ----------
    dims : tuple of int
        The order, counted from 1; the batch axis stays first.

    Notes
    -----
    Input `(batch, ...)`; output with axis `dims[i]` of the input as axis `i + 1`.

    Raises
    ------
    ValueError
        When `dims` is no permutation of 1, 2, ….

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Permute((2, 1))(np.ones((5, 10, 64), "float32")).shape
    (5, 64, 10)
    """

    def __init__(self, dims: Sequence[int], **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims) if np.iterable(dims) else (dims,)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"{where(self)}: dims must hold each of 1 to {len(self.dims)} once (the batch "
                f"axis, 0, stays); it is {self.dims}."
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: Any) -> Any:
        """Return the inputs with their axes in the new order."""
        return ops.transpose(inputs, (0, *self.dims))

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape in the new order."""
        return tuple(input_shape[d] for d in (0, *self.dims))
