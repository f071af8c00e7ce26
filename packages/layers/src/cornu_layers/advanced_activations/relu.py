"""The rectified linear unit as a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.base import Layer
from cornu_layers import activations
from cornu_layers.advanced_activations.checks import not_negative


class ReLU(Layer):
    r"""Rectified linear unit.

    $f(x) = \text{max\_value}$ for $x \ge \text{max\_value}$; $x$ for $\text{threshold} \le x <
    \text{max\_value}$; $\text{negative\_slope}\,(x - \text{threshold})$ below.

    Parameters
    ----------
    max_value : float, optional
        Where the output saturates.
    negative_slope : float
        Slope below the threshold.
    threshold : float
        Below it, the output is damped or zero.

    Notes
    -----
    Input of any shape; output of the same.

    Raises
    ------
    ValueError
        For a negative argument.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.ReLU(max_value=6.0)(np.array([-1.0, 3.0, 9.0], "float32"))
    array([0., 3., 6.], dtype=float32)
    """

    stateless = True

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.max_value = None if max_value is None else not_negative("max_value", max_value)
        self.negative_slope = not_negative("negative_slope", negative_slope)
        self.threshold = not_negative("threshold", threshold)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Return the rectified inputs."""
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the input's shape."""
        return tuple(input_shape)
