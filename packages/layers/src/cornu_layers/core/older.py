"""Layers that Keras 2 kept from Keras 1, with the arguments of that time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import InputSpec, Layer
from cornu.plugins import registry
from cornu_layers import activations, arguments, validation
from cornu_layers.checks import check_rank, known_size

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Named
    from cornu.base.layer.options import NamedOptions


class _Older(Layer):
    """What `MaxoutDense` and `Highway` have in common: arguments called after `W` and `b`."""

    one_input = True
    init: Any
    bias: bool
    W_regularizer: Any
    W_constraint: Any
    b_regularizer: Any
    b_constraint: Any

    def _keep(self, given: Mapping[str, Any]) -> None:
        arguments.keep_parameters(self, given, "W", "b")
        self.init = registry.get("initializer", given["init"] or "glorot_uniform")
        self.bias = given["bias"]
        self.input_dim = given["input_dim"]

    def _features(self, input_shape: Sequence[int | None]) -> int:
        check_rank(self, input_shape, ("features",))
        features = known_size(self, input_shape, -1, "features")
        self.input_spec = InputSpec(ndim=2, axes={-1: features})
        return features

    def _weight(self, name: str, shape: Sequence[int], initializer: Any) -> Any:
        return arguments.add_parameter(self, name, shape, initializer=initializer)


class MaxoutDense(_Older):
    r"""The largest of several dense layers: $y = \max_k (x W_k + b_k)$.

    Parameters
    ----------
    output_dim : int
        Number of outputs.
    nb_feature : int
        Number of layers to choose from.
    init : str or Initializer
        What $W$ starts from.
    weights : list of array, optional
        First values.
    W_regularizer, b_regularizer, activity_regularizer : str or Regularizer, optional
        Prices on $W$, $b$ and $y$.
    W_constraint, b_constraint : str or Constraint, optional
        Sets that $W$ and $b$ are kept in.
    bias : bool
        Whether there is a $b$.
    input_dim : int, optional
        Number of inputs, for the first layer of a model.

    Notes
    -----
    Input `(batch, features)`, output `(batch, output_dim)`. Weights: `W` `(nb_feature, features,
    output_dim)`, `b` `(nb_feature, output_dim)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.MaxoutDense(4)(np.ones((2, 3), "float32")).shape
    (2, 4)

    References
    ----------
    Goodfellow et al., "Maxout Networks" (2013), https://arxiv.org/abs/1302.4389
    """

    def __init__(
        self,
        output_dim: int,
        nb_feature: int = 4,
        init: Any = "glorot_uniform",
        weights: Any = None,
        W_regularizer: Named | None = None,
        b_regularizer: Named | None = None,
        activity_regularizer: Named | None = None,
        W_constraint: Named | None = None,
        b_constraint: Named | None = None,
        bias: bool = True,
        input_dim: int | None = None,
        **kwargs: Unpack[NamedOptions],
    ) -> None:
        super().__init__(
            activity_regularizer=activity_regularizer,
            weights=weights,
            input_dim=input_dim,
            **kwargs,
        )
        self.output_dim = validation.positive_int(self, "output_dim", output_dim)
        self.nb_feature = validation.positive_int(self, "nb_feature", nb_feature)
        self._keep(locals())

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of this shape."""
        features = self._features(input_shape)
        shape = (self.nb_feature, features, self.output_dim)
        self.W = self._weight("W", shape, self.init)
        self.b = self._weight("b", (shape[0], shape[2]), "zeros") if self.bias else None

    def call(self, inputs: Any) -> Any:
        """Return the largest outputs."""
        outputs = ops.einsum("bi,kio->bko", inputs, self.W)
        return ops.max(outputs if self.b is None else outputs + self.b, axis=1)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the batch size and `output_dim`."""
        return input_shape[0], self.output_dim


class Highway(_Older):
    r"""A dense layer and a way past it.

    $y = t f(x W + b) + (1 - t) x$ with $t = \sigma(x W_c + b_c)$

    Parameters
    ----------
    init : str or Initializer
        What $W$ and $W_c$ start from.
    activation : str or callable, optional
        $f$.
    weights : list of array, optional
        First values.
    W_regularizer, b_regularizer, activity_regularizer : str or Regularizer, optional
        Prices on $W$, $b$ and $y$.
    W_constraint, b_constraint : str or Constraint, optional
        Sets that $W$ and $b$ are kept in.
    bias : bool
        Whether there are a $b$ and a $b_c$.
    input_dim : int, optional
        Number of inputs, for the first layer of a model.

    Notes
    -----
    Input `(batch, features)`; output of the same shape. Weights: `W`, `W_carry` `(features,
    features)`, `b`, `b_carry` `(features,)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Highway(activation="relu")(np.ones((2, 3), "float32")).shape
    (2, 3)

    References
    ----------
    Srivastava et al., "Highway Networks" (2015), https://arxiv.org/abs/1505.00387
    """

    def __init__(
        self,
        init: Any = "glorot_uniform",
        activation: Named | None = None,
        weights: Any = None,
        W_regularizer: Named | None = None,
        b_regularizer: Named | None = None,
        activity_regularizer: Named | None = None,
        W_constraint: Named | None = None,
        b_constraint: Named | None = None,
        bias: bool = True,
        input_dim: int | None = None,
        **kwargs: Unpack[NamedOptions],
    ) -> None:
        super().__init__(
            activity_regularizer=activity_regularizer,
            weights=weights,
            input_dim=input_dim,
            **kwargs,
        )
        self.activation = arguments.activation(activation)
        self._keep(locals())

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of this shape."""
        features = self._features(input_shape)
        square, vector = (features, features), (features,)
        self.W = self._weight("W", square, self.init)
        self.W_carry = self._weight("W_carry", square, self.init)
        self.b = self._weight("b", vector, "zeros") if self.bias else None
        self.b_carry = self._weight("b_carry", vector, "ones") if self.bias else None

    def call(self, inputs: Any) -> Any:
        """Return the mixture of the dense layer's outputs and the inputs."""
        carry, outputs = ops.matmul(inputs, self.W_carry), ops.matmul(inputs, self.W)
        if self.b is not None:
            carry, outputs = carry + self.b_carry, outputs + self.b
        through = activations.sigmoid(carry)
        return through * self.activation(outputs) + (1.0 - through) * inputs

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the input's shape."""
        return tuple(input_shape)
