"""A layer whose main weight can be kept as int8."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu.base.layer.dtype_policy import get_dtype_policy
from cornu_engine.errors import NotBuiltError
from cornu_engine.gradients import gradients
from cornu_engine.trace import as_node
from cornu_layers import arguments
from cornu_layers.checks import where
from cornu_layers.low_rank import LowRank
from cornu_layers.quantization.configs import QuantizationConfig, resolved
from cornu_layers.quantization.policy import QuantizedDTypePolicy
from cornu_layers.quantization.quantizers import AbsMaxQuantizer


class Quantizable(LowRank):
    r"""Mixin of layers that are linear in their inputs and one main weight, which may be int8.

    With $q = \operatorname{round}(x s_x)$ and $Q = \operatorname{round}(W s_W)$, the product of $x$
    and $W$ is that of $q$ and $Q$, in whole numbers, over $s_x s_W$.

    A layer says its product, and how scales lie along weight and outputs. A layer of more than one
    product names the further weights.
    """

    quantization_config: Any = None
    is_int8 = False  # whether the main weight is
    products: tuple[str, ...] = ("multiplied",)  # methods of inputs, which calibration watches
    needs_calibration = False  # whether `Model.quantize` leaves it out without data

    # What a layer says

    def product(self, inputs: Any, weight: Any) -> Any:
        """Return the product of inputs and weight, without what follows."""
        raise NotImplementedError

    def scale_axes(self, rank: int) -> tuple[int, ...]:
        """Return the axes of the weight, which has so many, that share a scale."""
        return tuple(range(rank - 1))

    def input_axes(self, inputs: Any) -> tuple[int, ...]:
        """Return the axes of the inputs that share a scale."""
        return (inputs.ndim - 1,)

    def kept_scale(self, scale: Any) -> Any:
        """Return a scale, which has the axes of the weight, in the shape that it is kept in."""
        return np.reshape(scale, (-1,))

    def scale_of_weight(self, scale: Any) -> Any:
        """Return the scale as it lies along the weight."""
        return scale

    def scale_of_outputs(self, scale: Any) -> Any:
        """Return the scale of the weight as it lies along the outputs."""
        return scale

    def input_scale_of_outputs(self, scale: Any) -> Any:
        """Return the scale of the inputs, which has their axes, as it lies along the outputs."""
        return scale

    def further_weights(self) -> tuple[str, ...]:
        """Return the names of the weights besides the main one, with outputs along their last axis,
        that become int8 with it."""
        return ()

    # What there is

    @property
    def dtype_policy(self) -> Any:
        """The dtypes of weights and computation; settable, which may quantize the layer."""
        return self._dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        policy = get_dtype_policy(value)
        if self.__dict__.get("built") and policy.quantization_mode is not None and not self.is_int8:
            self.quantize(policy.quantization_mode)
        elif self.is_int8 and policy.quantization_mode is None:
            raise ValueError(
                f"{where(self)} has a weight of int8, which {policy.name!r} does not say. Load or "
                "build the layer anew to have floats."
            )
        self._dtype_policy = policy

    @property
    def quantization_mode(self) -> str | None:
        """`"int8"`, or None for floats."""
        return self.dtype_policy.quantization_mode

    @property
    def inputs_quantizer(self) -> Any:
        """What makes whole numbers of the inputs; None where they stay floats."""
        return self.quantizer_of(0)

    def quantizer_of(self, product: int) -> Any:
        """Return what makes whole numbers of the inputs of one of the products."""
        config = self.quantization_config
        return AbsMaxQuantizer() if config is None else config.of_inputs(product)

    def keep_quantization(self, config: Any) -> None:
        """Store the argument `quantization_config`.

        Raises
        ------
        ValueError
            If it is no `Int8QuantizationConfig`.
        """
        if config is not None and not isinstance(config, QuantizationConfig):
            raise ValueError(
                f"{where(self)}: quantization_config is an Int8QuantizationConfig of "
                f"cornu.quantizers, or None; got {config!r}."
            )
        self.quantization_config = config

    # Making it

    def make_adapted(self, shape: Sequence[int], initializer: Any = None) -> None:
        """Make the main weight, of whatever dtype the policy says."""
        name = self.adapted_name
        if self.quantization_mode is None:
            made = arguments.add_parameter(
                self, self.adapted_role, shape, name=name, initializer=initializer
            )
            self.set_adapted(made)
        else:
            self._add_int8(name, f"_{name}", shape, self._scale_shape(shape))

    def make_further(
        self, name: str, role: str, shape: Sequence[int], initializer: Any = None
    ) -> None:
        """Make one of the further weights, after the main one."""
        if self.is_int8:
            self._add_int8(name, name, shape, shape[-1:])
        else:
            made = arguments.add_parameter(self, role, shape, name=name, initializer=initializer)
            setattr(self, name, made)

    def _scale_shape(self, shape: Sequence[int]) -> tuple[int, ...]:
        axes = {a % len(shape) for a in self.scale_axes(len(shape))}
        kept = self.kept_scale(np.empty([1 if a in axes else n for a, n in enumerate(shape)]))
        return tuple(kept.shape)

    def _add_int8(self, name: str, attribute: str, shape: Any, scale: Any) -> None:
        """Make a weight of int8, and its scale, which are not trained."""
        weight = self.add_weight(
            name=name, shape=tuple(shape), initializer="zeros", dtype="int8", trainable=False
        )
        label = f"{name}_scale"
        setattr(self, attribute, weight)
        made = self.add_weight(name=label, shape=scale, initializer="ones", trainable=False)
        setattr(self, label, made)
        self.is_int8 = True

    def quantize(self, mode: Any = None, type_check: bool = True, config: Any = None) -> None:
        """Keep the main weight as int8 from now on, and compute in whole numbers.

        Parameters
        ----------
        mode : {"int8"}, optional
        type_check : bool
            Whether to refuse subclasses, which may compute otherwise.
        config : Int8QuantizationConfig, optional
            Which quantizers weight and inputs get.

        Raises
        ------
        ValueError
            For other modes, and where the weight is int8 already.
        NotBuiltError
            Before the layer is built.
        NotImplementedError
            For a subclass, with `type_check`.

        Examples
        --------
        >>> from cornu import layers
        >>> layer = layers.Dense(2)
        >>> layer.build((None, 3))
        >>> layer.quantize("int8")
        >>> [(w.name, w.dtype.name) for w in layer.weights]
        [('bias', 'float32'), ('kernel', 'int8'), ('kernel_scale', 'float32')]
        """
        config = resolved(mode, config)
        if type_check and not type(self).__module__.startswith("cornu_layers."):
            raise NotImplementedError(
                f"{where(self)} is of a class of its own, {type(self).__name__}, which may compute "
                "otherwise; pass type_check=False if it does not."
            )
        if not self.built:
            raise NotBuiltError(
                f"{where(self)} has no weights yet: call it on data, or build(input_shape), before "
                "quantize."
            )
        if self.is_int8:
            raise ValueError(f"{where(self)} is quantized already: {self.dtype_policy.name!r}.")
        policy = QuantizedDTypePolicy(config.mode, self.dtype_policy.name)
        found = self._quantized(config)
        self.quantization_config = config
        self._become_int8()
        for variable, value in zip(self._int8_variables(), found, strict=True):
            variable.assign(value)
        self.dtype_policy = policy

    def _quantized(self, config: Any) -> list[Any]:
        """Return the weight in whole numbers, and its scale; then the further ones."""
        found = self._whole(self.__dict__[f"_{self.adapted_name}"].numpy(), config)
        for name in self.further_weights():
            weight = getattr(self, name).numpy()
            quantizer = config.weight_quantizer or AbsMaxQuantizer(axis=range(weight.ndim - 1))
            value, scale = quantizer(weight, to_numpy=True)
            found += [np.asarray(value), np.reshape(scale, (-1,))]
        return found

    def _whole(self, weight: np.ndarray, config: Any) -> list[Any]:
        quantizer = config.weight_quantizer if config is not None else None
        quantizer = quantizer or AbsMaxQuantizer(axis=self.scale_axes(weight.ndim))
        value, scale = quantizer(weight, to_numpy=True)
        return [np.asarray(value), self.kept_scale(np.asarray(scale))]

    def _become_int8(self) -> None:
        """Put a weight of int8 in the place of that of floats."""
        locked, self._parts.locked = self._parts.locked, ""
        name = self.adapted_name
        shape = self.__dict__[f"_{name}"].shape
        delattr(self, f"_{name}")
        self._add_int8(name, f"_{name}", shape, self._scale_shape(shape))
        for name in self.further_weights():
            shape = getattr(self, name).shape
            delattr(self, name)
            self._add_int8(name, name, shape, shape[-1:])
        self._parts.locked = locked

    def _int8_variables(self) -> list[Any]:
        """Return the weight of int8 and its scale; then the further ones."""
        name, further = self.adapted_name, self.further_weights()
        found = [self.__dict__[f"_{name}"], getattr(self, f"{name}_scale")]
        return found + [getattr(self, f"{n}{end}") for n in further for end in ("", "_scale")]

    # Computing

    def multiplied(self, inputs: Any) -> Any:
        """Return the product of inputs and the main weight, whatever it is kept in."""
        if not self.is_int8:
            return self.product(inputs, self.adapted())
        name = self.adapted_name
        weight, scale = self.__dict__[f"_{name}"], getattr(self, f"{name}_scale")
        outputs = int8_product(inputs, weight, scale, layer=self)
        if self.lora_enabled:
            outputs = outputs + self.product(inputs, self._correction())
        return outputs

    def as_floats(self, weight: Any, scale: Any) -> Any:
        """Return what a weight of int8 stands for."""
        return ops.cast(weight, self.compute_dtype) / self.scale_of_weight(scale)

    def adapted(self) -> Any:
        """Return the main weight, corrected if there is a correction.

        A weight of int8 is returned as it is kept; with a correction, as floats.
        """
        if not (self.is_int8 and self.lora_enabled):
            return super().adapted()
        return self.as_floats(*self._int8_variables()[:2]) + self._correction()

    # Files

    def _own_variables(self) -> list[Any]:
        """In the order of Keras' files: the weight, the bias, the scale."""
        variables = super()._own_variables()
        if not self.is_int8:
            return variables
        weight, *others = self._int8_variables()
        known = {id(v) for v in (weight, *others)}
        rest = [v for v in variables if id(v) not in known]
        lora = [v for v in rest if v.name.startswith("lora_")]
        return [weight, *rest[: len(rest) - len(lora)], *others, *lora]

    def save_own_variables(self, store: Any) -> None:
        """Write the weights; a correction is merged into its weight."""
        super().save_own_variables(store)
        if self.is_int8 and self.lora_enabled:
            merged = self._whole(np.array(self.adapted()), self.quantization_config)
            kept = self._without_correction()
            for variable, value in zip(self._int8_variables()[:2], merged, strict=True):
                store[str(next(i for i, v in enumerate(kept) if v is variable))] = value

    def prepare_for(self, stored: Sequence[Any]) -> None:
        """Become int8 where a file holds the weight so: layers inside of others are told so late.

        Parameters
        ----------
        stored : sequence of array or Dataset
            In the order of files.
        """
        weight = stored[0] if stored else None
        if self.is_int8 or weight is None or weight.dtype != np.int8:
            return
        policy = QuantizedDTypePolicy("int8", self.dtype_policy.name)
        self._become_int8()
        self.dtype_policy = policy


