"""Weights kept as whole numbers of 8 bits, with a scale: `keras.quantizers`.

| file | idea |
|---|---|
| `quantizers.py` | how values become whole numbers |
| `configs.py` | which quantizers a layer gets, and which modes there are |
| `policy.py` | the policy that says so in files |
| `quantizable.py` | what a layer with one main weight does |
| `calibration.py` | how large activations become |
| `models.py` | `model.quantize` |
"""

from cornu_layers.quantization.configs import Int8QuantizationConfig, QuantizationConfig
from cornu_layers.quantization.policy import QuantizedDTypePolicy
from cornu_layers.quantization.quantizers import (
    AbsMaxQuantizer,
    FixedQuantizer,
    Quantizer,
    abs_max_quantize,
    deserialize,
    get,
    serialize,
)

__all__ = [
    "AbsMaxQuantizer",
    "FixedQuantizer",
    "Int8QuantizationConfig",
    "QuantizationConfig",
    "QuantizedDTypePolicy",
    "Quantizer",
    "abs_max_quantize",
    "deserialize",
    "get",
    "serialize",
]
