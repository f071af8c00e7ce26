"""Activations with a slope or a curve below zero, as layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import InputSpec
from cornu_data.shapes import show_shape
from cornu_engine.errors import ShapeError
from cornu_layers import activations, arguments, validation
from cornu_layers.checks import known_size, where
from cornu_layers.keywords import renamed
from cornu_layers.same_shape import SameShape

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import LayerOptions

    class LeakyReLUOptions(LayerOptions, total=False):
        """What `Layer` takes, and Keras 2's name of the slope."""

        alpha: float


@renamed(alpha="negative_slope")
class LeakyReLU(SameShape):
    r"""Leaky rectified linear unit: $x$ for $x > 0$, $\text{negative\_slope}\,x$ elsewhere.

    Parameters
    ----------
    negative_slope : float
        Slope below zero (Keras 2: `alpha`).

    Notes
    -----
    Input of any shape; output of the same.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.LeakyReLU(0.5)(np.array([-4.0, 2.0], "float32"))
    array([-2.,  2.], dtype=float32)

    References
    ----------
    Maas et al., "Rectifier Nonlinearities Improve Neural Network Acoustic Models" (2013)
    """

    stateless = True

    def __init__(self, negative_slope: float = 0.3, **kwargs: Unpack[LeakyReLUOptions]) -> None:
        super().__init__(**kwargs)  # type: ignore[misc]  # alpha has been renamed
        self.negative_slope = validation.not_negative(self, "negative_slope", negative_slope)

    def call(self, inputs: Any) -> Any:
        """Return the activation of the inputs."""
        return activations.leaky_relu(inputs, self.negative_slope)


class PReLU(SameShape):
    r"""Leaky rectified linear unit whose slopes are learnt: $x$ for $x > 0$, $\alpha x$ elsewhere.

    Parameters
    ----------
    alpha_initializer : str or Initializer
        What $\alpha$ starts from.
    alpha_regularizer : str or Regularizer, optional
        Price on $\alpha$.
    alpha_constraint : str or Constraint, optional
        Set that $\alpha$ is kept in.
    shared_axes : int or sequence of int, optional
        Axes along which $\alpha$ is one number: `(1, 2)` gives an image one slope per channel.

    Notes
    -----
    Input of any shape; output of the same. Weights: `alpha`, with the input's shape after the batch
    axis, and 1 along `shared_axes`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.PReLU(alpha_initializer="ones", shared_axes=1)
    >>> layer(np.array([[-4.0, 2.0]], "float32"))
    array([[-4.,  2.]], dtype=float32)

    References
    ----------
    He et al., "Delving Deep into Rectifiers" (2015), https://arxiv.org/abs/1502.01852
    """

    one_input = True
    alpha_initializer: Any
    alpha_regularizer: Any
    alpha_constraint: Any

    def __init__(
        self,
        alpha_initializer: Initial | None = "Zeros",
        alpha_regularizer: Named | None = None,
        alpha_constraint: Named | None = None,
        shared_axes: int | Sequence[int] | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        arguments.keep_parameters(self, locals(), "alpha")
        if isinstance(shared_axes, int):
            shared_axes = [shared_axes]
        self.shared_axes = None if shared_axes is None else list(shared_axes)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the slopes for inputs of this shape."""
        rank = len(input_shape)
        if not all(-rank <= axis < rank for axis in self.shared_axes or ()):
            raise ShapeError(
                f"{where(self)} has shared_axes={self.shared_axes}, but its input of shape "
                f"{show_shape(input_shape)} has rank {rank}. Axes count from 0, the batch."
            )
        shared = {axis % rank for axis in self.shared_axes or ()}
        sizes = {
            axis: known_size(self, input_shape, axis, "places")
            for axis in range(1, rank)
            if axis not in shared
        }
        shape = [sizes.get(axis, 1) for axis in range(1, rank)]
        self.alpha = arguments.add_parameter(self, "alpha", shape)
        self.input_spec = InputSpec(ndim=rank, axes=sizes)

    def call(self, inputs: Any) -> Any:
        """Return the activation of the inputs."""
        return ops.relu(inputs) - self.alpha * ops.relu(-inputs)


class ELU(SameShape):
    r"""Exponential linear unit: $x$ for $x > 0$, $\alpha (e^x - 1)$ elsewhere.

    Parameters
    ----------
    alpha : float
        Depth of the curve below zero.

    Notes
    -----
    Input of any shape; output of the same.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.ELU(0.5)(np.array([-100.0, 2.0], "float32"))
    array([-0.5,  2. ], dtype=float32)

    References
    ----------
    Clevert et al., "Exponential Linear Units" (2016), https://arxiv.org/abs/1511.07289
    """

    stateless = True

    def __init__(self, alpha: float = 1.0, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        self.alpha = validation.number(self, "alpha", alpha)

    def call(self, inputs: Any) -> Any:
        """Return the activation of the inputs."""
        return activations.elu(inputs, self.alpha)


class ThresholdedReLU(SameShape):
    r"""Rectified linear unit with a gap: $x$ for $x > \theta$, 0 elsewhere.

    Parameters
    ----------
    theta : float
        The threshold, not negative.

    Notes
    -----
    Input of any shape; output of the same.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.ThresholdedReLU(1.0)(np.array([-1.0, 0.5, 2.0], "float32"))
    array([0., 0., 2.], dtype=float32)

    References
    ----------
    Konda et al., "Zero-Bias Autoencoders and the Benefits of Co-Adapting Features" (2015),
    https://arxiv.org/abs/1402.3337
    """

    stateless = True

    def __init__(self, theta: float = 1.0, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        self.theta = validation.not_negative(self, "theta", theta)

    def call(self, inputs: Any) -> Any:
        """Return the activation of the inputs."""
        return ops.threshold(inputs, self.theta, 0.0)
