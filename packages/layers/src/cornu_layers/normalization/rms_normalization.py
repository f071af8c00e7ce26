"""Normalisation of each sample by its root mean square."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_layers.normalization.base import Normalization, axes_argument

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class RMSNormalization(Normalization):
    r"""Give each sample a root mean square of 1: $y = \gamma x / \sqrt{\overline{x^2} + \epsilon}$.

    Parameters
    ----------
    axis : int or sequence of int
        Axes that the mean is taken over.
    epsilon : float
        $\epsilon$.

    Notes
    -----
    Input of any shape; output of the same. Weights: `scale`, with the sizes of `axis`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.RMSNormalization(epsilon=0.0)(np.array([[1.0, 7.0]], "float32"))
    array([[0.2, 1.4]], dtype=float32)

    References
    ----------
    Zhang and Sennrich, "Root Mean Square Layer Normalization" (2019),
    https://arxiv.org/abs/1910.07467
    """

    def __init__(
        self, axis: int | Sequence[int] = -1, epsilon: float = 1e-6, **kwargs: Unpack[LayerOptions]
    ) -> None:
        super().__init__(**kwargs)
        self.axis = axes_argument(self, axis)
        self.epsilon = float(epsilon)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the scale for inputs of this shape."""
        shape = self.sizes_along(input_shape)
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones")

    def call(self, inputs: Any) -> Any:
        """Return the normalised inputs."""
        axes = self.axes_of(inputs.shape)
        return ops.rms_normalization(inputs, scale=self.scale, axis=axes, epsilon=self.epsilon)
