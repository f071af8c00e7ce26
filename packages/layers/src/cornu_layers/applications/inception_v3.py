"""Inception, version 3: convolutions of several sizes side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.base.layer import KerasTensor
from cornu_layers.applications.frame import application, arguments, unnamed_pool
from cornu_layers.applications.image_shape import channel_axis
from cornu_layers.applications.imagenet_utils import decode_predictions, preprocessing
from cornu_layers.applications.parts import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    MaxPooling2D,
)
from cornu_layers.applications.published import classic

__all__ = ["InceptionV3", "decode_predictions", "preprocess_input"]

preprocess_input = preprocessing("tf")

# A convolution is (filters, kernel), and what differs from strides 1 and padding "same".
Row = tuple[Any, ...]
DOWN = (2, "valid")
FULL = (1, "valid")

STEM = ((32, 3, *DOWN), (32, 3, *FULL), (64, 3)), ((80, 1, *FULL), (192, 3, *FULL))


def convolved(
    x: KerasTensor,
    filters: int,
    kernel_size: Any,
    strides: int = 1,
    padding: str = "same",
    name: str | None = None,
) -> KerasTensor:
    """Convolution, normalisation, ReLU."""
    names = [name and name + end for end in ("", "_bn", "_ac")]
    x = Conv2D(
        filters, kernel_size, strides=strides, padding=padding, use_bias=False, name=names[0]
    )(x)
    x = BatchNormalization(axis=channel_axis(), scale=False, name=names[1])(x)
    return Activation("relu", name=names[2])(x)


def chain(x: KerasTensor, rows: Sequence[Row]) -> KerasTensor:
    """One convolution after the other."""
    for row in rows:
        x = convolved(x, *row)
    return x


def side_by_side(parts: Sequence[KerasTensor], name: str | None = None) -> KerasTensor:
    """Put the channels of all parts together."""
    return Concatenate(axis=channel_axis(), name=name)(list(parts))


def stem(x: KerasTensor) -> KerasTensor:
    """Leave an eighth of the rows and columns."""
    for rows in STEM:
        x = MaxPooling2D(3, strides=2)(chain(x, rows))
    return x


def even(x: KerasTensor, branches: Sequence[Sequence[Row]], pooled: int) -> list[KerasTensor]:
    """Chains side by side, and a mean over neighbours with so many filters after it."""
    parts = [chain(x, rows) for rows in branches]
    mean = AveragePooling2D(3, strides=1, padding="same")(x)
    return [*parts, convolved(mean, pooled, 1)]


def shrinking(x: KerasTensor, branches: Sequence[Sequence[Row]], name: str) -> KerasTensor:
    """Chains that end in strides of 2, and a pool."""
    parts = [chain(x, rows) for rows in branches]
    return side_by_side([*parts, MaxPooling2D(3, strides=2)(x)], name)


def squares(x: KerasTensor, pooled: int, name: str) -> KerasTensor:
    """Kernels of 1, 3 and 5."""
    rows = ((64, 1),), ((48, 1), (64, 5)), ((64, 1), (96, 3), (96, 3))
    return side_by_side(even(x, rows, pooled), name)


def lines(x: KerasTensor, n: int, name: str) -> KerasTensor:
    """Kernels of 7, as a line and a column."""
    rows = (
        ((192, 1),),
        ((n, 1), (n, (1, 7)), (192, (7, 1))),
        ((n, 1), (n, (7, 1)), (n, (1, 7)), (n, (7, 1)), (192, (1, 7))),
    )
    return side_by_side(even(x, rows, 192), name)


def crossed(x: KerasTensor, rows: Sequence[Row], name: str | None = None) -> KerasTensor:
    """A chain that ends in a line and a column beside each other."""
    x = chain(x, rows)
    return side_by_side([convolved(x, 384, (1, 3)), convolved(x, 384, (3, 1))], name)


@application(
    arguments,
    "inception_v3",
    classic(
        "inception_v3",
        "inception_v3_weights_tf_dim_ordering_tf_kernels",
        ("9a0d58056eeedaa3f26cb7ebd46da564", "bcbd6486424b2319ff4ef7d526e38f63"),
    ),
    size=299,
    smallest=75,
    end=unnamed_pool,
)
def InceptionV3(x: KerasTensor) -> KerasTensor:
    """Inception, version 3 (Szegedy et al., 2015)."""
    x = stem(x)
    for i, pooled in enumerate((32, 64, 64)):
        x = squares(x, pooled, f"mixed{i}")
    x = shrinking(x, (((384, 3, *DOWN),), ((64, 1), (96, 3), (96, 3, *DOWN))), "mixed3")
    for i, filters in enumerate((128, 160, 160, 192), 4):
        x = lines(x, filters, f"mixed{i}")
    seven = (192, 1), (192, (1, 7)), (192, (7, 1)), (192, 3, *DOWN)
    x = shrinking(x, (((192, 1), (320, 3, *DOWN)), seven), "mixed8")
    for i in range(2):
        ones = convolved(x, 320, 1)
        threes = crossed(x, ((384, 1),), f"mixed9_{i}")
        double = crossed(x, ((448, 1), (384, 3)))
        x = side_by_side([ones, threes, double, *even(x, (), 192)], f"mixed{9 + i}")
    return x
