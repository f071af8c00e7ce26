"""A price on rows or columns that are not at right angles."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.base import Regularizer
from cornu_layers.regularizers.norms import price
from cornu_layers.validation import choice
from cornu_layers.vectors import unit_length

_MODES = ("rows", "columns")


class OrthogonalRegularizer(Regularizer):
    r"""Price of rows or columns that are not at right angles: the mean $|\cos|$ between two.

    $\text{factor} \cdot \frac{1}{n(n-1)} \sum_{i \ne j} |\hat w_i \cdot \hat w_j|$

    Parameters
    ----------
    factor : float
        In front of the mean.
    mode : {"rows", "columns"}
        What should be orthogonal.

    Raises
    ------
    ValueError
        For another `mode`, or a weight whose rank is not 2.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import regularizers
    >>> float(regularizers.OrthogonalRegularizer(factor=0.01)(np.eye(3, dtype="float32")))
    0.0
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        self.factor = price(self, "factor", factor, 0.01)
        self.mode = choice(self, "mode", mode, _MODES)

    def __call__(self, inputs: Any) -> Any:
        """Return the price."""
        w = ops.convert_to_tensor(inputs)
        if len(w.shape) != 2:
            raise ValueError(
                "OrthogonalRegularizer needs a weight of rank 2; this one has shape "
                f"{tuple(w.shape)}. Reshape it to a matrix in your own regularizer first."
            )
        if self.mode == "columns":
            w = ops.transpose(w)
        size = w.shape[0]
        unit = unit_length(w, axis=1)
        cosines = ops.matmul(unit, ops.transpose(unit)) * (1.0 - ops.eye(size, dtype=w.dtype))
        pairs = size * (size - 1) / 2
        return ops.multiply(ops.sum(ops.absolute(cosines)), 0.5 * self.factor / pairs)
