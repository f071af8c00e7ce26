"""NASNet: two cells that a search has found, one of which halves rows and columns."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from cornu.base.layer import KerasTensor
from cornu.base.naming import name_scope
from cornu.models import Functional
from cornu_engine.errors import ShapeError
from cornu_layers.applications.frame import Asked, Weights, assemble, unnamed_pool
from cornu_layers.applications.image_shape import (
    channel_axis,
    channels,
    correct_pad,
    need_channels_last,
    rows_and_columns,
)
from cornu_layers.applications.imagenet_utils import decode_predictions, preprocessing
from cornu_layers.applications.parts import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Cropping2D,
    Dense,
    GlobalAveragePooling2D,
    MaxPooling2D,
    SeparableConv2D,
    ZeroPadding2D,
)
from cornu_layers.applications.published import File, Published

__all__ = ["NASNetLarge", "NASNetMobile", "decode_predictions", "preprocess_input"]

preprocess_input = preprocessing("tf")

FOLDER = "tensorflow/keras-applications/nasnet"
MOBILE = Published(
    FOLDER,
    File("NASNet-mobile.h5", "020fb642bf7360b370c678b08e0adf61", "nasnet_mobile.h5"),
    File("NASNet-mobile-no-top.h5", "1ed92395b5b598bdda52abe5c0dbfd63", "nasnet_mobile_no_top.h5"),
)
LARGE = Published(
    FOLDER,
    File("NASNet-large.h5", "11577c9a518f0070763c2b964a382f17", "nasnet_large.h5"),
    File("NASNet-large-no-top.h5", "d81d89dc07e6e56530c4e77faddd61b5", "nasnet_large_no_top.h5"),
)


def NASNetMobile(
    input_shape: tuple[int | None, ...] | None = None,
    include_top: bool = True,
    weights: Weights = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str = "nasnet_mobile",
) -> Functional:
    """The NASNet-A for small machines (Zoph et al., 2018)."""
    if not include_top and input_shape is None:
        input_shape = (224, 224, 3)
    asked = Asked(
        include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation
    )
    return model(asked, 224, MOBILE, name, filters=44, cells=4, stem=32, skip=False)


def NASNetLarge(
    input_shape: tuple[int | None, ...] | None = None,
    include_top: bool = True,
    weights: Weights = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str = "nasnet_large",
) -> Functional:
    """The large NASNet-A (Zoph et al., 2018)."""
    asked = Asked(
        include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation
    )
    return model(asked, 331, LARGE, name, filters=168, cells=6, stem=96, skip=True)


def model(
    asked: Asked,
    size: int,
    files: Published,
    name: str,
    filters: int,
    cells: int,
    stem: int,
    skip: bool,
) -> Functional:
    """Return the model of either size.

    Parameters
    ----------
    filters : int
        Of the first stage; the others have twice and four times as many.
    cells : int
        In each stage.
    stem : int
        Filters of the first convolution.
    skip : bool
        Whether the cell after one that halves is given what came before that one.
    """
    need_channels_last("NASNet")
    if asked.imagenet and asked.input_shape is not None and None in asked.input_shape:
        raise ShapeError(
            "With weights='imagenet', the input_shape of a NASNet must have no None; got "
            f"input_shape={tuple(asked.input_shape)}."
        )

    def body(x: KerasTensor) -> KerasTensor:
        x = convolved(x, stem, "stem_conv1", kernel=3, strides=2, padding="valid")
        x = normalized(x, "stem_bn1")
        before: KerasTensor | None = None
        x, before = reduction_cell(x, before, filters // 4, "stem_1"), x
        x, before = reduction_cell(x, before, filters // 2, "stem_2"), x
        for stage in range(3):
            width = filters * 2**stage
            if stage:
                halved = reduction_cell(x, before, width, f"reduce_{stage * cells}")
                before = before if skip else x
                x = halved
            for cell in range(cells):
                block = f"{stage * cells + min(stage, 1) + cell}"
                x, before = normal_cell(x, before, width, block), x
        return Activation("relu")(x)

    def top(x: KerasTensor) -> KerasTensor:
        x = GlobalAveragePooling2D()(x)
        return Dense(asked.classes, activation=asked.classifier_activation, name="predictions")(x)

    shape = asked.image(size)
    return assemble(body, asked, shape, name=name, files=files, top=top, end=unnamed_pool)


def convolved(
    x: KerasTensor,
    filters: int,
    name: str,
    kernel: int = 1,
    strides: int = 1,
    padding: str = "same",
) -> KerasTensor:
    """Convolve, without bias."""
    return Conv2D(
        filters,
        kernel,
        strides=strides,
        padding=padding,
        use_bias=False,
        kernel_initializer="he_normal",
        name=name,
    )(x)


def normalized(x: KerasTensor, name: str) -> KerasTensor:
    """Normalise over the channels."""
    return BatchNormalization(axis=channel_axis(), momentum=0.9997, epsilon=1e-3, name=name)(x)


def added(name: str | None, *parts: KerasTensor) -> KerasTensor:
    """The sum."""
    return Add(name=name)(list(parts))


def side_by_side(name: str | None, *parts: KerasTensor) -> KerasTensor:
    """The channels of all parts."""
    return Concatenate(axis=channel_axis(), name=name)(list(parts))


def mean(x: KerasTensor, strides: int, name: str) -> KerasTensor:
    """The mean over neighbours."""
    padding = "same" if strides == 1 else "valid"
    return AveragePooling2D(3, strides=strides, padding=padding, name=name)(x)


def separable(x: KerasTensor, filters: int, kernel: int, strides: int, block: str) -> KerasTensor:
    """Twice: ReLU, separable convolution, normalisation."""
    with name_scope(f"separable_conv_block_{block}"):
        for i in (1, 2):
            x = Activation("relu")(x)
            name = f"separable_conv_{i}"
            padding = "same"
            if strides == 2:
                x = ZeroPadding2D(correct_pad(x, kernel), name=f"{name}_pad_{block}")(x)
                padding = "valid"
            x = SeparableConv2D(
                filters,
                kernel,
                strides=strides,
                padding=padding,
                use_bias=False,
                name=f"{name}_{block}",
            )(x)
            x = normalized(x, f"{name}_bn_{block}")
            strides = 1
    return x


def adjusted(before: KerasTensor | None, x: KerasTensor, filters: int, block: str) -> KerasTensor:
    """What came before, in as many rows, columns and channels as the cell needs."""
    if before is None:
        return x
    if rows_and_columns(before.shape[1:])[1] != rows_and_columns(x.shape[1:])[1]:
        with name_scope("adjust_block"), name_scope(f"adjust_reduction_block_{block}"):
            before = Activation("relu", name=f"adjust_relu_1_{block}")(before)
            even = halved(before, filters // 2, f"1_{block}")
            odd = Cropping2D(((1, 0), (1, 0)))(ZeroPadding2D(((0, 1), (0, 1)))(before))
            before = side_by_side(None, even, halved(odd, filters // 2, f"2_{block}"))
            return normalized(before, f"adjust_bn_{block}")
    if channels(before) != filters:
        with name_scope("adjust_block"), name_scope(f"adjust_projection_block_{block}"):
            before = Activation("relu")(before)
            before = convolved(before, filters, f"adjust_conv_projection_{block}")
            return normalized(before, f"adjust_bn_{block}")
    return before


def halved(x: KerasTensor, filters: int, end: str) -> KerasTensor:
    """Every second row and column."""
    x = AveragePooling2D(1, strides=2, name=f"adjust_avg_pool_{end}")(x)
    return convolved(x, filters, f"adjust_conv_{end}")


def entered(x: KerasTensor, filters: int, kind: str, block: str) -> KerasTensor:
    """What all branches of a cell begin with."""
    x = convolved(Activation("relu")(x), filters, f"{kind}_conv_1_{block}")
    return normalized(x, f"{kind}_bn_1_{block}")


def branching(filters: int, strides: int, kind: str, block: str) -> Callable[..., KerasTensor]:
    """Return separable convolutions whose names begin alike; the side ends in its number."""

    def branch(x: KerasTensor, kernel: int, side: str) -> KerasTensor:
        with name_scope(f"block_{side[-1]}"):
            return separable(x, filters, kernel, strides, f"{kind}_{side}_{block}")

    return branch


Cell = Callable[[KerasTensor, KerasTensor | None, int, str], KerasTensor]


def in_scope(kind: str) -> Callable[[Cell], Cell]:
    """Let the paths of a cell's weights begin with its kind and number."""

    def decorate(cell: Cell) -> Cell:
        @wraps(cell)
        def scoped(
            x: KerasTensor, before: KerasTensor | None, filters: int, block: str
        ) -> KerasTensor:
            with name_scope(f"{kind}_{block}"):
                return cell(x, before, filters, block)

        return scoped

    return decorate


