"""VGG: stacks of 3 by 3 convolutions, and two large dense layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.base.layer import KerasTensor
from cornu_layers.applications.frame import application, arguments, unnamed_pool
from cornu_layers.applications.imagenet_utils import decode_predictions, preprocessing
from cornu_layers.applications.parts import Conv2D, Dense, Flatten, MaxPooling2D
from cornu_layers.applications.published import Published, classic

__all__ = ["VGG16", "decode_predictions", "preprocess_input"]

preprocess_input = preprocessing("caffe")

FILTERS = (64, 128, 256, 512, 512)


def blocks(x: KerasTensor, depths: Sequence[int]) -> KerasTensor:
    """Blocks of as many convolutions each."""
    for block, (depth, filters) in enumerate(zip(depths, FILTERS, strict=True), 1):
        for conv in range(1, depth + 1):
            name = f"block{block}_conv{conv}"
            x = Conv2D(filters, 3, activation="relu", padding="same", name=name)(x)
        x = MaxPooling2D(2, strides=2, name=f"block{block}_pool")(x)
    return x


def three_dense(x: KerasTensor, classes: int, classifier_activation: Any) -> KerasTensor:
    """The top."""
    x = Flatten(name="flatten")(x)
    x = Dense(4096, activation="relu", name="fc1")(x)
    x = Dense(4096, activation="relu", name="fc2")(x)
    return Dense(classes, activation=classifier_activation, name="predictions")(x)


def files(name: str, *hashes: str) -> Published:
    """Its published weights."""
    return classic(name, f"{name}_weights_tf_dim_ordering_tf_kernels", hashes)


@application(
    arguments,
    "vgg16",
    files("vgg16", "64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"),
    top=three_dense,
    end=unnamed_pool,
)
def VGG16(x: KerasTensor) -> KerasTensor:
    """VGG with 16 layers that have weights (Simonyan and Zisserman, 2014)."""
    return blocks(x, (2, 2, 3, 3, 3))
