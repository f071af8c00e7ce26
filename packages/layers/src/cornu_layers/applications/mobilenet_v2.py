"""MobileNet, version 2: blocks that are wide inside and narrow between."""

from __future__ import annotations

from typing import Any

from cornu.base.layer import KerasTensor
from cornu.models import Functional
from cornu_engine.errors import DataError
from cornu_layers.applications.frame import Asked, Weights, assemble, unnamed_pool
from cornu_layers.applications.image_shape import (
    channel_axis,
    channels,
    correct_pad,
    divisible,
    published_size,
    rows_and_columns,
    size_of_weights,
    tensor_shape,
)
from cornu_layers.applications.imagenet_utils import decode_predictions, preprocessing
from cornu_layers.applications.parts import (
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    GlobalAveragePooling2D,
    ReLU,
    ZeroPadding2D,
)
from cornu_layers.applications.published import classic

__all__ = ["MobileNetV2", "decode_predictions", "preprocess_input"]

preprocess_input = preprocessing("tf")

SIZES = (96, 128, 160, 192, 224)  # with published weights
ALPHAS = (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)

# Filters, and the strides of each block; the first alone is not widened.
STAGES = (
    (16, (1,)),
    (24, (2, 1)),
    (32, (2, 1, 1)),
    (64, (2, 1, 1, 1)),
    (96, (1, 1, 1)),
    (160, (2, 1, 1)),
    (320, (1,)),
)
EXPANSION = 6


def normalized(x: KerasTensor, name: str, act: str | None = None) -> KerasTensor:
    """Normalise over the channels; `act` names a ReLU up to 6 that follows."""
    x = BatchNormalization(axis=channel_axis(), epsilon=1e-3, momentum=0.999, name=name)(x)
    return x if act is None else ReLU(6.0, name=act)(x)


def MobileNetV2(
    input_shape: tuple[int | None, ...] | None = None,
    alpha: float = 1.0,
    include_top: bool = True,
    weights: Weights = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> Functional:
    """MobileNet, version 2 (Sandler et al., 2018).

    Parameters
    ----------
    alpha : float
        All numbers of filters are multiplied by it.
    """
    asked = Asked(
        include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation
    )
    shape = asked.image(published_size(tensor_shape(asked), SIZES))
    rows = rows_and_columns(shape)[0]
    if asked.imagenet:
        if alpha not in ALPHAS:
            raise DataError(
                f"With weights='imagenet', alpha must be one of {ALPHAS}; got alpha={alpha}. Pass "
                "weights=None for others."
            )
        rows = size_of_weights(shape, SIZES)

    def body(x: KerasTensor) -> KerasTensor:
        filters = divisible(32 * alpha)
        x = Conv2D(filters, 3, strides=2, padding="same", use_bias=False, name="Conv1")(x)
        x = normalized(x, "bn_Conv1", "Conv1_relu")
        index = 0
        for filters, all_strides in STAGES:
            for strides in all_strides:
                x = block(x, index, divisible(int(filters * alpha)), strides)
                index += 1
        last = divisible(1280 * alpha) if alpha > 1.0 else 1280
        x = Conv2D(last, 1, use_bias=False, name="Conv_1")(x)
        return normalized(x, "Conv_1_bn", "out_relu")

    def top(x: KerasTensor) -> KerasTensor:
        x = GlobalAveragePooling2D()(x)
        return Dense(classes, activation=classifier_activation, name="predictions")(x)

    start = f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{float(alpha)}_{rows}"
    files = classic("mobilenet_v2", start, (None, None), "_no_top")
    name = f"mobilenetv2_{alpha:0.2f}_{rows}" if name is None else name
    return assemble(body, asked, shape, name=name, files=files, top=top, end=unnamed_pool)


def block(x: KerasTensor, index: int, filters: int, strides: int) -> KerasTensor:
    """Widen, convolve each channel, narrow; the input is added where it fits."""
    shortcut, prefix = x, f"block_{index}_" if index else "expanded_conv_"
    if index:
        wide = EXPANSION * channels(x)
        x = Conv2D(wide, 1, padding="same", use_bias=False, name=f"{prefix}expand")(x)
        x = normalized(x, f"{prefix}expand_BN", f"{prefix}expand_relu")
    if strides == 2:
        x = ZeroPadding2D(correct_pad(x, 3), name=f"{prefix}pad")(x)
    padding = "same" if strides == 1 else "valid"
    x = DepthwiseConv2D(
        3, strides=strides, padding=padding, use_bias=False, name=f"{prefix}depthwise"
    )(x)
    x = normalized(x, f"{prefix}depthwise_BN", f"{prefix}depthwise_relu")
    x = Conv2D(filters, 1, padding="same", use_bias=False, name=f"{prefix}project")(x)
    x = normalized(x, f"{prefix}project_BN")
    if strides == 1 and channels(shortcut) == filters:
        x = Add(name=f"{prefix}add")([shortcut, x])
    return x
