"""EfficientNet: depth, width and size of one network, scaled together."""

from __future__ import annotations

import math
from typing import NamedTuple

from cornu.base.layer import KerasTensor
from cornu_layers.applications.frame import Weights, application, arguments
from cornu_layers.applications.image_shape import correct_pad, divisible
from cornu_layers.applications.imagenet_utils import decode_predictions
from cornu_layers.applications.imagenet_utils import unchanged as preprocess_input
from cornu_layers.applications.inverted import (
    active,
    classify,
    convolved,
    gated,
    normalized,
    normalized_pixels,
    spread,
    summed,
)
from cornu_layers.applications.parts import Rescaling, ZeroPadding2D
from cornu_layers.applications.published import File, Published

__all__ = [
    "EfficientNetB0",
    "EfficientNetB1",
    "EfficientNetB2",
    "EfficientNetB3",
    "EfficientNetB4",
    "EfficientNetB5",
    "EfficientNetB6",
    "EfficientNetB7",
    "decode_predictions",
    "preprocess_input",
]

# Kernel, blocks, filters, how much wider inside, strides of the first block.
STAGES = (
    (3, 1, 16, 1, 1),
    (3, 2, 24, 6, 2),
    (5, 2, 40, 6, 2),
    (3, 3, 80, 6, 2),
    (5, 3, 112, 6, 1),
    (5, 4, 192, 6, 2),
    (3, 1, 320, 6, 1),
)

LEFT_OUT = 0.2  # how often the last block is, in training


def stages(x: KerasTensor, weights: Weights, width: float, depth: float) -> KerasTensor:
    """All stages, scaled."""
    x = normalized_pixels(Rescaling(1.0 / 255.0)(x))
    if weights == "imagenet":
        # The published weights were trained with deviations of another power.
        x = Rescaling([1.0 / math.sqrt(deviation) for deviation in (0.229, 0.224, 0.225)])(x)
    x = ZeroPadding2D(correct_pad(x, 3), name="stem_conv_pad")(x)
    filters = divisible(32 * width)
    x = active(convolved(x, filters, 3, "stem_conv", strides=2, padding="valid"), "stem_")
    deep = [(kernel, math.ceil(depth * blocks), *rest) for kernel, blocks, *rest in STAGES]
    index, total = 0, sum(blocks for _, blocks, *_ in deep)
    for stage, (kernel, blocks, out, wider, strides) in enumerate(deep, 1):
        for i in range(blocks):
            before, filters = filters, divisible(out * width)
            shape = Shape(before, filters, kernel, wider, strides if i == 0 else 1)
            x = block(x, f"block{stage}{chr(97 + i)}_", shape, LEFT_OUT * index / total)
            index += 1
    return active(convolved(x, divisible(1280 * width), 1, "top_conv"), "top_")


class Shape(NamedTuple):
    """Of one block: channels before and after, the kernel, how much wider inside, the strides."""

    before: int
    filters: int
    kernel: int
    wider: int
    strides: int


def block(x: KerasTensor, name: str, shape: Shape, left_out: float) -> KerasTensor:
    """Widen, convolve each channel, gate, narrow; the input is added where it fits."""
    before, filters, kernel, wider, strides = shape
    shortcut, padding = x, "same"
    if wider != 1:
        x = active(convolved(x, before * wider, 1, f"{name}expand_conv"), f"{name}expand_")
    if strides == 2:
        x = ZeroPadding2D(correct_pad(x, kernel), name=f"{name}dwconv_pad")(x)
        padding = "valid"
    x = active(spread(x, kernel, strides, padding, f"{name}dwconv"), name)
    x = gated(x, before, f"{name}se_")
    x = normalized(convolved(x, filters, 1, f"{name}project_conv"), f"{name}project_")
    fits = strides == 1 and before == filters
    return summed(x, shortcut, name, left_out) if fits else x


