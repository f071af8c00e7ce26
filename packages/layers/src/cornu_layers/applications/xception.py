"""Xception: separable convolutions with shortcuts around them."""

from __future__ import annotations

from cornu.base.layer import KerasTensor
from cornu_layers.applications.frame import application, arguments, unnamed_pool
from cornu_layers.applications.image_shape import channel_axis
from cornu_layers.applications.imagenet_utils import decode_predictions, preprocessing
from cornu_layers.applications.parts import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    MaxPooling2D,
    SeparableConv2D,
)
from cornu_layers.applications.published import classic

__all__ = ["Xception", "decode_predictions", "preprocess_input"]

preprocess_input = preprocessing("tf")

# Of each block that leaves half the rows and columns: the filters of its two convolutions.
SHRINKING = {2: (128, 128), 3: (256, 256), 4: (728, 728), 13: (728, 1024)}


def normalized(x: KerasTensor, name: str | None = None) -> KerasTensor:
    """Normalise over the channels."""
    return BatchNormalization(axis=channel_axis(), name=name)(x)


def relu(x: KerasTensor, name: str) -> KerasTensor:
    """ReLU."""
    return Activation("relu", name=f"{name}_act")(x)


def separable(x: KerasTensor, filters: int, name: str) -> KerasTensor:
    """Separable convolution and normalisation."""
    x = SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)(x)
    return normalized(x, f"{name}_bn")


def shrinking(x: KerasTensor, block: int) -> KerasTensor:
    """A block with strides of 2."""
    first, second = SHRINKING[block]
    shortcut = Conv2D(second, 1, strides=2, padding="same", use_bias=False)(x)
    shortcut = normalized(shortcut)
    if block > 2:
        x = relu(x, f"block{block}_sepconv1")
    x = separable(x, first, f"block{block}_sepconv1")
    x = relu(x, f"block{block}_sepconv2")
    x = separable(x, second, f"block{block}_sepconv2")
    x = MaxPooling2D(3, strides=2, padding="same", name=f"block{block}_pool")(x)
    return Add()([x, shortcut])


@application(
    arguments,
    "xception",
    classic(
        "xception",
        "xception_weights_tf_dim_ordering_tf_kernels",
        ("0a58e3b7378bc2990ea3b43d5981f1f6", "b0042744bf5b25fce3cb969f33bebb97"),
    ),
    size=299,
    smallest=71,
    end=unnamed_pool,
)
def Xception(x: KerasTensor) -> KerasTensor:
    """Xception (Chollet, 2017)."""
    for name, filters, strides in (("block1_conv1", 32, 2), ("block1_conv2", 64, 1)):
        x = Conv2D(filters, 3, strides=strides, use_bias=False, name=name)(x)
        x = relu(normalized(x, f"{name}_bn"), name)
    for block in (2, 3, 4):
        x = shrinking(x, block)
    for block in range(5, 13):
        shortcut = x
        for i in (1, 2, 3):
            name = f"block{block}_sepconv{i}"
            x = separable(relu(x, name), 728, name)
        x = Add()([x, shortcut])
    x = shrinking(x, 13)
    for name, filters in (("block14_sepconv1", 1536), ("block14_sepconv2", 2048)):
        x = relu(separable(x, filters, name), name)
    return x
