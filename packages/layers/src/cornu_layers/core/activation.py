"""An activation as a layer of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.base import Layer
from cornu_layers import arguments


class Activation(Layer):
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

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = arguments.activation(activation)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Return the activation of the inputs."""
        return self.activation(inputs)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the input's shape."""
        return tuple(input_shape)
