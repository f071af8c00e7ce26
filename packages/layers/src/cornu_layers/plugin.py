"""The plugin hooks of this distribution: what it hands to Cornu, and under which further names."""

from __future__ import annotations

from cornu.plugins import hookimpl
from cornu.plugins.hookspecs import Offer
from cornu.plugins.stubs import offers_of_stub

IN_KERAS = ANNOTATED = True  # what it brings goes by Keras' names, and takes what it says

_ACTIVATIONS = {
    "exponential": ("exp",),
    "hard_silu": ("hard_swish",),
    "linear": ("(none)",),
    "silu": ("swish",),
}
_INITIALIZERS = {
    "Constant": ("constant", "(array)"),
    "GlorotNormal": ("glorot_normal",),
    "GlorotUniform": ("glorot_uniform",),
    "HeNormal": ("he_normal",),
    "HeUniform": ("he_uniform",),
    "Identity": ("identity", "IdentityInitializer"),
    "LecunNormal": ("lecun_normal",),
    "LecunUniform": ("lecun_uniform",),
    "Ones": ("one", "ones"),
    "Orthogonal": ("orthogonal", "OrthogonalInitializer"),
    "RandomNormal": ("normal", "random_normal"),
    "RandomUniform": ("uniform", "random_uniform"),
    "STFT": ("stft", "STFTInitializer"),
    "TruncatedNormal": ("truncated_normal",),
    "VarianceScaling": ("variance_scaling",),
    "Zeros": ("zero", "zeros"),
}
_REGULARIZERS = {
    "L1": ("l1",),
    "L1L2": ("l1_l2", "l1l2"),
    "L2": ("l2",),
    "OrthogonalRegularizer": ("orthogonal_regularizer",),
}
_CONSTRAINTS = {
    "MaxNorm": ("max_norm", "maxnorm"),
    "MinMaxNorm": ("min_max_norm",),
    "NonNeg": ("non_neg", "nonneg"),
    "UnitNorm": ("unit_norm", "unitnorm"),
}
_QUANTIZERS = ("AbsMaxQuantizer", "FixedQuantizer", "Quantizer")


@hookimpl
def cornu_layers() -> list[Offer]:
    """Layers and their functional forms, under their present and older names."""
    return [*offers_of_stub("cornu_layers")]


@hookimpl
def cornu_activations() -> list[Offer]:
    """Activation functions."""
    return [*offers_of_stub("cornu_layers.activations", _ACTIVATIONS)]


@hookimpl
def cornu_initializers() -> list[Offer]:
    """Initializers."""
    return [*offers_of_stub("cornu_layers.initializers", _INITIALIZERS)]


@hookimpl
def cornu_regularizers() -> list[Offer]:
    """Regularizers."""
    return [*offers_of_stub("cornu_layers.regularizers", _REGULARIZERS)]


@hookimpl
def cornu_constraints() -> list[Offer]:
    """Constraints."""
    return [*offers_of_stub("cornu_layers.constraints", _CONSTRAINTS)]


@hookimpl
def cornu_objects() -> list[Offer]:
    """What only files name."""
    return [
        ("cornu>keras2_hard_sigmoid", "cornu_layers.activations.sigmoids:keras2_hard_sigmoid"),
        ("CustomScaleLayer", "cornu_layers.applications.inception_resnet_v2:CustomScaleLayer"),
        ("LayerScale", "cornu_layers.applications.convnext:LayerScale"),
        *(f"cornu_layers.quantization.quantizers:{n}" for n in _QUANTIZERS),
        "cornu_layers.quantization.configs:Int8QuantizationConfig",
        "cornu_layers.quantization.policy:QuantizedDTypePolicy",
        ("(quantized)", "cornu_layers.quantization.policy:QuantizedDTypePolicy"),
    ]


@hookimpl
def cornu_utilities() -> list[Offer]:
    """What `Model.quantize` does."""
    return [("(quantize)", "cornu_layers.quantization.models:quantize")]
