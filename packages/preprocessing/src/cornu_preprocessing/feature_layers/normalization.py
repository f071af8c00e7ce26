"""Numbers with mean 0 and variance 1, by what was measured on data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu.base import Layer
from cornu_engine import config
from cornu_engine.errors import DataError, ShapeError
from cornu_preprocessing.feature_layers.adapting import batches_of

__all__ = ["Normalization"]


class Normalization(Layer):
    r"""Shift and scale to mean 0 and variance 1: $y = (x - \mu) / \sqrt{\sigma^2}$.

    Mean and variance come from `adapt`, or are given. They are weights that training does
    not move, and stay in saved files.

    Parameters
    ----------
    axis : int, tuple of int or None
        Axes that keep statistics of their own: the last one by default, so each feature is
        normalised for itself. None for one mean and variance of all values.
    mean, variance : array-like, optional
        Given both, they must broadcast to the axes that are kept, and there is nothing to adapt.
    invert : bool
        Undo it: $x = \mu + y \sqrt{\sigma^2}$.

    Notes
    -----
    Input of any shape, integers too; output of the same shape.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.Normalization()
    >>> layer.adapt(np.array([[0.0, 10.0], [2.0, 30.0]]))
    >>> layer(np.array([[1.0, 30.0]]))
    array([[0., 1.]], dtype=float32)
    """

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if axis is None:
            self.axis: tuple[int, ...] = ()
        else:
            self.axis = (axis,) if isinstance(axis, int) else tuple(axis)
        self.input_mean = mean
        self.input_variance = variance
        self.invert = invert
        self.supports_masking = True
        if (mean is None) != (variance is None):
            raise DataError(f"Pass both mean and variance, or neither: {mean=}, {variance=}.")
        if np.shape(mean) != np.shape(variance):
            raise ShapeError(
                f"mean has shape {np.shape(mean)} and variance {np.shape(variance)}: they must be "
                "the same."
            )
        if mean is not None and np.ndim(mean) > len(self.axis):
            raise ShapeError(
                f"mean has {np.ndim(mean)} axes, more than axis={self.axis} keeps. Name the axes "
                "it belongs to in axis."
            )

    def build(self, input_shape: Any) -> None:
        """Make the statistics for inputs of this shape, unless they were given."""
        rank = len(input_shape)
        if any(not -rank <= a < rank for a in self.axis):
            raise ShapeError(f"axis={self.axis} does not fit inputs of shape {input_shape}.")
        self._kept = tuple(sorted(a % rank for a in self.axis))
        sizes = tuple(input_shape[a] for a in self._kept)
        if None in sizes:
            raise ShapeError(
                f"axis={self.axis} keeps an axis of unknown size in inputs of shape {input_shape}. "
                "Fix its size, or leave it out of axis."
            )
        self._sizes = sizes
        self._broadcast = tuple(input_shape[a] if a in self._kept else 1 for a in range(rank))
        if self.input_mean is None:
            options: dict[str, Any] = {"shape": sizes, "trainable": False}
            self.adapt_mean = self.add_weight(name="mean", initializer="zeros", **options)
            self.adapt_variance = self.add_weight(name="variance", initializer="ones", **options)
            # never counted up, but files have it
            self.count = self.add_weight(
                name="count", shape=(), dtype="int32", initializer="zeros", trainable=False
            )

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Measure mean and variance of data.

        Parameters
        ----------
        data : array, data set, generator or list of batches
            With a batch axis.
        steps : int, optional
            How many batches of an iterable to use.

        Raises
        ------
        DataError
            If mean and variance were given, or the data is empty or no numbers.
        ShapeError
            If a batch does not fit those before it.
        """
        if self.input_mean is not None:
            raise DataError(f"Layer {self.name!r} was given its mean and variance.")
        total, count = None, 0
        for batch in batches_of(data, steps, self.name):
            values = self._numbers(batch)
            reduced = tuple(a for a in range(values.ndim) if a not in self._kept)
            size = math.prod(values.shape[a] for a in reduced)
            if not size:
                continue
            mean, variance = values.mean(axis=reduced), values.var(axis=reduced)
            if total is not None:  # two groups are one: their spread, and that of their means
                share = size / (count + size)
                between = (mean - total[0]) ** 2 * share * (1 - share)
                variance = total[1] + (variance - total[1]) * share + between
                mean = total[0] + (mean - total[0]) * share
            total, count = (mean, variance), count + size
        if total is None:
            raise DataError(f"Layer {self.name!r} cannot adapt: all batches are empty.")
        self.adapt_mean.assign(np.asarray(total[0], self.variable_dtype))
        self.adapt_variance.assign(np.asarray(total[1], self.variable_dtype))

    def call(self, inputs: Any) -> Any:
        """Return the inputs, normalised."""
        inputs = ops.cast(inputs, self.compute_dtype)
        if not self._fits(tuple(inputs.shape)):
            raise ShapeError(
                f"Layer {self.name!r} was built for inputs of shape {self._built_for()}, and was "
                f"called on shape {tuple(inputs.shape)}."
            )
        mean, variance = self._statistics()
        spread = ops.maximum(ops.sqrt(variance), config.epsilon())
        return inputs * spread + mean if self.invert else (inputs - mean) / spread

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments; what was measured is among the weights."""
        given = {
            "axis": list(self.axis),
            "invert": self.invert,
            "mean": _as_list(self.input_mean),
            "variance": _as_list(self.input_variance),
        }
        return {**super().get_config(), **given}

    get_config.derives = True  # type: ignore[attr-defined]  # subclasses need none of their own

    @property
    def mean(self) -> Any:
        """The mean, shaped to broadcast to inputs; None before the layer is built."""
        return self._statistics()[0] if self.built else None

    @property
    def variance(self) -> Any:
        """The variance, shaped to broadcast to inputs; None before the layer is built."""
        return self._statistics()[1] if self.built else None

    def _statistics(self) -> tuple[Any, Any]:
        if self.input_mean is None:
            pair = (self.adapt_mean, self.adapt_variance)
            mean, variance = (ops.reshape(x, self._broadcast) for x in pair)
            return ops.cast(mean, self.compute_dtype), ops.cast(variance, self.compute_dtype)
        return self._spread(self.input_mean), self._spread(self.input_variance)

    def _spread(self, given: Any) -> np.ndarray:
        values = np.asarray(given, self.compute_dtype)
        shape = [1] * len(self._broadcast)
        for axis, size in zip(self._kept[::-1], values.shape[::-1], strict=False):
            shape[axis] = size
        try:
            return np.broadcast_to(values.reshape(shape), self._broadcast)
        except ValueError:
            raise ShapeError(
                f"Layer {self.name!r} has a mean and variance of shape {values.shape}, and its "
                f"inputs are of shape {self._built_for()}. Pass one number for each place of axis "
                f"{self.axis}."
            ) from None

    def _numbers(self, batch: Any) -> np.ndarray:
        try:
            values = np.asarray(batch, "float64")
        except (TypeError, ValueError) as error:
            raise DataError(f"Layer {self.name!r} adapts to numbers: {error}.") from error
        if not self.built:
            self.build(tuple(values.shape))
        if values.ndim != len(self._broadcast) or not self._fits(values.shape):
            raise ShapeError(
                f"Layer {self.name!r} was built for inputs of shape {self._built_for()}, and "
                f"cannot adapt to a batch of shape {values.shape}."
            )
        return values

    def _fits(self, shape: tuple[int, ...]) -> bool:
        """Tell whether the axes that keep statistics have their sizes; other ranks broadcast."""
        known = len(shape) == len(self._broadcast)
        return not known or tuple(shape[a] for a in self._kept) == self._sizes

    def _built_for(self) -> tuple[int | None, ...]:
        rank = len(self._broadcast)
        return tuple(self._broadcast[a] if a in self._kept else None for a in range(rank))


def _as_list(given: Any) -> Any:
    return None if given is None else np.asarray(given).tolist()
