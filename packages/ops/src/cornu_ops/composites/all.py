"""Every composite of core, for those who look one up by its name: operations load on demand."""

from cornu_ops import convolution, depthwise, gradient, int8, pooling
from cornu_ops.composites import (
    activations,
    crossentropy,
    dropout,
    elimination,
    normalization,
    softmax,
)

__all__ = [
    "activations",
    "convolution",
    "crossentropy",
    "depthwise",
    "dropout",
    "elimination",
    "gradient",
    "int8",
    "normalization",
    "pooling",
    "softmax",
]
