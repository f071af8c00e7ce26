"""MobileNet, version 3: narrow blocks with gates on their channels."""

from __future__ import annotations

from typing import Any

from cornu.base.layer import KerasTensor
from cornu.models import Functional
from cornu_engine.errors import DataError
from cornu_layers.applications.frame import Asked, Weights, assemble, pool
from cornu_layers.applications.image_shape import (
    channel_axis,
    channels,
    correct_pad,
    divisible,
    image_shape,
    size_of_weights,
    tensor_shape,
)
from cornu_layers.applications.imagenet_utils import decode_predictions
from cornu_layers.applications.imagenet_utils import unchanged as preprocess_input
from cornu_layers.applications.parts import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Multiply,
    ReLU,
    Rescaling,
    ZeroPadding2D,
)
from cornu_layers.applications.published import File, Published

__all__ = ["MobileNetV3Large", "MobileNetV3Small", "decode_predictions", "preprocess_input"]

# Of the published weights, with and without their top.
HASHES = {
    "large_224_0.75": ("765b44a33ad4005b3ac83185abf1d0eb", "40af19a13ebea4e2ee0c676887f69a2e"),
    "large_224_1.0": ("59e551e166be033d707958cf9e29a6a7", "07fb09a5933dd0c8eaafa16978110389"),
    "large_minimalistic_224_1.0": (
        "675e7b876c45c57e9e63e6d90a36599c",
        "ec5221f64a2f6d1ef965a614bdae7973",
    ),
    "small_224_0.75": ("cb65d4e5be93758266aa0a7f2c6708b7", "ebdb5cc8e0b497cd13a7c275d475c819"),
    "small_224_1.0": ("8768d4c2e7dee89b9d02b2d03d65d862", "d3e8ec802a04aa4fc771ee12a9a9b836"),
    "small_minimalistic_224_1.0": (
        "99cd97fb2fcdad2bf028eb838de69e37",
        "cde8136e733e811080d9fcd8a252f7e4",
    ),
}

# How much wider a block is inside, its filters, strides, and whether it has: a large kernel, a gate
# on its channels, the smooth activation. A minimalistic model has none of these three.
Block = tuple[float, int, int, bool, bool, bool]
BLOCKS: dict[str, tuple[Block, ...]] = {
    "small": (
        (1, 16, 2, False, True, False),
        (72 / 16, 24, 2, False, False, False),
        (88 / 24, 24, 1, False, False, False),
        (4, 40, 2, True, True, True),
        (6, 40, 1, True, True, True),
        (6, 40, 1, True, True, True),
        (3, 48, 1, True, True, True),
        (3, 48, 1, True, True, True),
        (6, 96, 2, True, True, True),
        (6, 96, 1, True, True, True),
        (6, 96, 1, True, True, True),
    ),
    "large": (
        (1, 16, 1, False, False, False),
        (4, 24, 2, False, False, False),
        (3, 24, 1, False, False, False),
        (3, 40, 2, True, True, False),
        (3, 40, 1, True, True, False),
        (3, 40, 1, True, True, False),
        (6, 80, 2, False, False, True),
        (2.5, 80, 1, False, False, True),
        (2.3, 80, 1, False, False, True),
        (2.3, 80, 1, False, False, True),
        (6, 112, 1, False, True, True),
        (6, 112, 1, False, True, True),
        (6, 160, 2, True, True, True),
        (6, 160, 1, True, True, True),
        (6, 160, 1, True, True, True),
    ),
}
LAST = {"small": 1024, "large": 1280}  # channels before the classes


def MobileNetV3Small(
    input_shape: tuple[int | None, ...] | None = None,
    alpha: float = 1.0,
    minimalistic: bool = False,
    include_top: bool = True,
    weights: Weights = "imagenet",
    input_tensor: Any = None,
    classes: int = 1000,
    pooling: str | None = None,
    dropout_rate: float = 0.2,
    classifier_activation: Any = "softmax",
    include_preprocessing: bool = True,
    name: str = "MobileNetV3Small",
) -> Functional:
    """The small MobileNet, version 3 (Howard et al., 2019).

    Parameters
    ----------
    alpha : float
        All numbers of filters are multiplied by it.
    minimalistic : bool
        Without gates, large kernels and smooth activations, which some processors lack.
    dropout_rate : float
        Before the classes.
    include_preprocessing : bool
        Whether the model takes pixels from 0 to 255 and scales them itself; else from -1 to 1.
    """
    asked = Asked(
        include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation
    )
    return model("small", asked, alpha, minimalistic, dropout_rate, include_preprocessing, name)


def MobileNetV3Large(
    input_shape: tuple[int | None, ...] | None = None,
    alpha: float = 1.0,
    minimalistic: bool = False,
    include_top: bool = True,
    weights: Weights = "imagenet",
    input_tensor: Any = None,
    classes: int = 1000,
    pooling: str | None = None,
    dropout_rate: float = 0.2,
    classifier_activation: Any = "softmax",
    include_preprocessing: bool = True,
    name: str = "MobileNetV3Large",
) -> Functional:
    """The large MobileNet, version 3 (Howard et al., 2019).

    Parameters
    ----------
    alpha, minimalistic, dropout_rate, include_preprocessing
        As for `MobileNetV3Small`.
    """
    asked = Asked(
        include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation
    )
    return model("large", asked, alpha, minimalistic, dropout_rate, include_preprocessing, name)


