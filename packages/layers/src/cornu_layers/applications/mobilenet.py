"""MobileNet: a convolution per channel, then one over channels."""

from __future__ import annotations

from typing import Any

from cornu.base.layer import KerasTensor
from cornu.models import Functional
from cornu_engine.errors import DataError
from cornu_layers.applications.frame import Asked, Weights, assemble, unnamed_pool
from cornu_layers.applications.image_shape import (
    channel_axis,
    published_size,
    rows_and_columns,
    size_of_weights,
)
from cornu_layers.applications.imagenet_utils import decode_predictions, preprocessing
from cornu_layers.applications.parts import (
    Activation,
    BatchNormalization,
    Conv2D,
    DepthwiseConv2D,
    Dropout,
    GlobalAveragePooling2D,
    ReLU,
    Reshape,
    ZeroPadding2D,
)
from cornu_layers.applications.published import classic

__all__ = ["MobileNet", "decode_predictions", "preprocess_input"]

preprocess_input = preprocessing("tf")

SIZES = (128, 160, 192, 224)  # with published weights
ALPHAS = {0.25: "2_5", 0.5: "5_0", 0.75: "7_5", 1.0: "1_0"}

# Filters and strides.
BLOCKS = (
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1),
    (512, 1), (512, 1), (1024, 2), (1024, 1),
)  # fmt: skip


def active(x: KerasTensor, name: str) -> KerasTensor:
    """Normalisation and a ReLU that ends at 6."""
    x = BatchNormalization(axis=channel_axis(), name=f"{name}_bn")(x)
    return ReLU(6.0, name=f"{name}_relu")(x)


def MobileNet(
    input_shape: tuple[int | None, ...] | None = None,
    alpha: float = 1.0,
    depth_multiplier: int = 1,
    dropout: float = 0.001,
    include_top: bool = True,
    weights: Weights = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> Functional:
    """MobileNet (Howard et al., 2017).

    Parameters
    ----------
    alpha : float
        All numbers of filters are multiplied by it.
    depth_multiplier : int
        How many filters each channel has in the convolutions per channel.
    dropout : float
        Rate of the dropout before the classes.
    """
    asked = Asked(
        include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation
    )
    shape = asked.image(published_size(input_shape, SIZES))
    rows = rows_and_columns(shape)[0]
    if asked.imagenet:
        if depth_multiplier != 1 or alpha not in ALPHAS:
            raise DataError(
                "With weights='imagenet', depth_multiplier must be 1 and alpha one of "
                f"{sorted(ALPHAS)}; got depth_multiplier={depth_multiplier}, alpha={alpha}. Pass "
                "weights=None for others."
            )
        rows = size_of_weights(shape, SIZES)

    def body(x: KerasTensor) -> KerasTensor:
        first = Conv2D(int(32 * alpha), 3, strides=2, padding="same", use_bias=False, name="conv1")
        x = active(first(x), "conv1")
        for i, (filters, strides) in enumerate(BLOCKS, 1):
            x = block(x, i, int(filters * alpha), strides, depth_multiplier)
        return x

    def top(x: KerasTensor) -> KerasTensor:
        x = GlobalAveragePooling2D(keepdims=True)(x)
        x = Dropout(dropout, name="dropout")(x)
        x = Conv2D(classes, 1, padding="same", name="conv_preds")(x)
        x = Reshape((classes,), name="reshape_2")(x)
        return Activation(classifier_activation, name="predictions")(x)

    start = f"mobilenet_{ALPHAS.get(alpha)}_{rows}_tf"
    files = classic("mobilenet", start, (None, None), "_no_top")
    name = f"mobilenet_{alpha:0.2f}_{rows}" if name is None else name
    return assemble(body, asked, shape, name=name, files=files, top=top, end=unnamed_pool)


def block(
    x: KerasTensor, index: int, filters: int, strides: int, depth_multiplier: int
) -> KerasTensor:
    """Both convolutions, each with its normalisation and activation."""
    padding = "same"
    if strides == 2:
        x = ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{index}")(x)
        padding = "valid"
    name = f"conv_dw_{index}"
    x = DepthwiseConv2D(
        3,
        strides=strides,
        padding=padding,
        depth_multiplier=depth_multiplier,
        use_bias=False,
        name=name,
    )(x)
    x = active(x, name)
    name = f"conv_pw_{index}"
    return active(Conv2D(filters, 1, padding="same", use_bias=False, name=name)(x), name)
