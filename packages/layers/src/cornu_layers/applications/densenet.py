"""DenseNet: each layer is given what all before it have computed."""

from __future__ import annotations

from collections.abc import Sequence

from cornu.base.layer import KerasTensor
from cornu_layers.applications.frame import application, arguments
from cornu_layers.applications.image_shape import channel_axis, channels, need_channels_last
from cornu_layers.applications.imagenet_utils import decode_predictions, preprocessing
from cornu_layers.applications.parts import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    MaxPooling2D,
    ZeroPadding2D,
)
from cornu_layers.applications.published import Published, classic

__all__ = ["DenseNet121", "DenseNet169", "DenseNet201", "decode_predictions", "preprocess_input"]

preprocess_input = preprocessing("torch")

GROWTH = 32  # channels that a layer adds


def files(name: str, *hashes: str) -> Published:
    """Its published weights."""
    return classic("densenet", f"{name}_weights_tf_dim_ordering_tf_kernels", hashes)


def active(x: KerasTensor, name: str) -> KerasTensor:
    """Normalisation and ReLU."""
    x = BatchNormalization(axis=channel_axis(), epsilon=1.001e-5, name=f"{name}bn")(x)
    return Activation("relu", name=f"{name}relu")(x)


def stages(x: KerasTensor, depths: Sequence[int]) -> KerasTensor:
    """Dense blocks, with half the channels, rows and columns between them."""
    need_channels_last("DenseNet")
    x = ZeroPadding2D(3)(x)
    x = Conv2D(64, 7, strides=2, use_bias=False, name="conv1_conv")(x)
    x = ZeroPadding2D(1)(active(x, "conv1_"))
    x = MaxPooling2D(3, strides=2, name="pool1")(x)
    for stage, depth in enumerate(depths, 2):
        if stage > 2:
            x = halved(x, f"pool{stage - 1}")
        for block in range(1, depth + 1):
            x = grown(x, f"conv{stage}_block{block}")
    return active(x, "")


def grown(x: KerasTensor, name: str) -> KerasTensor:
    """Add channels that are computed from those that are there."""
    new = Conv2D(4 * GROWTH, 1, use_bias=False, name=f"{name}_1_conv")(active(x, f"{name}_0_"))
    new = active(new, f"{name}_1_")
    new = Conv2D(GROWTH, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(new)
    return Concatenate(axis=channel_axis(), name=f"{name}_concat")([x, new])


def halved(x: KerasTensor, name: str) -> KerasTensor:
    """Half the channels, rows and columns."""
    x = active(x, f"{name}_")
    x = Conv2D(channels(x) // 2, 1, use_bias=False, name=f"{name}_conv")(x)
    return AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


@application(
    arguments,
    "densenet121",
    files("densenet121", "9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738"),
)
def DenseNet121(x: KerasTensor) -> KerasTensor:
    """DenseNet with 121 layers that have weights (Huang et al., 2017)."""
    return stages(x, (6, 12, 24, 16))


@application(
    arguments,
    "densenet169",
    files("densenet169", "d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b"),
)
def DenseNet169(x: KerasTensor) -> KerasTensor:
    """DenseNet with 169 layers that have weights (Huang et al., 2017)."""
    return stages(x, (6, 12, 32, 32))


@application(
    arguments,
    "densenet201",
    files("densenet201", "1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1"),
)
def DenseNet201(x: KerasTensor) -> KerasTensor:
    """DenseNet with 201 layers that have weights (Huang et al., 2017)."""
    return stages(x, (6, 12, 48, 32))
