"""Gaussian noise, added or multiplied, while training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_layers import validation
from cornu_layers.regularization.base import Disturbance, as_noise_shape
from cornu_ops import random

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class GaussianNoise(Disturbance):
    r"""While training, add noise: $y = x + n$, $n \sim N(0, \text{stddev}^2)$.

    Parameters
    ----------
    stddev : float
        Standard deviation of the noise, not negative.
    seed : int, optional
        Makes the draws the same in every run.

    Notes
    -----
    Input of any shape; output of the same. Does nothing unless `training`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> y = layers.GaussianNoise(0.1, seed=0)(np.zeros((100, 100), "float32"), training=True)
    >>> round(float(y.std()), 2)
    0.1
    """

    def __init__(
        self,
        stddev: float,
        seed: int | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.stddev = validation.not_negative(self, "stddev", stddev)
        self.keep_seed(seed)

    @property
    def strength(self) -> float:
        """The standard deviation."""
        return self.stddev

    def disturb(self, inputs: Any) -> Any:
        """Return the inputs with noise."""
        return inputs + random.normal(
            inputs.shape, stddev=self.stddev, dtype=inputs.dtype, seed=self.seed_generator
        )


class GaussianDropout(Disturbance):
    r"""While training, multiply by noise.

    $y = x n$, $n \sim N(1, \text{rate} / (1 - \text{rate}))$

    Parameters
    ----------
    rate : float
        As of `Dropout`, from 0 to less than 1: the noise has the variance that dropout has.
    seed : int, optional
        Makes the draws the same in every run.

    Notes
    -----
    Input of any shape; output of the same. Does nothing unless `training`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> y = layers.GaussianDropout(0.5, seed=0)(np.ones((100, 100), "float32"), training=True)
    >>> float(y.std().round(1))
    1.0

    References
    ----------
    Srivastava et al., "Dropout" (2014), https://jmlr.org/papers/v15/srivastava14a.html
    """

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.rate = validation.rate(self, "rate", rate)
        if self.rate == 1.0:
            raise ValueError(
                f"{validation.about(self, 'rate')} must be less than 1: at 1 the noise would have "
                "no bounds."
            )
        self.keep_seed(seed)

    def disturb(self, inputs: Any) -> Any:
        """Return the inputs, multiplied by noise."""
        stddev = math.sqrt(self.rate / (1.0 - self.rate))
        return inputs * random.normal(
            inputs.shape, mean=1.0, stddev=stddev, dtype=inputs.dtype, seed=self.seed_generator
        )


_LOWEST = -1.0507009873554805 * 1.6732632423543772  # selu's value at minus infinity


class AlphaDropout(Disturbance):
    r"""Dropout for selu: dropped numbers take selu's lowest value, and mean and variance stay.

    $y = a (x m + \alpha' (1 - m)) + b$ where $m$ is 0 with probability `rate`, else 1;
    $\alpha' \approx -1.758$, $a = ((1 - \text{rate})(1 + \text{rate}\,\alpha'^2))^{-1/2}$ and
    $b = -a\,\alpha'\,\text{rate}$.

    Parameters
    ----------
    rate : float
        The fraction to drop, from 0 to 1.
    noise_shape : tuple of int or None, optional
        As in `Dropout`.
    seed : int, optional
        Makes the draws the same in every run.

    Notes
    -----
    Input of any shape; output of the same. Does nothing unless `training`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> x = np.random.default_rng(0).normal(size=(300, 300)).astype("float32")
    >>> y = layers.AlphaDropout(0.3, seed=0)(x, training=True)
    >>> bool(abs(y.mean()) < 0.02), bool(abs(y.std() - 1) < 0.02)
    (True, True)

    References
    ----------
    Klambauer et al., "Self-Normalizing Neural Networks" (2017), https://arxiv.org/abs/1706.02515
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.rate = validation.rate(self, "rate", rate)
        self.noise_shape = as_noise_shape(self, noise_shape)
        self.keep_seed(seed)

    def disturb(self, inputs: Any) -> Any:
        """Return the inputs, some of them at the lowest value."""
        shape = self.noise_shape_for(inputs) or inputs.shape
        drawn = random.uniform(shape, seed=self.seed_generator)
        kept = ops.cast(ops.greater_equal(drawn, self.rate), inputs.dtype)
        spread = (1.0 - self.rate) * (1.0 + self.rate * _LOWEST**2)
        a = 1.0 / math.sqrt(spread) if spread > 0 else 0.0
        return a * (inputs * kept + _LOWEST * (1.0 - kept)) - a * _LOWEST * self.rate
