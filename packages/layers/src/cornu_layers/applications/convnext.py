"""ConvNeXt: a convolutional network with the habits of transformers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cornu.base import Layer
from cornu.base.layer import KerasTensor
from cornu.models import Functional, Sequential
from cornu_layers.applications.frame import Weights, application, unnamed_pool
from cornu_layers.applications.image_shape import channels, need_channels_last
from cornu_layers.applications.imagenet_utils import decode_predictions
from cornu_layers.applications.imagenet_utils import unchanged as preprocess_input
from cornu_layers.applications.inverted import normalized_pixels
from cornu_layers.applications.parts import (
    Activation,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    LayerNormalization,
    part,
)
from cornu_layers.applications.published import Published, classic
from cornu_layers.initializers.constant import Constant

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions

__all__ = [
    "ConvNeXtBase",
    "ConvNeXtLarge",
    "ConvNeXtSmall",
    "ConvNeXtTiny",
    "ConvNeXtXLarge",
    "LayerScale",
    "decode_predictions",
    "preprocess_input",
]

MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
SCALE = 1e-6  # of what the blocks add, in the beginning


def arguments(
    include_top: bool = True,
    include_preprocessing: bool = True,
    weights: Weights = "imagenet",
    input_tensor: Any = None,
    input_shape: tuple[int | None, ...] | None = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str = "",
) -> Functional:
    """The arguments of this family; with `include_preprocessing`, pixels are from 0 to 255."""
    raise NotImplementedError


class LayerScale(Layer):
    r"""A learned factor for each channel: $y = \gamma x$.

    Parameters
    ----------
    init_values : float
        What the factors are in the beginning.
    projection_dim : int
        Number of channels.

    Examples
    --------
    >>> import numpy as np
    >>> LayerScale(0.5, 2)(np.ones((1, 2)))
    array([[0.5, 0.5]], dtype=float32)
    """

    keras_module = "keras.src.applications.convnext"

    def __init__(
        self, init_values: float, projection_dim: int, **kwargs: Unpack[LayerOptions]
    ) -> None:
        super().__init__(**kwargs)
        self.init_values = init_values
        self.projection_dim = projection_dim

    def build(self, input_shape: Any) -> None:
        """Make the factors."""
        initial = Constant(self.init_values)
        self.gamma = self.add_weight(shape=(self.projection_dim,), initializer=initial)

    def call(self, inputs: Any) -> Any:
        """Return the inputs, scaled."""
        return inputs * self.gamma


def layer_normalized(name: str | None) -> LayerNormalization:
    """Return the layer, with the epsilon of this family."""
    return LayerNormalization(epsilon=1e-6, name=name)


def block(x: KerasTensor, filters: int, name: str) -> KerasTensor:
    """A large kernel for each channel, then two dense layers over the channels."""
    y = Conv2D(filters, 7, padding="same", groups=filters, name=f"{name}_depthwise_conv")(x)
    y = layer_normalized(f"{name}_layernorm")(y)
    y = Dense(4 * filters, name=f"{name}_pointwise_conv_1")(y)
    y = Activation("gelu", name=f"{name}_gelu")(y)
    y = Dense(filters, name=f"{name}_pointwise_conv_2")(y)
    y = part(LayerScale)(SCALE, filters, name=f"{name}_layer_scale")(y)
    return x + Activation("linear", name=f"{name}_identity")(y)


def network(
    x: KerasTensor, scaled: bool, name: str, depths: Sequence[int], filters: Sequence[int]
) -> KerasTensor:
    """All stages, each after a convolution that leaves fewer rows and columns."""
    need_channels_last("ConvNeXt")
    if scaled and channels(x) == 3:
        mean = [255 * m for m in MEAN]
        variance = [(255 * deviation) ** 2 for deviation in DEVIATION]
        x = normalized_pixels(x, mean, variance, f"{name}_prestem_normalization")
    stack = part(Sequential, "object")
    before = [
        stack(
            [
                Conv2D(filters[0], 4, strides=4, name=f"{name}_stem_conv"),
                layer_normalized(f"{name}_stem_layernorm"),
            ],
            name=f"{name}_stem",
        )
    ]
    for i, out in enumerate(filters[1:]):
        halving = Conv2D(out, 2, strides=2, name=f"{name}_downsampling_conv_{i}")
        before.append(
            stack(
                [layer_normalized(f"{name}_downsampling_layernorm_{i}"), halving],
                name=f"{name}_downsampling_block_{i}",
            )
        )
    for stage, (smaller, depth) in enumerate(zip(before, depths, strict=True)):
        x = smaller(x)
        for i in range(depth):
            x = block(x, filters[stage], f"{name}_stage_{stage}_block_{i}")
    return x


def classify(x: KerasTensor, name: str, classes: int, classifier_activation: Any) -> KerasTensor:
    """The top."""
    x = GlobalAveragePooling2D(name=f"{name}_head_gap")(x)
    x = layer_normalized(f"{name}_head_layernorm")(x)
    return Dense(classes, activation=classifier_activation, name=f"{name}_head_dense")(x)


def normalized_pool(x: KerasTensor, pooling: str | None) -> KerasTensor:
    """What ends the model without its top."""
    return layer_normalized(None)(unnamed_pool(x, pooling))


def files(name: str, *hashes: str) -> Published:
    """Its published weights."""
    return classic("convnext", f"convnext_{name}", hashes)


@application(
    arguments,
    "convnext_tiny",
    files(
        "tiny",
        "8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff",
        "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1",
    ),
    top=classify,
    end=normalized_pool,
)
def ConvNeXtTiny(x: KerasTensor, include_preprocessing: bool, name: str) -> KerasTensor:
    """ConvNeXt Tiny (Liu et al., 2022)."""
    return network(x, include_preprocessing, name, (3, 3, 9, 3), (96, 192, 384, 768))


@application(
    arguments,
    "convnext_small",
    files(
        "small",
        "ce1277d8f1ee5a0ef0e171469089c18f5233860ceaf9b168049cb9263fd7483c",
        "6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab",
    ),
    top=classify,
    end=normalized_pool,
)
def ConvNeXtSmall(x: KerasTensor, include_preprocessing: bool, name: str) -> KerasTensor:
    """ConvNeXt Small (Liu et al., 2022)."""
    return network(x, include_preprocessing, name, (3, 3, 27, 3), (96, 192, 384, 768))


@application(
    arguments,
    "convnext_base",
    files(
        "base",
        "52cbb006d3dadd03f6e095a8ca1aca47aecdd75acb4bc74bce1f5c695d0086e6",
        "40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45",
    ),
    top=classify,
    end=normalized_pool,
)
def ConvNeXtBase(x: KerasTensor, include_preprocessing: bool, name: str) -> KerasTensor:
    """ConvNeXt Base (Liu et al., 2022)."""
    return network(x, include_preprocessing, name, (3, 3, 27, 3), (128, 256, 512, 1024))


@application(
    arguments,
    "convnext_large",
    files(
        "large",
        "070c5ed9ed289581e477741d3b34beffa920db8cf590899d6d2c67fba2a198a6",
        "96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd",
    ),
    top=classify,
    end=normalized_pool,
)
def ConvNeXtLarge(x: KerasTensor, include_preprocessing: bool, name: str) -> KerasTensor:
    """ConvNeXt Large (Liu et al., 2022)."""
    return network(x, include_preprocessing, name, (3, 3, 27, 3), (192, 384, 768, 1536))


@application(
    arguments,
    "convnext_xlarge",
    files(
        "xlarge",
        "c1f5ccab661354fc3a79a10fa99af82f0fbf10ec65cb894a3ae0815f17a889ee",
        "de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05",
    ),
    top=classify,
    end=normalized_pool,
)
def ConvNeXtXLarge(x: KerasTensor, include_preprocessing: bool, name: str) -> KerasTensor:
    """ConvNeXt XLarge (Liu et al., 2022)."""
    return network(x, include_preprocessing, name, (3, 3, 27, 3), (256, 512, 1024, 2048))
