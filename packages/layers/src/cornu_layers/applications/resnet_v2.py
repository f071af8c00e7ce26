"""ResNet, version 2: normalisation and ReLU go before the convolutions."""

from __future__ import annotations

from collections.abc import Sequence

from cornu.base.layer import KerasTensor
from cornu_layers.applications.frame import application, arguments
from cornu_layers.applications.imagenet_utils import decode_predictions, preprocessing
from cornu_layers.applications.parts import Add, Conv2D, MaxPooling2D, ZeroPadding2D
from cornu_layers.applications.resnet import DEPTHS, FILTERS, files, normalized, stem

__all__ = ["ResNet50V2", "ResNet101V2", "ResNet152V2", "decode_predictions", "preprocess_input"]

preprocess_input = preprocessing("tf")

# Of the published weights, with and without their top.
HASHES = {
    "resnet50v2": ("3ef43a0b657b3be2300d5770ece849e0", "fac2f116257151a9d068a22e544a4917"),
    "resnet101v2": ("6343647c601c52e1368623803854d971", "c0ed64b8031c3730f411d2eb4eea35b5"),
    "resnet152v2": ("a49b44d1979771252814e80f8ec446f9", "ed17cf2e0169df9d443503ef94b23b33"),
}


def stages(x: KerasTensor, depths: Sequence[int]) -> KerasTensor:
    """Stages in which normalisation and ReLU go before each convolution."""
    x = stem(x, normal=False)
    for stage, (filters, depth) in enumerate(zip(FILTERS, depths, strict=True), 2):
        for block in range(1, depth + 1):
            strides = 2 if block == depth and stage < 5 else 1
            x = bottleneck(x, filters, strides, block == 1, f"conv{stage}_block{block}")
    return normalized(x, "post_bn", "post_relu")


def bottleneck(x: KerasTensor, filters: int, strides: int, project: bool, name: str) -> KerasTensor:
    """One block."""
    before = normalized(x, f"{name}_preact_bn", f"{name}_preact_relu")
    if project:
        shortcut = Conv2D(4 * filters, 1, strides=strides, name=f"{name}_0_conv")(before)
    else:
        shortcut = MaxPooling2D(1, strides=strides)(x) if strides > 1 else x
    x = Conv2D(filters, 1, use_bias=False, name=f"{name}_1_conv")(before)
    x = normalized(x, f"{name}_1_bn", f"{name}_1_relu")
    x = ZeroPadding2D(1, name=f"{name}_2_pad")(x)
    x = Conv2D(filters, 3, strides=strides, use_bias=False, name=f"{name}_2_conv")(x)
    x = normalized(x, f"{name}_2_bn", f"{name}_2_relu")
    x = Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    return Add(name=f"{name}_out")([shortcut, x])


@application(arguments, "resnet50v2", files("resnet50v2", HASHES["resnet50v2"]))
def ResNet50V2(x: KerasTensor) -> KerasTensor:
    """ResNet, version 2, with 50 layers that have weights (He et al., 2016)."""
    return stages(x, DEPTHS[50])


@application(arguments, "resnet101v2", files("resnet101v2", HASHES["resnet101v2"]))
def ResNet101V2(x: KerasTensor) -> KerasTensor:
    """ResNet, version 2, with 101 layers that have weights (He et al., 2016)."""
    return stages(x, DEPTHS[101])


@application(arguments, "resnet152v2", files("resnet152v2", HASHES["resnet152v2"]))
def ResNet152V2(x: KerasTensor) -> KerasTensor:
    """ResNet, version 2, with 152 layers that have weights (He et al., 2016)."""
    return stages(x, DEPTHS[152])
