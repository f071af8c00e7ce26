"""Inception-ResNet, version 2: branches of convolutions around which the input is added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cornu.base import Layer
from cornu.base.layer import KerasTensor
from cornu_layers.applications.frame import application, arguments, unnamed_pool
from cornu_layers.applications.image_shape import channels
from cornu_layers.applications.imagenet_utils import decode_predictions, preprocessing
from cornu_layers.applications.inception_v3 import (
    DOWN,
    Row,
    chain,
    convolved,
    even,
    shrinking,
    side_by_side,
    stem,
)
from cornu_layers.applications.parts import Activation, Conv2D, part
from cornu_layers.applications.published import classic

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions

__all__ = ["CustomScaleLayer", "InceptionResNetV2", "decode_predictions", "preprocess_input"]

preprocess_input = preprocessing("tf")

MIXED_5B = ((96, 1),), ((48, 1), (64, 5)), ((64, 1), (96, 3), (96, 3))
MIXED_6A = ((384, 3, *DOWN),), ((256, 1), (256, 3), (384, 3, *DOWN))
MIXED_7A = (
    ((256, 1), (384, 3, *DOWN)),
    ((256, 1), (288, 3, *DOWN)),
    ((256, 1), (288, 3), (320, 3, *DOWN)),
)
BLOCKS: dict[str, Sequence[Sequence[Row]]] = {
    "block35": (((32, 1),), ((32, 1), (32, 3)), ((32, 1), (48, 3), (64, 3))),
    "block17": (((192, 1),), ((128, 1), (160, (1, 7)), (192, (7, 1)))),
    "block8": (((192, 1),), ((192, 1), (224, (1, 3)), (256, (3, 1)))),
}


class CustomScaleLayer(Layer):
    r"""A sum whose second part is scaled: $y = x_0 + s\,x_1$.

    Parameters
    ----------
    scale : float

    Examples
    --------
    >>> import numpy as np
    >>> CustomScaleLayer(0.5)([np.ones(2), np.ones(2)])
    array([1.5, 1.5], dtype=float32)
    """

    keras_module = "keras.src.applications.inception_resnet_v2"

    def __init__(self, scale: float, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs: Any) -> Any:
        """Return the sum."""
        return inputs[0] + inputs[1] * self.scale


def block(
    x: KerasTensor, kind: str, index: int, scale: float, activation: str | None = "relu"
) -> KerasTensor:
    """Branches, brought to the channels of their input and added to it."""
    name = f"{kind}_{index}"
    mixed = side_by_side([chain(x, rows) for rows in BLOCKS[kind]], f"{name}_mixed")
    up = Conv2D(channels(x), 1, padding="same", name=f"{name}_conv")(mixed)
    x = part(CustomScaleLayer)(scale)([x, up])
    return x if activation is None else Activation(activation, name=f"{name}_ac")(x)


@application(
    arguments,
    "inception_resnet_v2",
    classic(
        "inception_resnet_v2",
        "inception_resnet_v2_weights_tf_dim_ordering_tf_kernels",
        ("e693bd0210a403b3192acc6073ad2e96", "d19885ff4a710c122648d3b5c3b684e4"),
    ),
    size=299,
    smallest=75,
    end=unnamed_pool,
)
def InceptionResNetV2(x: KerasTensor) -> KerasTensor:
    """Inception-ResNet, version 2 (Szegedy et al., 2016)."""
    x = side_by_side(even(stem(x), MIXED_5B, 64), "mixed_5b")
    for i in range(1, 11):
        x = block(x, "block35", i, 0.17)
    x = shrinking(x, MIXED_6A, "mixed_6a")
    for i in range(1, 21):
        x = block(x, "block17", i, 0.1)
    x = shrinking(x, MIXED_7A, "mixed_7a")
    for i in range(1, 10):
        x = block(x, "block8", i, 0.2)
    x = block(x, "block8", 10, 1.0, activation=None)
    return convolved(x, 1536, 1, name="conv_7b")
