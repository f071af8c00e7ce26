"""Normalisation of each sample by its length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_layers.normalization.base import Normalization, axes_argument

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class UnitNormalization(Normalization):
    r"""Give each sample length 1: $y = x / \|x\|$.

    Parameters
    ----------
    axis : int or sequence of int
        Axes that the length is taken over.

    Notes
    -----
    Input of any shape; output of the same.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.UnitNormalization()(np.array([[3.0, 4.0]], "float32"))
    array([[0.6, 0.8]], dtype=float32)
    """

    stateless = True

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        axes_argument(self, axis)
        self.axis = axis

    def call(self, inputs: Any) -> Any:
        """Return the inputs at length 1."""
        return ops.normalize(inputs, axis=self.axes_of(inputs.shape), order=2, epsilon=1e-12)