@in_scope("normal_A_block")
def normal_cell(
    x: KerasTensor, before: KerasTensor | None, filters: int, block: str
) -> KerasTensor:
    """The cell that keeps rows and columns."""
    p = adjusted(before, x, filters, block)
    h = entered(x, filters, "normal", block)
    convolved = branching(filters, 1, "normal", block)
    add = "normal_add_{}_" + block
    x1 = added(add.format(1), convolved(h, 5, "left1"), convolved(p, 3, "right1"))
    x2 = added(add.format(2), convolved(p, 5, "left2"), convolved(p, 3, "right2"))
    x3 = added(add.format(3), mean(h, 1, f"normal_left3_{block}"), p)
    means = [mean(p, 1, f"normal_{side}4_{block}") for side in ("left", "right")]
    x4 = added(add.format(4), *means)
    x5 = added(add.format(5), convolved(h, 3, "left5"), h)
    return side_by_side(f"normal_concat_{block}", p, x1, x2, x3, x4, x5)


@in_scope("reduction_A_block")
def reduction_cell(
    x: KerasTensor, before: KerasTensor | None, filters: int, block: str
) -> KerasTensor:
    """The cell that leaves half of rows and columns."""
    p = adjusted(before, x, filters, block)
    h = entered(x, filters, "reduction", block)
    padded = ZeroPadding2D(correct_pad(h, 3), name=f"reduction_pad_1_{block}")(h)
    convolved = branching(filters, 2, "reduction", block)

    def largest(name: str) -> KerasTensor:
        return MaxPooling2D(3, strides=2, name=f"{name}_{block}")(padded)

    x1 = added(f"reduction_add_1_{block}", convolved(h, 5, "left1"), convolved(p, 7, "right1"))
    x2 = added(f"reduction_add_2_{block}", largest("reduction_left2"), convolved(p, 7, "right2"))
    left = mean(padded, 2, f"reduction_left3_{block}")
    x3 = added(f"reduction_add3_{block}", left, convolved(p, 5, "right3"))
    x4 = added(None, x2, mean(x1, 1, f"reduction_left4_{block}"))
    with name_scope("block_5"):
        again = separable(x1, filters, 3, 1, f"reduction_left4_{block}")
    x5 = added(f"reduction_add4_{block}", again, largest("reduction_right5"))
    return side_by_side(f"reduction_concat_{block}", x2, x3, x4, x5)