class QuantizableKernel(Quantizable):
    """Mixin of layers whose kernel can be adapted, and kept as int8."""

    kernel_initializer: Any
    kernel_regularizer: Any
    kernel_constraint: Any

    @property
    def kernel(self) -> Any:
        """The kernel, with its correction if there is one."""
        return self.adapted()


@ops.custom_gradient
def int8_product(
    inputs: Any, weight: Any, scale: Any, *, layer: Quantizable, further: Any = None
) -> Any:
    """The product over the scales; its derivative is that of the weight as floats.

    `further` is the product with a further weight, if this is one.
    """
    product, quantizer = layer.product, layer.inputs_quantizer
    if further is not None:
        product, quantizer = further, layer.quantizer_of(1)

    def derivative(upstream: Any) -> tuple[Any, None, None]:
        along = scale if further is not None else layer.scale_of_weight(scale)
        outputs = product(inputs, ops.cast(weight, layer.compute_dtype) / along)
        return gradients([as_node(outputs)], [as_node(inputs)], [upstream])[0], None, None

    divisor = layer.scale_of_outputs(scale)
    if quantizer is None:
        sums = product(inputs, ops.cast(weight, layer.compute_dtype))
    else:
        whole, input_scale = quantizer(inputs, axis=layer.input_axes(inputs))
        if input_scale.ndim:
            input_scale = layer.input_scale_of_outputs(input_scale)
        divisor = ops.multiply(divisor, input_scale)
        sums = product(whole, weight)
    return ops.divide(ops.cast(sums, layer.compute_dtype), divisor), derivative
