"""ResNet: bottlenecks whose input is added to what they compute."""

from __future__ import annotations

from collections.abc import Sequence

from cornu.base.layer import KerasTensor
from cornu_layers.applications.frame import application, arguments
from cornu_layers.applications.image_shape import channel_axis
from cornu_layers.applications.imagenet_utils import decode_predictions, preprocessing
from cornu_layers.applications.parts import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    MaxPooling2D,
    ZeroPadding2D,
)
from cornu_layers.applications.published import Published, classic

__all__ = ["ResNet50", "ResNet101", "ResNet152", "decode_predictions", "preprocess_input"]

preprocess_input = preprocessing("caffe")

FILTERS = (64, 128, 256, 512)  # of the four stages

# Blocks in each stage.
DEPTHS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}

# Of the published weights, with and without their top.
HASHES = {
    "resnet50": ("2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"),
    "resnet101": ("f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"),
    "resnet152": ("100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"),
}


def files(name: str, hashes: tuple[str, str]) -> Published:
    """Its published weights."""
    return classic("resnet", f"{name}_weights_tf_dim_ordering_tf_kernels", hashes)


def normalized(x: KerasTensor, name: str, act: str | None = None) -> KerasTensor:
    """Normalise over the channels; `act` names a ReLU that follows."""
    x = BatchNormalization(axis=channel_axis(), epsilon=1.001e-5, name=name)(x)
    return x if act is None else Activation("relu", name=act)(x)


def stem(x: KerasTensor, normal: bool) -> KerasTensor:
    """A large convolution and a pool, which leave a quarter of the rows and columns."""
    x = ZeroPadding2D(3, name="conv1_pad")(x)
    x = Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    if normal:
        x = normalized(x, "conv1_bn", "conv1_relu")
    x = ZeroPadding2D(1, name="pool1_pad")(x)
    return MaxPooling2D(3, strides=2, name="pool1_pool")(x)


def stages(x: KerasTensor, depths: Sequence[int]) -> KerasTensor:
    """Stages in which normalisation and ReLU follow each convolution."""
    x = stem(x, normal=True)
    for stage, (filters, depth) in enumerate(zip(FILTERS, depths, strict=True), 2):
        for block in range(1, depth + 1):
            strides = 2 if block == 1 and stage > 2 else 1
            x = bottleneck(x, filters, strides, block == 1, f"conv{stage}_block{block}")
    return x


def bottleneck(x: KerasTensor, filters: int, strides: int, project: bool, name: str) -> KerasTensor:
    """One block."""
    shortcut = x
    if project:
        shortcut = Conv2D(4 * filters, 1, strides=strides, name=f"{name}_0_conv")(x)
        shortcut = normalized(shortcut, f"{name}_0_bn")
    x = Conv2D(filters, 1, strides=strides, name=f"{name}_1_conv")(x)
    x = normalized(x, f"{name}_1_bn", f"{name}_1_relu")
    x = Conv2D(filters, 3, padding="same", name=f"{name}_2_conv")(x)
    x = normalized(x, f"{name}_2_bn", f"{name}_2_relu")
    x = Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    x = normalized(x, f"{name}_3_bn")
    x = Add(name=f"{name}_add")([shortcut, x])
    return Activation("relu", name=f"{name}_out")(x)


@application(arguments, "resnet50", files("resnet50", HASHES["resnet50"]))
def ResNet50(x: KerasTensor) -> KerasTensor:
    """ResNet with 50 layers that have weights (He et al., 2015)."""
    return stages(x, DEPTHS[50])


@application(arguments, "resnet101", files("resnet101", HASHES["resnet101"]))
def ResNet101(x: KerasTensor) -> KerasTensor:
    """ResNet with 101 layers that have weights (He et al., 2015)."""
    return stages(x, DEPTHS[101])


@application(arguments, "resnet152", files("resnet152", HASHES["resnet152"]))
def ResNet152(x: KerasTensor) -> KerasTensor:
    """ResNet with 152 layers that have weights (He et al., 2015)."""
    return stages(x, DEPTHS[152])
