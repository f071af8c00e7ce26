"""Which quantizers a layer gets, and which modes there are."""

from __future__ import annotations

from typing import Any

from cornu.configuration.config import deserialize, serialize
from cornu_layers.quantization.quantizers import AbsMaxQuantizer

# Keras' other modes: what does here what they are for.
_ELSEWHERE = {
    "int4": "Keras' int4 is a format of weights alone, which are unpacked to compute",
    "float8": "Keras' float8 is for training on GPUs that have such numbers",
    "gptq": "GPTQ rounds the weights of language models with the help of a data set",
    "awq": "AWQ scales the weights of language models with the help of a data set",
}


class QuantizationConfig:
    """Base of what a layer is quantized by.

    Parameters
    ----------
    weight_quantizer : Quantizer, optional
        Of the weight; the layer's own if None.
    activation_quantizer : Quantizer or tuple of Quantizer, optional
        Of the inputs; they stay as they are if None. A tuple has one for each product of a layer
        of several, which a separable convolution is.
    """

    keras_module = "keras.quantizers"
    mode: str | None = None

    def __init__(self, weight_quantizer: Any = None, activation_quantizer: Any = None) -> None:
        self.weight_quantizer = weight_quantizer
        self.activation_quantizer = activation_quantizer

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {
            "weight_quantizer": serialize(self.weight_quantizer),
            "activation_quantizer": _written(self.activation_quantizer),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> QuantizationConfig:
        """Make what `get_config` described."""
        named = ("weight_quantizer", "activation_quantizer")
        return cls(**{name: _revived(config.get(name)) for name in named})

    def of_inputs(self, product: int) -> Any:
        """Return the quantizer of the inputs of one of the products of a layer."""
        found = self.activation_quantizer
        return found[product] if isinstance(found, tuple) else found


def _written(quantizer: Any) -> Any:
    return [*map(serialize, quantizer)] if isinstance(quantizer, tuple) else serialize(quantizer)


def _revived(quantizer: Any) -> Any:
    if isinstance(quantizer, (list, tuple)):
        return tuple(map(_revived, quantizer))
    return deserialize(quantizer) if isinstance(quantizer, dict) else quantizer


class Int8QuantizationConfig(QuantizationConfig):
    """Weights as int8, and inputs too, if they have a quantizer.

    Parameters
    ----------
    weight_quantizer : Quantizer, optional
        Of the weight; if None, one scale for each output channel.
    activation_quantizer : Quantizer, tuple of Quantizer or "default", optional
        Of the inputs: `AbsMaxQuantizer()` by default; if None, they stay floats.

    Raises
    ------
    ValueError
        For a quantizer of weights into another dtype.

    Examples
    --------
    >>> Int8QuantizationConfig(activation_quantizer=None).mode
    'int8'
    """

    keras_module = "keras.quantizers"
    mode = "int8"

    def __init__(self, weight_quantizer: Any = None, activation_quantizer: Any = "default") -> None:
        if isinstance(activation_quantizer, str) and activation_quantizer == "default":
            activation_quantizer = AbsMaxQuantizer()
        super().__init__(weight_quantizer, activation_quantizer)
        of_inputs = self.activation_quantizer
        several = of_inputs if isinstance(of_inputs, tuple) else (of_inputs,)
        for quantizer in (self.weight_quantizer, *several):
            if quantizer is not None and quantizer.output_dtype != "int8":
                raise ValueError(
                    "Int8QuantizationConfig takes quantizers with output_dtype='int8'; this one "
                    f"has {quantizer.output_dtype!r}."
                )


def resolved(mode: Any, config: Any) -> QuantizationConfig:
    """Return the configuration that is meant by a mode and a configuration, one of which may lack.

    Raises
    ------
    ValueError
        For modes that there are not, and where the two contradict each other.

    Examples
    --------
    >>> resolved("int8", None).mode
    'int8'
    >>> resolved("int4", None)
    Traceback (most recent call last):
    ValueError: There is no quantization 'int4' here: Keras' int4 is a format of weights alone, ...
    """
    if isinstance(config, str):
        mode, config = config, None
    if mode is None and config is None:
        raise ValueError("quantize() needs a mode, such as 'int8', or a config.")
    said = mode if config is None else getattr(config, "mode", None)
    if mode is not None and config is not None and said != mode:
        raise ValueError(f"mode={mode!r} contradicts the config, whose mode is {said!r}.")
    if said in _ELSEWHERE:
        raise ValueError(
            f"There is no quantization {said!r} here: {_ELSEWHERE[said]}. Use 'int8'; "
            "Int8QuantizationConfig(activation_quantizer=None) leaves the inputs as floats."
        )
    if said != "int8" or not isinstance(config, (QuantizationConfig, type(None))):
        raise ValueError(
            "quantize() takes the mode 'int8', or an Int8QuantizationConfig; got "
            f"{mode if config is None else config!r}."
        )
    return Int8QuantizationConfig() if config is None else config
