"""EfficientNet, version 2: its first stages convolve all channels at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from cornu.base.layer import KerasTensor
from cornu.models import Functional
from cornu_layers.applications.frame import Weights, application
from cornu_layers.applications.image_shape import channels
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
from cornu_layers.applications.parts import Rescaling
from cornu_layers.applications.published import Published, classic

__all__ = [
    "EfficientNetV2B0",
    "EfficientNetV2B1",
    "EfficientNetV2B2",
    "EfficientNetV2B3",
    "EfficientNetV2L",
    "EfficientNetV2M",
    "EfficientNetV2S",
    "decode_predictions",
    "preprocess_input",
]


class Stage(NamedTuple):
    """Blocks that are alike, the first with the strides.

    `wider` says how much wider a block is inside, `gate` whether it convolves each channel by
    itself and has a gate on the channels.
    """

    blocks: int
    filters: int
    wider: int
    strides: int
    gate: bool


def stages_of(*rows: tuple[int, int, int, int], fused: int = 3) -> tuple[Stage, ...]:
    """Return stages of which so many have neither gates nor convolutions per channel."""
    return tuple(Stage(*row, gate=i >= fused) for i, row in enumerate(rows))


B = stages_of(
    (1, 16, 1, 1), (2, 32, 4, 2), (2, 48, 4, 2), (3, 96, 4, 2), (5, 112, 6, 1), (8, 192, 6, 2)
)
S = stages_of(
    (2, 24, 1, 1), (4, 48, 4, 2), (4, 64, 4, 2), (6, 128, 4, 2), (9, 160, 6, 1), (15, 256, 6, 2)
)
M = stages_of(
    (3, 24, 1, 1), (5, 48, 4, 2), (5, 80, 4, 2), (7, 160, 4, 2), (14, 176, 6, 1), (18, 304, 6, 2),
    (5, 512, 6, 1),
)  # fmt: skip
L = stages_of(
    (4, 32, 1, 1), (7, 64, 4, 2), (7, 96, 4, 2), (10, 192, 4, 2), (19, 224, 6, 1), (25, 384, 6, 2),
    (7, 640, 6, 1),
)  # fmt: skip

MOMENTUM = 0.9
LEFT_OUT = 0.2  # how often the last block is, in training
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)


def arguments(
    include_top: bool = True,
    weights: Weights = "imagenet",
    input_tensor: Any = None,
    input_shape: tuple[int | None, ...] | None = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    include_preprocessing: bool = True,
    name: str = "",
) -> Functional:
    """The arguments of this family; with `include_preprocessing`, pixels are from 0 to 255."""
    raise NotImplementedError


def rounded(number: float) -> int:
    """Return the multiple of 8 that is nearest."""
    return max(8, int(number + 4) // 8 * 8)


def network(
    x: KerasTensor,
    stages: Sequence[Stage],
    stem: int,
    width: float = 1.0,
    depth: float = 1.0,
) -> KerasTensor:
    """All stages, scaled."""
    filters = rounded(stem * width)
    x = active(convolved(x, filters, 3, "stem_conv", strides=2), "stem_", MOMENTUM)
    # Counted before they are scaled, as Keras counts them.
    index, total = 0, sum(stage.blocks for stage in stages)
    for number, stage in enumerate(stages, 1):
        for i in range(math.ceil(depth * stage.blocks)):
            before, filters = filters, rounded(stage.filters * width)
            one = stage._replace(filters=filters, strides=stage.strides if i == 0 else 1)
            name = f"block{number}{chr(97 + i)}_"
            x = block(x, name, before, one, LEFT_OUT * index / total)
            index += 1
    return active(convolved(x, rounded(1280 * width), 1, "top_conv"), "top_", MOMENTUM)


def block(x: KerasTensor, name: str, before: int, stage: Stage, left_out: float) -> KerasTensor:
    """Widen, convolve, narrow; the input is added where it fits."""
    shortcut, wide = x, before * stage.wider
    if stage.gate:
        x = active(convolved(x, wide, 1, f"{name}expand_conv"), f"{name}expand_", MOMENTUM)
        x = active(spread(x, 3, stage.strides, "same", f"{name}dwconv2"), name, MOMENTUM)
        x = gated(x, before, f"{name}se_")
    elif stage.wider != 1:
        x = convolved(x, wide, 3, f"{name}expand_conv", stage.strides)
        x = active(x, f"{name}expand_", MOMENTUM)
    last = f"{name}project_"
    if stage.wider != 1:
        x = normalized(convolved(x, stage.filters, 1, f"{last}conv"), last, MOMENTUM)
    else:
        x = convolved(x, stage.filters, 3, f"{last}conv", stage.strides)
        x = active(x, last, MOMENTUM)
    fits = stage.strides == 1 and before == stage.filters
    return summed(x, shortcut, name, left_out) if fits else x


def small(x: KerasTensor, scaled: bool, width: float, depth: float) -> KerasTensor:
    """One of the members B0 to B3."""
    if scaled and channels(x) == 3:
        x = Rescaling(1.0 / 255)(x)
        x = normalized_pixels(x, list(MEAN), [deviation**2 for deviation in DEVIATION])
    elif scaled:
        x = Rescaling(1.0 / 128.0, -1.0)(x)
    return network(x, B, 32, width, depth)


def large(x: KerasTensor, scaled: bool, stages: Sequence[Stage]) -> KerasTensor:
    """One of the members S, M and L."""
    x = Rescaling(1.0 / 128.0, -1.0)(x) if scaled else x
    return network(x, stages, stages[0].filters)


def files(name: str, *hashes: str) -> Published:
    """Its published weights."""
    return classic("efficientnet_v2", f"efficientnetv2-{name}", hashes)


@application(
    arguments,
    "efficientnetv2-b0",
    files("b0", "21ecbf6da12460d5c40bb2f29ceb2188", "893217f2bb855e2983157299931e43ff"),
    size=224,
    top=classify(0.2),
)
def EfficientNetV2B0(x: KerasTensor, include_preprocessing: bool) -> KerasTensor:
    """EfficientNetV2 B0, for images of 224 rows (Tan and Le, 2021)."""
    return small(x, include_preprocessing, width=1.0, depth=1.0)


@application(
    arguments,
    "efficientnetv2-b1",
    files("b1", "069f0534ff22adf035c89e2d9547a9dc", "0e80663031ca32d657f9caa404b6ec37"),
    size=240,
    top=classify(0.2),
)
def EfficientNetV2B1(x: KerasTensor, include_preprocessing: bool) -> KerasTensor:
    """EfficientNetV2 B1, for images of 240 rows (Tan and Le, 2021)."""
    return small(x, include_preprocessing, width=1.0, depth=1.1)


@application(
    arguments,
    "efficientnetv2-b2",
    files("b2", "424e49f28180edbde1e94797771950a7", "1dfe2e7a5d45b6632553a8961ea609eb"),
    size=260,
    top=classify(0.2),
)
def EfficientNetV2B2(x: KerasTensor, include_preprocessing: bool) -> KerasTensor:
    """EfficientNetV2 B2, for images of 260 rows (Tan and Le, 2021)."""
    return small(x, include_preprocessing, width=1.1, depth=1.2)


@application(
    arguments,
    "efficientnetv2-b3",
    files("b3", "1f1fc43bd98a6e4fd8fdfd551e02c7a0", "f6abf7b5849ac99a89b50dd3fd532856"),
    size=300,
    top=classify(0.2),
)
def EfficientNetV2B3(x: KerasTensor, include_preprocessing: bool) -> KerasTensor:
    """EfficientNetV2 B3, for images of 300 rows (Tan and Le, 2021)."""
    return small(x, include_preprocessing, width=1.2, depth=1.4)


@application(
    arguments,
    "efficientnetv2-s",
    files("s", "e1d88a8495beba45748fedd0cecbe016", "af0682fb74e8c54910f2d4393339c070"),
    size=384,
    top=classify(0.2),
)
def EfficientNetV2S(x: KerasTensor, include_preprocessing: bool) -> KerasTensor:
    """EfficientNetV2 S, for images of 384 rows (Tan and Le, 2021)."""
    return large(x, include_preprocessing, S)


@application(
    arguments,
    "efficientnetv2-m",
    files("m", "a3bf6aa3276309f4fc6a34aa114c95cd", "1b8dc055df72dde80d614482840fe342"),
    size=480,
    top=classify(0.2),
)
def EfficientNetV2M(x: KerasTensor, include_preprocessing: bool) -> KerasTensor:
    """EfficientNetV2 M, for images of 480 rows (Tan and Le, 2021)."""
    return large(x, include_preprocessing, M)


@application(
    arguments,
    "efficientnetv2-l",
    files("l", "27e6d408b53c7ebc868fefa357689935", "b0b66b5c863aef5b46e8608fe1711615"),
    size=480,
    top=classify(0.2),
)
def EfficientNetV2L(x: KerasTensor, include_preprocessing: bool) -> KerasTensor:
    """EfficientNetV2 L, for images of 480 rows (Tan and Le, 2021)."""
    return large(x, include_preprocessing, L)