def model(
    kind: str,
    asked: Asked,
    alpha: float,
    minimalistic: bool,
    dropout_rate: float,
    include_preprocessing: bool,
    name: str,
) -> Functional:
    """Return the model of either size."""
    # Its top convolves, so that the size of the image may stay open with it.
    shape = image_shape(tensor_shape(asked), 224, 32, include_top=False, imagenet=asked.imagenet)
    if asked.imagenet:
        if alpha not in ((1.0,) if minimalistic else (0.75, 1.0)):
            raise DataError(
                "With weights='imagenet', alpha must be 0.75 or 1.0, or 1.0 where "
                f"minimalistic=True; got alpha={alpha}. Pass weights=None for others."
            )
        size_of_weights(shape, (224,))
    smooth = not minimalistic

    def body(x: KerasTensor) -> KerasTensor:
        if include_preprocessing:
            x = Rescaling(scale=1.0 / 127.5, offset=-1.0)(x)
        x = Conv2D(16, 3, strides=2, padding="same", use_bias=False, name="conv")(x)
        x = active(normalized(x, "conv_bn"), smooth)
        for index, (expansion, filters, strides, large, gate, act) in enumerate(BLOCKS[kind]):
            kernel = 5 if large and smooth else 3
            x = block(
                x, index, expansion, divisible(filters * alpha), kernel, strides,
                gate and smooth, act and smooth,
            )  # fmt: skip
        filters = divisible(channels(x) * 6)
        x = Conv2D(filters, 1, padding="same", use_bias=False, name="conv_1")(x)
        return active(normalized(x, "conv_1_bn"), smooth)

    def top(x: KerasTensor) -> KerasTensor:
        last = divisible(LAST[kind] * alpha) if alpha > 1.0 else LAST[kind]
        x = GlobalAveragePooling2D(keepdims=True)(x)
        x = active(Conv2D(last, 1, padding="same", name="conv_2")(x), smooth)
        if dropout_rate > 0:
            x = Dropout(dropout_rate)(x)
        x = Conv2D(asked.classes, 1, padding="same", name="logits")(x)
        return Activation(asked.classifier_activation, name="predictions")(Flatten()(x))

    published = f"{kind}{'_minimalistic' if minimalistic else ''}_224_{float(alpha)}"
    start = f"weights_mobilenet_v3_{published}_float"
    with_top, without = HASHES.get(published, (None, None))
    files = Published(
        "tensorflow/keras-applications/mobilenet_v3",
        File(f"{start}.h5", with_top),
        File(f"{start}_no_top_v2.h5", without),
    )
    return assemble(body, asked, shape, name=name, files=files, top=top, end=pool)


def normalized(x: KerasTensor, name: str) -> KerasTensor:
    """Normalise over the channels."""
    return BatchNormalization(axis=channel_axis(), epsilon=1e-3, momentum=0.999, name=name)(x)


def active(x: KerasTensor, smooth: bool) -> KerasTensor:
    """The hard form of SiLU, or ReLU."""
    return Activation("hard_swish")(x) if smooth else ReLU()(x)


def block(
    x: KerasTensor,
    index: int,
    expansion: float,
    filters: int,
    kernel: int,
    strides: int,
    gate: bool,
    smooth: bool,
) -> KerasTensor:
    """Widen, convolve each channel, gate, narrow; the input is added where it fits."""
    shortcut, prefix = x, f"expanded_conv_{index}_" if index else "expanded_conv_"
    wide = divisible(channels(x) * expansion)
    if index:
        x = Conv2D(wide, 1, padding="same", use_bias=False, name=f"{prefix}expand")(x)
        x = active(normalized(x, f"{prefix}expand_bn"), smooth)
    if strides == 2:
        x = ZeroPadding2D(correct_pad(x, kernel), name=f"{prefix}depthwise_pad")(x)
    padding = "same" if strides == 1 else "valid"
    x = DepthwiseConv2D(
        kernel, strides=strides, padding=padding, use_bias=False, name=f"{prefix}depthwise"
    )(x)
    x = active(normalized(x, f"{prefix}depthwise_bn"), smooth)
    if gate:
        x = gated(x, wide, f"{prefix}squeeze_excite_")
    x = Conv2D(filters, 1, padding="same", use_bias=False, name=f"{prefix}project")(x)
    x = normalized(x, f"{prefix}project_bn")
    if strides == 1 and channels(shortcut) == filters:
        x = Add(name=f"{prefix}add")([shortcut, x])
    return x


def gated(x: KerasTensor, filters: int, prefix: str) -> KerasTensor:
    """Multiply each channel by a number from 0 to 1, which all of them together give."""
    gate = GlobalAveragePooling2D(keepdims=True, name=f"{prefix}avg_pool")(x)
    gate = Conv2D(divisible(filters * 0.25), 1, padding="same", name=f"{prefix}conv")(gate)
    gate = ReLU(name=f"{prefix}relu")(gate)
    gate = Conv2D(filters, 1, padding="same", name=f"{prefix}conv_1")(gate)
    gate = ReLU(6.0)(gate + 3.0) * (1.0 / 6.0)
    return Multiply(name=f"{prefix}mul")([x, gate])
