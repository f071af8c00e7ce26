"""The parts of an inverted bottleneck, as both versions of EfficientNet have them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cornu.base.layer import KerasTensor
from cornu_layers.applications.image_shape import channel_axis, channels, channels_first
from cornu_layers.applications.parts import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    GlobalAveragePooling2D,
    Multiply,
    Reshape,
)
from cornu_layers.initializers.variance_scaling import VarianceScaling

__all__ = [
    "active",
    "classify",
    "convolved",
    "gated",
    "normalized",
    "normalized_pixels",
    "spread",
    "summed",
]


def of_outputs() -> VarianceScaling:
    """Return the initializer of the convolutions."""
    return VarianceScaling(2.0, "fan_out", "truncated_normal")


def normalized_pixels(
    x: KerasTensor,
    mean: Sequence[float] | None = None,
    variance: Sequence[float] | None = None,
    name: str | None = None,
) -> KerasTensor:
    """Subtract a mean and divide by a deviation, which are weights unless they are given."""
    from cornu.layers import Normalization  # comes with cornu-preprocessing

    return Normalization(axis=channel_axis(), mean=mean, variance=variance, name=name)(x)


def convolved(
    x: KerasTensor, filters: int, kernel: int, name: str, strides: int = 1, padding: str = "same"
) -> KerasTensor:
    """Convolve, without bias."""
    return Conv2D(
        filters,
        kernel,
        strides=strides,
        padding=padding,
        use_bias=False,
        kernel_initializer=of_outputs(),
        name=name,
    )(x)


def spread(x: KerasTensor, kernel: int, strides: int, padding: str, name: str) -> KerasTensor:
    """Convolve each channel by itself."""
    return DepthwiseConv2D(
        kernel,
        strides=strides,
        padding=padding,
        use_bias=False,
        depthwise_initializer=of_outputs(),
        name=name,
    )(x)


def normalized(x: KerasTensor, name: str, momentum: float = 0.99) -> KerasTensor:
    """Normalise over the channels."""
    return BatchNormalization(axis=channel_axis(), momentum=momentum, name=f"{name}bn")(x)


def active(x: KerasTensor, name: str, momentum: float = 0.99) -> KerasTensor:
    """Normalisation and SiLU."""
    return Activation("swish", name=f"{name}activation")(normalized(x, name, momentum))


def gated(x: KerasTensor, before: int, name: str, ratio: float = 0.25) -> KerasTensor:
    """Multiply each channel by a number from 0 to 1, which all of them together give."""
    filters = channels(x)
    gate = GlobalAveragePooling2D(name=f"{name}squeeze")(x)
    shape = (filters, 1, 1) if channels_first() else (1, 1, filters)
    gate = Reshape(shape, name=f"{name}reshape")(gate)
    for end, out, activation in (
        ("reduce", max(1, int(before * ratio)), "swish"),
        ("expand", filters, "sigmoid"),
    ):
        gate = Conv2D(
            out,
            1,
            padding="same",
            activation=activation,
            kernel_initializer=of_outputs(),
            name=f"{name}{end}",
        )(gate)
    return Multiply(name=f"{name}excite")([x, gate])


def summed(x: KerasTensor, shortcut: KerasTensor, name: str, left_out: float) -> KerasTensor:
    """Add the input, without the block in a part of the samples while training."""
    if left_out > 0:
        x = Dropout(left_out, noise_shape=(None, 1, 1, 1), name=f"{name}drop")(x)
    return Add(name=f"{name}add")([x, shortcut])


def classify(dropout: float) -> Callable[..., KerasTensor]:
    """Return the top with this rate of dropout."""

    def top(x: KerasTensor, classes: int, classifier_activation: Any) -> KerasTensor:
        x = GlobalAveragePooling2D(name="avg_pool")(x)
        x = Dropout(dropout, name="top_dropout")(x)
        return Dense(
            classes,
            activation=classifier_activation,
            kernel_initializer=VarianceScaling(1 / 3, "fan_out", "uniform"),
            name="predictions",
        )(x)

    return top
