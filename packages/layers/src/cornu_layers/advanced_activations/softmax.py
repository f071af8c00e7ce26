"""Softmax as a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

import cornu_ops as ops
from cornu_engine.errors import ShapeError
from cornu_engine.shapes import broadcast_shapes
from cornu_layers import activations
from cornu_layers.checks import where
from cornu_layers.same_shape import SameShape

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions

_FAR_BELOW = {"float16": -3e4}


class Softmax(SameShape):
    r"""Turn scores into probabilities: $e^{x_i} / \sum_j e^{x_j}$ along `axis`.

    Parameters
    ----------
    axis : int or tuple of int
        Along which the probabilities add up to 1.

    Notes
    -----
    Input of any shape; output of the same. The call takes a `mask` that broadcasts to the input:
    places where it is False (or at most 0.5) get probability 0.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Softmax()(np.array([1.0, 1.0, 9.0], "float32"), mask=np.array([True, True, False]))
    array([0.5, 0.5, 0. ], dtype=float32)
    """

    stateless = True

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Return the probabilities."""
        axis = tuple(self.axis) if isinstance(self.axis, (list, tuple)) else self.axis
        if mask is None:
            return activations.softmax(inputs, axis)
        present = self._present(mask, inputs)
        dtype = np.dtype(inputs.dtype)
        scores = ops.where(present, inputs, np.asarray(_FAR_BELOW.get(dtype.name, -1e9), dtype))
        # where nothing is present, softmax is uniform; nothing should be there instead
        return ops.where(present, activations.softmax(scores, axis), np.zeros((), dtype))

    def _present(self, mask: Any, inputs: Any) -> Any:
        try:
            fits = broadcast_shapes(mask.shape, inputs.shape) == tuple(inputs.shape)
        except ValueError:
            fits = False
        if not fits:
            raise ShapeError(
                f"{where(self)} needs a mask that broadcasts to its input of shape "
                f"{tuple(inputs.shape)}; this one has shape {tuple(mask.shape)}."
            )
        return mask if np.dtype(mask.dtype) == bool else ops.greater(mask, 0.5)
