"""Normalisation of each channel over the batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import InputSpec
from cornu_data.shapes import show_shape
from cornu_engine import config
from cornu_engine.dtypes import result_type
from cornu_engine.errors import ShapeError
from cornu_layers import arguments, validation
from cornu_layers.checks import known_size, where
from cornu_layers.normalization.base import ScaledNormalization, axes_argument
from cornu_layers.normalization.renorm import Renorm, follow
from cornu_ops import ranks
from cornu_ops.ranks import Whole, whole

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import LayerOptions


class BatchNormalization(ScaledNormalization):
    r"""Give each channel mean 0 and variance 1 over the batch.

    $y = \gamma (x - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta$. While training, $\mu$ and
    $\sigma^2$ are those of the batch, and moving averages follow them:
    $\bar\mu \leftarrow m \bar\mu + (1 - m) \mu$. Otherwise, and while the layer is frozen
    (`trainable = False`), the moving averages are used and stay as they are.

    Parameters
    ----------
    axis : int
        Axis of the channels.
    momentum : float
        $m$.
    epsilon : float
        $\epsilon$.
    center, scale : bool
        Whether there are a $\beta$ and a $\gamma$.
    beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer : str
    or Initializer
        What $\beta$, $\gamma$ and the moving averages start from.
    beta_regularizer, gamma_regularizer : str or Regularizer, optional
        Prices on $\beta$ and $\gamma$.
    beta_constraint, gamma_constraint : str or Constraint, optional
        Sets that $\beta$ and $\gamma$ are kept in.
    renorm : bool
        Correct the batch's statistics towards the moving ones while training (batch
        renormalisation).
    renorm_clipping : dict, optional
        Bounds `"rmin"`, `"rmax"`, `"dmax"` of that correction.
    renorm_momentum : float
        $m$ of the statistics that correct.
    synchronized : bool
        Whether the statistics are those of the batches of all processes that train together
        (`cornu.distribution`). On one process a program sees the whole batch anyway.

    Notes
    -----
    Input of any shape; output of the same. A mask `(batch, steps)` says which places the statistics
    are taken over. Weights: `gamma`, `beta`, `moving_mean`, `moving_variance`, one number per
    channel each.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.BatchNormalization(epsilon=0.0)
    >>> layer(np.array([[1.0], [3.0]], "float32"), training=True)
    array([[-1.],
           [ 1.]], dtype=float32)

    References
    ----------
    Ioffe and Szegedy, "Batch Normalization" (2015), https://arxiv.org/abs/1502.03167;
    Ioffe, "Batch Renormalization" (2017), https://arxiv.org/abs/1702.03275
    """

    axis: int
    moving_mean: Any
    moving_variance: Any
    moving_mean_initializer: Any
    moving_variance_initializer: Any

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Initial | None = "zeros",
        gamma_initializer: Initial | None = "ones",
        moving_mean_initializer: Initial | None = "zeros",
        moving_variance_initializer: Initial | None = "ones",
        beta_regularizer: Named | None = None,
        gamma_regularizer: Named | None = None,
        beta_constraint: Named | None = None,
        gamma_constraint: Named | None = None,
        renorm: bool = False,
        renorm_clipping: Mapping[str, float] | None = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.axis = axes_argument(self, axis)[0]
        self.momentum = validation.number(self, "momentum", momentum)
        self.keep_scaling(locals())
        arguments.keep_parameters(self, locals(), "moving_mean", "moving_variance")
        self.renorm = renorm
        self.renorm_clipping = renorm_clipping
        self.renorm_momentum = validation.number(self, "renorm_momentum", renorm_momentum)
        self.synchronized = synchronized
        self._renorm = Renorm(renorm_clipping or {}) if renorm else None

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of this shape."""
        (axis,) = self.axes_of(input_shape)
        shape = (known_size(self, input_shape, axis, "channels"),)
        self.make_scaling(shape)
        self.moving_mean, self.moving_variance = (
            arguments.add_parameter(self, role, shape, trainable=False)
            for role in ("moving_mean", "moving_variance")
        )
        if self._renorm is not None:
            self._renorm.build(self, shape)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={axis: shape[0]})

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Return the normalised inputs; while training, move the averages."""
        dtype = result_type(inputs.dtype, "float32")
        x = ops.cast(inputs, dtype)  # sums over a batch overflow in half precision
        if training and self.trainable:
            outputs = self._by_batch(x, mask)
        else:
            outputs = self._by(x, self.moving_mean, self.moving_variance, self.gamma, self.beta)
        return ops.cast(outputs, self.compute_dtype)

    def _by(self, x: Any, mean: Any, variance: Any, gamma: Any, beta: Any) -> Any:
        return ops.batch_normalization(
            x, mean, variance, self.axis, offset=beta, scale=gamma, epsilon=self.epsilon
        )

    def _by_batch(self, x: Any, mask: Any) -> Any:
        alone = not self.synchronized or ranks.current.size == 1
        if mask is None and self._renorm is None and alone:
            outputs, mean, variance = ops.normalize_batch(
                x, self.gamma, self.beta, self.axis, self.epsilon
            )
        else:
            mean, variance = self._moments(x, mask)
            gamma, beta = self.gamma, self.beta
            if self._renorm is not None:
                gamma, beta = self._renorm.corrected(self, mean, variance)
            outputs = self._by(x, mean, variance, gamma, beta)
        if self._renorm is not None:
            self._renorm.follow(self, mean, variance)
        else:
            follow(self.moving_mean, mean, self.momentum)
            follow(self.moving_variance, variance, self.momentum)
        return outputs

    def _moments(self, x: Any, mask: Any) -> tuple[Any, Any]:
        (axis,) = self.axes_of(x.shape)
        axes = tuple(i for i in range(len(x.shape)) if i != axis)
        of_all = whole() if self.synchronized else Whole()
        if mask is None:
            mean = of_all.mean(ops.mean(x, axis=axes, keepdims=True))
            variance = of_all.mean(ops.mean(ops.square(x - mean), axis=axes))
            return ops.reshape(mean, (-1,)), variance
        if len(mask.shape) != len(x.shape) - 1:
            raise ShapeError(
                f"{where(self)} takes a mask of one axis less than its input of shape "
                f"{show_shape(x.shape)}; this one has shape {show_shape(mask.shape)}."
            )
        present = ops.broadcast_to(ops.expand_dims(ops.cast(mask, "bool"), -1), x.shape)

        def total(values: Any) -> Any:
            return of_all.total(ops.sum(values, axis=axes, keepdims=True))

        count = total(ops.cast(present, x.dtype)) + config.epsilon()
        mean = total(ops.where(present, x, 0.0)) / count
        off = ops.where(present, x - mean, 0.0)
        variance = total(ops.square(off)) / count
        return ops.reshape(mean, (-1,)), ops.reshape(variance, (-1,))
