"""VGG, with three layers more than `vgg16`."""

from __future__ import annotations

from cornu.base.layer import KerasTensor
from cornu_layers.applications.frame import application, arguments, unnamed_pool
from cornu_layers.applications.vgg16 import (
    blocks,
    decode_predictions,
    files,
    preprocess_input,
    three_dense,
)

__all__ = ["VGG19", "decode_predictions", "preprocess_input"]


@application(
    arguments,
    "vgg19",
    files("vgg19", "cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"),
    top=three_dense,
    end=unnamed_pool,
)
def VGG19(x: KerasTensor) -> KerasTensor:
    """VGG with 19 layers that have weights (Simonyan and Zisserman, 2014)."""
    return blocks(x, (2, 2, 4, 4, 4))
