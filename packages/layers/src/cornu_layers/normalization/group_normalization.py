"""Normalisation of each sample by groups of its channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import InputSpec
from cornu_engine.dtypes import result_type
from cornu_engine.errors import ShapeError
from cornu_layers import validation
from cornu_layers.checks import known_size, where
from cornu_layers.normalization.base import ScaledNormalization

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import LayerOptions


class GroupNormalization(ScaledNormalization):
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

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Initial | None = "zeros",
        gamma_initializer: Initial | None = "ones",
        beta_regularizer: Named | None = None,
        gamma_regularizer: Named | None = None,
        beta_constraint: Named | None = None,
        gamma_constraint: Named | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.groups = groups if groups == -1 else validation.positive_int(self, "groups", groups)
        self.axis = axis
        self.keep_scaling(locals())

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of this shape."""
        (axis,) = self.axes_of(input_shape)
        channels = known_size(self, input_shape, axis, "channels")
        if channels % self._count(channels):
            raise ShapeError(
                f"{where(self)} splits the channels into {self.groups} groups, but there are "
                f"{channels}. Choose groups that divides their number; -1 makes each channel a "
                "group."
            )
        self.make_scaling((channels,))
        self.input_spec = InputSpec(ndim=len(input_shape), axes={axis: channels})

    def _count(self, channels: int) -> int:
        return channels if self.groups == -1 else self.groups

    def call(self, inputs: Any) -> Any:
        """Return the normalised inputs."""
        (axis,) = self.axes_of(inputs.shape)
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
