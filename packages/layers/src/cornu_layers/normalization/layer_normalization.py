"""Normalisation of each sample on its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu import ops
from cornu.base import InputSpec, Layer
from cornu.base.layer.shapes import show_shape
from cornu.engine.dtypes import result_type
from cornu.errors import ShapeError
from cornu_layers import arguments
from cornu_layers.checks import known_size, where


def axes_argument(axis: Any) -> Any:
    """Return an argument that is an axis or a list of axes.

    Raises
    ------
    TypeError
        When it is neither.
    """
    listed = [axis] if isinstance(axis, int) else axis
    if not isinstance(listed, (list, tuple)) or not all(isinstance(a, int) for a in listed):
        raise TypeError(f"axis must be an integer or a list of them; it is {axis!r}.")
    return axis


def check_axes(layer: Any, axis: int | Sequence[int], shape: Sequence[int | None]) -> list[int]:
    """Return the axes of a layer as non-negative numbers, sorted.

    Raises
    ------
    ShapeError
        When the input has no such axis.
    """
    rank = len(shape)
    axes = [axis] if isinstance(axis, int) else list(axis)
    if not all(-rank <= a < rank for a in axes):
        raise ShapeError(
            f"{where(layer)} normalises along axis {axis}, but its input of shape "
            f"{show_shape(shape)} has rank "
            f"{rank}."
        )
    return sorted(a % rank for a in axes)


class LayerNormalization(Layer):
    r"""Give each sample mean 0 and variance 1.

    $y = \gamma (x - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta$

    Parameters
    ----------
    axis : int or sequence of int
        Axes that $\mu$ and $\sigma^2$ are taken over.
    epsilon : float
        $\epsilon$.
    center, scale : bool
        Whether there are a $\beta$ and a $\gamma$.
    beta_initializer, gamma_initializer : str or Initializer
        What $\beta$ and $\gamma$ start from.
    beta_regularizer, gamma_regularizer : str or Regularizer, optional
        Prices on $\beta$ and $\gamma$.
    beta_constraint, gamma_constraint : str or Constraint, optional
        Sets that $\beta$ and $\gamma$ are kept in.
    rms_scaling : bool
        Divide by the deviation without centring, and without $\beta$; `RMSNormalization` is meant
        to replace it.

    Notes
    -----
    Input of any shape; output of the same. Weights: `gamma`, `beta`, with the sizes of `axis`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.LayerNormalization(epsilon=0.0)(np.array([[1.0, 3.0]], "float32"))
    array([[-1.,  1.]], dtype=float32)

    References
    ----------
    Ba et al., "Layer Normalization" (2016), https://arxiv.org/abs/1607.06450
    """

    one_input = True

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        rms_scaling: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.autocast = False  # statistics are taken in 32 bits at least
        self.axis = axes_argument(axis)
        self.epsilon = float(epsilon)
        self.center = center
        self.scale = scale
        self.rms_scaling = rms_scaling
        arguments.keep(
            self,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
        )
        self.supports_masking = True

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of this shape."""
        axes = check_axes(self, self.axis, input_shape)
        shape = [known_size(self, input_shape, a, "features") for a in axes]
        has_gamma = self.scale or self.rms_scaling
        self.gamma = arguments.add_parameter(self, "gamma", shape) if has_gamma else None
        has_beta = self.center and not self.rms_scaling
        self.beta = arguments.add_parameter(self, "beta", shape) if has_beta else None

    def call(self, inputs: Any) -> Any:
        """Return the normalised inputs."""
        axes = check_axes(self, self.axis, inputs.shape)
        more = {"rms_scaling": True} if self.rms_scaling else {}
        outputs = ops.layer_normalization(inputs, self.gamma, self.beta, axes, self.epsilon, **more)
        return ops.cast(outputs, self.compute_dtype)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the input's shape."""
        check_axes(self, self.axis, input_shape)
        return tuple(input_shape)


class RMSNormalization(Layer):
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

    one_input = True

    def __init__(
        self, axis: int | Sequence[int] = -1, epsilon: float = 1e-6, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.axis = axes_argument(axis)
        self.epsilon = float(epsilon)
        self.supports_masking = True

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the scale for inputs of this shape."""
        axes = check_axes(self, self.axis, input_shape)
        shape = tuple(known_size(self, input_shape, a, "features") for a in axes)
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones")

    def call(self, inputs: Any) -> Any:
        """Return the normalised inputs."""
        axes = check_axes(self, self.axis, inputs.shape)
        return ops.rms_normalization(inputs, scale=self.scale, axis=axes, epsilon=self.epsilon)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the input's shape."""
        check_axes(self, self.axis, input_shape)
        return tuple(input_shape)


class UnitNormalization(Layer):
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

    one_input = True
    stateless = True

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axes_argument(axis)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Return the inputs at length 1."""
        axes = check_axes(self, self.axis, inputs.shape)
        return ops.normalize(inputs, axis=axes, order=2, epsilon=1e-12)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the input's shape."""
        check_axes(self, self.axis, input_shape)
        return tuple(input_shape)


class GroupNormalization(Layer):
    r"""Give groups of each sample's channels mean 0 and variance 1.

    $y = \gamma (x - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta$ with $\mu$ and $\sigma^2$ over the
    channels of a group and all places.

    Parameters
    ----------
    groups : int
        Into how many groups the channels are split; -1 makes each channel a group.
    axis : int
        Axis of the channels.
    epsilon : float
        $\epsilon$.
    center, scale : bool
        Whether there are a $\beta$ and a $\gamma$.
    beta_initializer, gamma_initializer : str or Initializer
        What $\beta$ and $\gamma$ start from.
    beta_regularizer, gamma_regularizer : str or Regularizer, optional
        Prices on $\beta$ and $\gamma$.
    beta_constraint, gamma_constraint : str or Constraint, optional
        Sets that $\beta$ and $\gamma$ are kept in.

    Notes
    -----
    Input of rank 2 or more; output of the same shape. Weights: `gamma`, `beta`, one number per
    channel.

    Raises
    ------
    ShapeError
        When `groups` does not divide the number of channels.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.GroupNormalization(groups=2, epsilon=0.0)
    >>> layer(np.array([[1.0, 3.0, 10.0, 20.0]], "float32"))
    array([[-1.,  1., -1.,  1.]], dtype=float32)

    References
    ----------
    Wu and He, "Group Normalization" (2018), https://arxiv.org/abs/1803.08494
    """

    one_input = True

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.autocast = False  # statistics are taken in 32 bits at least
        self.groups = groups if groups == -1 else arguments.positive_int("groups", groups)
        self.axis = axis
        self.epsilon = float(epsilon)
        self.center = center
        self.scale = scale
        arguments.keep(
            self,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
        )
        self.supports_masking = True

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of this shape."""
        (axis,) = check_axes(self, self.axis, input_shape)
        channels = known_size(self, input_shape, axis, "channels")
        if channels % self._count(channels):
            raise ShapeError(
                f"{where(self)} splits the channels into {self.groups} groups, but there are "
                f"{channels}. Choose "
                "groups that divides their number; -1 makes each channel a group."
            )
        shape = (channels,)
        self.gamma = arguments.add_parameter(self, "gamma", shape) if self.scale else None
        self.beta = arguments.add_parameter(self, "beta", shape) if self.center else None
        self.input_spec = InputSpec(ndim=len(input_shape), axes={axis: channels})

    def _count(self, channels: int) -> int:
        return channels if self.groups == -1 else self.groups

    def call(self, inputs: Any) -> Any:
        """Return the normalised inputs."""
        (axis,) = check_axes(self, self.axis, inputs.shape)
        channels = inputs.shape[axis]
        count = self._count(channels)
        split = (*inputs.shape[:axis], count, channels // count, *inputs.shape[axis + 1 :])
        x = ops.cast(ops.reshape(inputs, split), result_type(inputs.dtype, "float32"))
        axes = [i for i in range(1, len(split)) if i != axis]
        y = ops.layer_normalization(x, axis=axes, epsilon=self.epsilon)
        y = ops.reshape(y, inputs.shape)
        shape = [1] * len(inputs.shape)
        shape[axis] = channels
        if self.gamma is not None:
            y = y * ops.reshape(self.gamma, shape)
        if self.beta is not None:
            y = y + ops.reshape(self.beta, shape)
        return ops.cast(y, self.compute_dtype)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the input's shape."""
        check_axes(self, self.axis, input_shape)
        return tuple(input_shape)
