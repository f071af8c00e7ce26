"""The densely connected layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import InputSpec
from cornu_layers import validation
from cornu_layers.affine import Affine
from cornu_layers.checks import check_rank, known_size
from cornu_layers.quantization.quantizable import QuantizableKernel

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import PlainOptions


class Dense(Affine, QuantizableKernel):
    r"""Connect every input with every unit: $y = f(x W + b)$.

    Parameters
    ----------
    units : int
        Number of outputs.
    activation : str or callable, optional
        $f$; nothing is applied if None.
    use_bias : bool
        Whether there is a $b$.
    kernel_initializer, bias_initializer : str or Initializer
        What $W$ and $b$ start from.
    kernel_regularizer, bias_regularizer, activity_regularizer : str or Regularizer, optional
        Prices on $W$, $b$ and $y$.
    kernel_constraint, bias_constraint : str or Constraint, optional
        Sets that $W$ and $b$ are kept in.
    lora_rank : int, optional
        Freeze $W$ and train a correction $A B$ of this rank instead.
    lora_alpha : float, optional
        The correction's factor is `lora_alpha / lora_rank`; 1 if None.
    quantization_config : Int8QuantizationConfig, optional
        Which quantizers kernel and inputs have, where the policy is `"int8_from_float32"`.

    Notes
    -----
    Input `(batch, ..., features)`, output `(batch, ..., units)`. Weights: `kernel` `(features,
    units)`, `bias` `(units,)`.

    Raises
    ------
    ShapeError
        When the input is a vector, or the number of features is unknown or changes.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.Dense(2, kernel_initializer="ones", activation="relu")
    >>> layer(np.array([[1.0, 2.0, 3.0]], "float32"))
    array([[6., 6.]], dtype=float32)
    """

    def __init__(
        self,
        units: int,
        activation: Named | None = None,
        use_bias: bool = True,
        kernel_initializer: Initial | None = "glorot_uniform",
        bias_initializer: Initial | None = "zeros",
        kernel_regularizer: Named | None = None,
        bias_regularizer: Named | None = None,
        activity_regularizer: Named | None = None,
        kernel_constraint: Named | None = None,
        bias_constraint: Named | None = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Unpack[PlainOptions],
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = validation.positive_int(self, "units", units)
        self.keep_affine(locals(), "kernel")
        self.keep_low_rank(lora_rank, lora_alpha)
        self.keep_quantization(quantization_config)
        self.supports_masking = True

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of this shape."""
        check_rank(self, input_shape, ("...", "features"))
        features = known_size(self, input_shape, -1, "features")
        self.make_adapted((features, self.units))
        self.make_bias((self.units,))
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})
        self.adapt()

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return the units' outputs."""
        return self.finished(self.multiplied(inputs))

    def product(self, inputs: Any, weight: Any) -> Any:
        """Return the product with the kernel."""
        return ops.matmul(inputs, weight)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape with `units` in place of the features."""
        return (*input_shape[:-1], self.units)
