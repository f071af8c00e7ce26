"""Normalisation of each sample by its mean and variance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import cornu_ops as ops
from cornu_layers import arguments
from cornu_layers.normalization.base import ScaledNormalization, axes_argument

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import LayerOptions


class LayerNormalization(ScaledNormalization):
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

    not_in_keras: ClassVar[dict[str, Any]] = {"rms_scaling": False}

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Initial | None = "zeros",
        gamma_initializer: Initial | None = "ones",
        beta_regularizer: Named | None = None,
        gamma_regularizer: Named | None = None,
        beta_constraint: Named | None = None,
        gamma_constraint: Named | None = None,
        rms_scaling: bool = False,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.axis = axes_argument(self, axis)
        self.keep_scaling(locals())
        self.rms_scaling = rms_scaling

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of this shape."""
        self.make_scaling(self.sizes_along(input_shape))

    def make_scaling(self, shape: Sequence[int]) -> None:
        """Make `gamma` and `beta`, those that there are; with `rms_scaling`, `gamma` alone."""
        if self.rms_scaling:
            self.gamma, self.beta = arguments.add_parameter(self, "gamma", shape), None
        else:
            super().make_scaling(shape)

    def call(self, inputs: Any) -> Any:
        """Return the normalised inputs."""
        axes = self.axes_of(inputs.shape)
        more = {"rms_scaling": True} if self.rms_scaling else {}
        outputs = ops.layer_normalization(inputs, self.gamma, self.beta, axes, self.epsilon, **more)
        return ops.cast(outputs, self.compute_dtype)
