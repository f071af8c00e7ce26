"""An activation as a layer of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu_layers import arguments
from cornu_layers.same_shape import SameShape

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Named
    from cornu.base.layer.options import LayerOptions


class Activation(SameShape):
    r"""Apply an activation: $y = f(x)$.

    Parameters
    ----------
    activation : str or callable
        $f$: a name of `cornu.activations`, or any function in ops.

    Notes
    -----
    Input of any shape; output of the same.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Activation("relu")(np.array([-3.0, 2.0], "float32"))
    array([0., 2.], dtype=float32)
    """

    stateless = True

    def __init__(self, activation: Named | None, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        self.activation = arguments.activation(activation)

    def call(self, inputs: Any) -> Any:
        """Return the activation of the inputs."""
        return self.activation(inputs)
