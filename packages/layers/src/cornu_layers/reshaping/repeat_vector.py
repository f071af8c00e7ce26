"""One vector at every step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_layers import validation
from cornu_layers.checks import check_rank
from cornu_layers.reshaping.base import Rearrangement

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class RepeatVector(Rearrangement):
    """Repeat a vector at each of `n` steps.

    Parameters
    ----------
    n : int
        Number of steps.

    Notes
    -----
    Input `(batch, features)`, output `(batch, n, features)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.RepeatVector(3)(np.array([[1.0, 2.0]], "float32"))
    array([[[1., 2.],
            [1., 2.],
            [1., 2.]]], dtype=float32)
    """

    def __init__(self, n: int, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        self.n = validation.positive_int(self, "n", n)

    def call(self, inputs: Any) -> Any:
        """Return the vectors, repeated."""
        check_rank(self, inputs.shape, ("features",))
        batch, features = inputs.shape
        return ops.broadcast_to(ops.expand_dims(inputs, 1), (batch, self.n, features))

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape with `n` steps put in."""
        check_rank(self, input_shape, ("features",))
        return input_shape[0], self.n, input_shape[1]
