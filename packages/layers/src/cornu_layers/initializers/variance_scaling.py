"""Initializers whose scale follows from the weight's shape: signals neither grow nor fade."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_layers.initializers.seeded import SeededInitializer
from cornu_layers.validation import about, choice

_MODES = {
    "fan_in": lambda fan_in, fan_out: fan_in,
    "fan_out": lambda fan_in, fan_out: fan_out,
    "fan_avg": lambda fan_in, fan_out: (fan_in + fan_out) / 2,
}
_DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")
_TRUNCATED_STDDEV = 0.87962566103423978  # of a standard normal cut off at two standard deviations


def fans(
    shape: Sequence[int],
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> tuple[int, int]:
    """Return how many inputs and outputs each unit of a weight meets.

    Parameters
    ----------
    shape : sequence of int
        A vector, a matrix (inputs, outputs), or a kernel (window…, inputs, outputs).
    input_axes, output_axes : sequence of int, optional
        Which axes count, where the shape alone does not tell.

    Examples
    --------
    >>> fans((3, 3, 16, 32))
    (144, 288)
    """
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[a] for a in input_axes), math.prod(shape[a] for a in output_axes)
    if len(shape) < 2:
        size = math.prod(shape)
        return size, size
    window = math.prod(shape[:-2])
    return shape[-2] * window, shape[-1] * window


class VarianceScaling(SeededInitializer):
    r"""Draw with a variance of $\text{scale} / n$, for $n$ inputs or outputs of a unit.

    $n$ is the number of inputs (`fan_in`), outputs (`fan_out`) or the mean of both (`fan_avg`). The
    uniform distribution has bounds $\pm\sqrt{3\,\text{scale}/n}$.

    Parameters
    ----------
    scale : float
        Positive factor.
    mode : {"fan_in", "fan_out", "fan_avg"}
        What $n$ counts.
    distribution : {"truncated_normal", "untruncated_normal", "uniform"}
        `"normal"` means `"truncated_normal"`.
    seed : int or SeedGenerator, optional
        See `SeededInitializer`.
    input_axes, output_axes : sequence of int, optional
        Axes of the weight that count as inputs and outputs.

    Raises
    ------
    ValueError
        For a scale that is not positive, or an unknown mode or distribution.

    Examples
    --------
    >>> from cornu import initializers
    >>> w = initializers.VarianceScaling(scale=2.0, seed=0)((200, 100))
    >>> bool(abs(w.var() - 2 / 200) < 1e-3)
    True
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(seed)
        distribution = "truncated_normal" if distribution == "normal" else distribution
        if scale <= 0:
            raise ValueError(f"{about(self, 'scale')} must be positive; it is {scale!r}.")
        self.scale = scale
        self.mode = choice(self, "mode", mode, tuple(_MODES))
        self.distribution = choice(self, "distribution", distribution, _DISTRIBUTIONS)
        self.input_axes = input_axes
        self.output_axes = output_axes

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return the values of a new weight."""
        n = _MODES[self.mode](*fans(shape, self.input_axes, self.output_axes))
        variance = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return self.draw("uniform", shape, dtype, minval=-limit, maxval=limit)
        stddev = math.sqrt(variance)
        if self.distribution == "untruncated_normal":
            return self.draw("normal", shape, dtype, stddev=stddev)
        return self.draw("truncated_normal", shape, dtype, stddev=stddev / _TRUNCATED_STDDEV)


class _Preset(VarianceScaling):
    """A variance scaling with its three settings fixed."""

    _settings: tuple[float, str, str]

    def __init__(
        self,
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(*self._settings, seed, input_axes, output_axes)


class GlorotUniform(_Preset):
    r"""Draw from $U[-l, l]$, $l = \sqrt{6 / (\text{fan\_in} + \text{fan\_out})}$ (Xavier).

    Parameters
    ----------
    seed, input_axes, output_axes
        As in `VarianceScaling`.

    Examples
    --------
    >>> from cornu import initializers
    >>> w = initializers.GlorotUniform(seed=0)((40, 20))
    >>> bool(abs(w).max() <= (6 / 60) ** 0.5)
    True

    References
    ----------
    Glorot and Bengio (2010), https://proceedings.mlr.press/v9/glorot10a.html
    """

    _settings = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Preset):
    r"""Draw from a truncated normal distribution that suits tanh.

    Its standard deviation is $\sqrt{2 / (\text{fan\_in} + \text{fan\_out})}$.

    Parameters
    ----------
    seed, input_axes, output_axes
        As in `VarianceScaling`.

    Examples
    --------
    >>> from cornu import initializers
    >>> initializers.GlorotNormal(seed=0)((40, 20)).shape
    (40, 20)

    References
    ----------
    Glorot and Bengio (2010), https://proceedings.mlr.press/v9/glorot10a.html
    """

    _settings = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_Preset):
    r"""Draw from $U[-l, l]$ with $l = \sqrt{6 / \text{fan\_in}}$; suits relu.

    Parameters
    ----------
    seed, input_axes, output_axes
        As in `VarianceScaling`.

    Examples
    --------
    >>> from cornu import initializers
    >>> w = initializers.HeUniform(seed=0)((60, 20))
    >>> bool(abs(w).max() <= (6 / 60) ** 0.5)
    True

    References
    ----------
    He et al., "Delving Deep into Rectifiers" (2015), https://arxiv.org/abs/1502.01852
    """

    _settings = (2.0, "fan_in", "uniform")


class HeNormal(_Preset):
    r"""Draw from a truncated normal of standard deviation $\sqrt{2 / \text{fan\_in}}$; suits relu.

    Parameters
    ----------
    seed, input_axes, output_axes
        As in `VarianceScaling`.

    Examples
    --------
    >>> from cornu import initializers
    >>> initializers.HeNormal(seed=0)((3, 3, 8, 16)).shape
    (3, 3, 8, 16)

    References
    ----------
    He et al., "Delving Deep into Rectifiers" (2015), https://arxiv.org/abs/1502.01852
    """

    _settings = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_Preset):
    r"""Draw from $U[-l, l]$ with $l = \sqrt{3 / \text{fan\_in}}$.

    Parameters
    ----------
    seed, input_axes, output_axes
        As in `VarianceScaling`.

    Examples
    --------
    >>> from cornu import initializers
    >>> w = initializers.LecunUniform(seed=0)((30, 20))
    >>> bool(abs(w).max() <= (3 / 30) ** 0.5)
    True

    References
    ----------
    LeCun et al., "Efficient BackProp" (1998), http://yann.lecun.com/exdb/publis/pdf/lecun-98b.pdf
    """

    _settings = (1.0, "fan_in", "uniform")


class LecunNormal(_Preset):
    r"""Draw from a truncated normal of standard deviation $\sqrt{1 / \text{fan\_in}}$; suits selu.

    Parameters
    ----------
    seed, input_axes, output_axes
        As in `VarianceScaling`.

    Examples
    --------
    >>> from cornu import initializers
    >>> initializers.LecunNormal(seed=0)((30, 20)).shape
    (30, 20)

    References
    ----------
    Klambauer et al., "Self-Normalizing Neural Networks" (2017), https://arxiv.org/abs/1706.02515
    """

    _settings = (1.0, "fan_in", "truncated_normal")
