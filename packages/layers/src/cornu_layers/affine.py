"""Layers that end in a bias and an activation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cornu.base import Layer
from cornu_layers import arguments


class Affine(Layer):
    """Base of layers that end in a bias and an activation.

    Attributes
    ----------
    activation : callable or None
        Applied at the end.
    use_bias : bool
        Whether there is a bias.
    bias : Variable or None
    """

    activation: Callable[[Any], Any] | None
    use_bias: bool
    bias: Any
    bias_initializer: Any
    bias_regularizer: Any
    bias_constraint: Any

    def keep_affine(self, given: Mapping[str, Any], *roles: str) -> None:
        """Store a constructor's arguments about the activation, the bias and other weights.

        Parameters
        ----------
        given : mapping
            The constructor's `locals()`.
        *roles : str
            What the arguments of the weights besides the bias are called after.
        """
        self.activation = arguments.activation(given["activation"])
        if "use_bias" in given:
            self.use_bias = given["use_bias"]
        arguments.keep_parameters(self, given, *roles, "bias")

    def make_bias(self, shape: Sequence[int]) -> None:
        """Make the bias, if there is one."""
        self.bias = arguments.add_parameter(self, "bias", shape) if self.use_bias else None

    def aligned_bias(self, outputs: Any) -> Any:
        """Return the bias as it is added to the outputs: along their last axes."""
        return self.bias

    def finished(self, outputs: Any) -> Any:
        """Return outputs with the bias, if there is one, and the activation."""
        if self.bias is not None:
            outputs = outputs + self.aligned_bias(outputs)
        return outputs if self.activation is None else self.activation(outputs)