def files(name: str, *hashes: str) -> Published:
    """Its published weights."""
    ends = (".h5", "_notop.h5")
    return Published(
        "keras-applications",
        *(File(f"efficientnet{name}{end}", h) for end, h in zip(ends, hashes, strict=True)),
    )


@application(
    arguments,
    "efficientnetb0",
    files("b0", "902e53a9f72be733fc0bcb005b3ebbac", "50bc09e76180e00e4465e1a485ddc09d"),
    size=224,
    top=classify(0.2),
)
def EfficientNetB0(x: KerasTensor, weights: Weights) -> KerasTensor:
    """EfficientNet B0, for images of 224 rows (Tan and Le, 2019)."""
    return stages(x, weights, width=1.0, depth=1.0)


@application(
    arguments,
    "efficientnetb1",
    files("b1", "1d254153d4ab51201f1646940f018540", "74c4e6b3e1f6a1eea24c589628592432"),
    size=240,
    top=classify(0.2),
)
def EfficientNetB1(x: KerasTensor, weights: Weights) -> KerasTensor:
    """EfficientNet B1, for images of 240 rows (Tan and Le, 2019)."""
    return stages(x, weights, width=1.0, depth=1.1)


@application(
    arguments,
    "efficientnetb2",
    files("b2", "b15cce36ff4dcbd00b6dd88e7857a6ad", "111f8e2ac8aa800a7a99e3239f7bfb39"),
    size=260,
    top=classify(0.3),
)
def EfficientNetB2(x: KerasTensor, weights: Weights) -> KerasTensor:
    """EfficientNet B2, for images of 260 rows (Tan and Le, 2019)."""
    return stages(x, weights, width=1.1, depth=1.2)


@application(
    arguments,
    "efficientnetb3",
    files("b3", "ffd1fdc53d0ce67064dc6a9c7960ede0", "af6d107764bb5b1abb91932881670226"),
    size=300,
    top=classify(0.3),
)
def EfficientNetB3(x: KerasTensor, weights: Weights) -> KerasTensor:
    """EfficientNet B3, for images of 300 rows (Tan and Le, 2019)."""
    return stages(x, weights, width=1.2, depth=1.4)


@application(
    arguments,
    "efficientnetb4",
    files("b4", "18c95ad55216b8f92d7e70b3a046e2fc", "ebc24e6d6c33eaebbd558eafbeedf1ba"),
    size=380,
    top=classify(0.4),
)
def EfficientNetB4(x: KerasTensor, weights: Weights) -> KerasTensor:
    """EfficientNet B4, for images of 380 rows (Tan and Le, 2019)."""
    return stages(x, weights, width=1.4, depth=1.8)


@application(
    arguments,
    "efficientnetb5",
    files("b5", "ace28f2a6363774853a83a0b21b9421a", "38879255a25d3c92d5e44e04ae6cec6f"),
    size=456,
    top=classify(0.4),
)
def EfficientNetB5(x: KerasTensor, weights: Weights) -> KerasTensor:
    """EfficientNet B5, for images of 456 rows (Tan and Le, 2019)."""
    return stages(x, weights, width=1.6, depth=2.2)


@application(
    arguments,
    "efficientnetb6",
    files("b6", "165f6e37dce68623721b423839de8be5", "9ecce42647a20130c1f39a5d4cb75743"),
    size=528,
    top=classify(0.5),
)
def EfficientNetB6(x: KerasTensor, weights: Weights) -> KerasTensor:
    """EfficientNet B6, for images of 528 rows (Tan and Le, 2019)."""
    return stages(x, weights, width=1.8, depth=2.6)


@application(
    arguments,
    "efficientnetb7",
    files("b7", "8c03f828fec3ef71311cd463b6759d99", "cbcfe4450ddf6f3ad90b1b398090fe4a"),
    size=600,
    top=classify(0.5),
)
def EfficientNetB7(x: KerasTensor, weights: Weights) -> KerasTensor:
    """EfficientNet B7, for images of 600 rows (Tan and Le, 2019)."""
    return stages(x, weights, width=2.0, depth=3.1)
