"""The rectified linear unit as a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu_layers import activations, validation
from cornu_layers.same_shape import SameShape

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class ReLU(SameShape):
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
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.max_value = (
            None if max_value is None else validation.not_negative(self, "max_value", max_value)
        )
        self.negative_slope = validation.not_negative(self, "negative_slope", negative_slope)
        self.threshold = validation.not_negative(self, "threshold", threshold)

    def call(self, inputs: Any) -> Any:
        """Return the rectified inputs."""
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)
