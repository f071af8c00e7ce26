"""The correction that batch renormalisation applies while training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

import cornu_ops as ops

_BOUNDS = ("rmin", "rmax", "dmax")


class Renorm:
    r"""Draw the batch's statistics towards slower ones: $\hat x = (x - \mu)/\sigma \cdot r + d$.

    $r = \sigma / \bar\sigma$ and $d = (\mu - \bar\mu) / \bar\sigma$, clipped and held constant for
    derivatives.

    Parameters
    ----------
    clipping : mapping
        Bounds `"rmin"`, `"rmax"` of $r$ and `"dmax"` of $|d|$; an absent one does not bind.

    Raises
    ------
    ValueError
        For another key, or bounds that leave nothing.
    """

    def __init__(self, clipping: Mapping[str, float]) -> None:
        unknown = set(clipping) - set(_BOUNDS)
        if unknown:
            raise ValueError(
                f"renorm_clipping takes {', '.join(_BOUNDS)}; it has {', '.join(sorted(unknown))}."
            )
        self.rmin, self.rmax, self.dmax = (clipping.get(key) for key in _BOUNDS)
        if self.rmin is not None and self.rmax is not None and self.rmin > self.rmax:
            raise ValueError(
                f"rmin ({self.rmin}) must not exceed rmax ({self.rmax}) in renorm_clipping."
            )
        if self.dmax is not None and self.dmax < 0:
            raise ValueError(f"dmax must not be negative in renorm_clipping; it is {self.dmax}.")

    def build(self, layer: Any, shape: Sequence[int]) -> None:
        """Give a BatchNormalization the averages that correct."""

        def stddev(shape: Sequence[int], dtype: Any = None) -> np.ndarray:
            return np.sqrt(layer.moving_variance_initializer(shape, dtype=dtype))

        for name, initializer in (
            ("moving_stddev", stddev),
            ("renorm_mean", layer.moving_mean_initializer),
            ("renorm_stddev", stddev),
        ):
            weight = layer.add_weight(
                name=name, shape=shape, initializer=initializer, trainable=False
            )
            setattr(layer, name, weight)

    def corrected(self, layer: Any, mean: Any, variance: Any) -> tuple[Any, Any]:
        """Return the gain and offset that take the place of gamma and beta."""
        floor = float(np.sqrt(layer.epsilon))
        slow = ops.maximum(layer.renorm_stddev.value, floor)
        r = ops.sqrt(variance + layer.epsilon) / slow
        d = (mean - layer.renorm_mean.value) / slow
        if self.rmin is not None:
            r = ops.maximum(r, self.rmin)
        if self.rmax is not None:
            r = ops.minimum(r, self.rmax)
        if self.dmax is not None:
            d = ops.clip(d, -self.dmax, self.dmax)
        gain, offset = ops.stop_gradient(r), ops.stop_gradient(d)
        if layer.gamma is not None:
            gain, offset = gain * layer.gamma, offset * layer.gamma
        return gain, offset if layer.beta is None else offset + layer.beta

    def follow(self, layer: Any, mean: Any, variance: Any) -> None:
        """Move all averages towards the batch's statistics."""
        stddev = ops.sqrt(variance + layer.epsilon)
        follow(layer.renorm_mean, mean, layer.renorm_momentum)
        follow(layer.renorm_stddev, stddev, layer.renorm_momentum)
        follow(layer.moving_mean, mean, layer.momentum)
        follow(layer.moving_stddev, stddev, layer.momentum)
        square = ops.square(layer.moving_stddev.value)
        layer.moving_variance.assign(ops.relu(square - layer.epsilon))


def follow(average: Any, value: Any, momentum: float) -> None:
    r"""Move an average towards a value: $a \leftarrow m a + (1 - m) v$."""
    average.assign(average.value * momentum + ops.cast(value, average.dtype) * (1.0 - momentum))
