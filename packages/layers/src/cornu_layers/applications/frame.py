"""What a model of every family has around its own layers: an image in, an end, weights from a file.

A family is a *body*, a function from a symbolic image to symbolic features. `assemble` puts it
between an input and a top; `application` makes Keras' function of it, whose arguments are
said once for all families that share them.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from cornu import activations
from cornu.base.layer import KerasTensor, Layer
from cornu.models import Functional, Input, Model
from cornu.plugins import registry
from cornu_data.symbolic.graph import get_source_inputs
from cornu_engine.errors import DataError
from cornu_layers.applications.image_shape import image_shape
from cornu_layers.applications.parts import (
    Dense,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    part,
)
from cornu_layers.applications.published import Published

__all__ = [
    "Asked",
    "Weights",
    "application",
    "arguments",
    "assemble",
    "classify",
    "pool",
    "unnamed_pool",
]

Weights = str | os.PathLike[str] | None
Step = Callable[[KerasTensor], KerasTensor]
End = Callable[[KerasTensor, str | None], KerasTensor]
C = TypeVar("C", bound=Callable[..., Functional])

CLASSES = 1000  # of ImageNet


POOLS: dict[str, Callable[..., Layer]] = {"avg": GlobalAveragePooling2D, "max": GlobalMaxPooling2D}


@dataclass(frozen=True)
class Asked:
    """What all families can be asked for; what does not go together is refused at once."""

    include_top: bool = True
    weights: Weights = "imagenet"
    input_tensor: Any = None
    input_shape: tuple[int | None, ...] | None = None
    pooling: str | None = None
    classes: int = CLASSES
    classifier_activation: Any = "softmax"

    def __post_init__(self) -> None:
        weights = self.weights
        if weights not in ("imagenet", None) and not Path(weights).is_file():
            raise DataError(
                f"weights={os.fspath(weights)!r} is no file. The `weights` argument should be "
                "None (random initialization), 'imagenet' (trained on ImageNet), or the path of a "
                "file of weights."
            )
        if not (self.input_tensor is None or isinstance(self.input_tensor, KerasTensor)):
            raise DataError(
                f"input_tensor is a {type(self.input_tensor).__name__}; pass a symbolic tensor, "
                "made by Input or by calling layers on one, or call the model on your data."
            )
        if self.pooling not in (None, *POOLS):
            raise DataError(f"pooling={self.pooling!r} is unknown: pass None, 'avg' or 'max'.")
        if not self.include_top:
            return
        if self.imagenet and self.classes != CLASSES:
            raise DataError(
                "With weights='imagenet' and include_top=True, `classes` should be 1000; got "
                f"classes={self.classes}. Pass include_top=False and put a layer of your own on "
                "top."
            )
        allowed = [activations.get(name) for name in ("softmax", None)]
        if weights is not None and activations.get(self.classifier_activation) not in allowed:
            raise DataError(
                "Only None and 'softmax' are allowed for `classifier_activation` with trained "
                f"weights and include_top=True; got {self.classifier_activation!r}."
            )

    @property
    def imagenet(self) -> bool:
        """Whether the weights are those that Keras has published."""
        return self.weights == "imagenet"

    def image(self, size: int, smallest: int = 32) -> tuple[int | None, ...]:
        """Return the shape of one image, of `size` rows and columns by default."""
        return image_shape(self.input_shape, size, smallest, self.include_top, self.imagenet)


def arguments(
    include_top: bool = True,
    weights: Weights = "imagenet",
    input_tensor: Any = None,
    input_shape: tuple[int | None, ...] | None = None,
    pooling: str | None = None,
    classes: int = CLASSES,
    classifier_activation: Any = "softmax",
    name: str = "",
) -> Functional:
    """The arguments of most families, in Keras' order."""
    raise NotImplementedError


def classify(x: KerasTensor, classes: int, classifier_activation: Any) -> KerasTensor:
    """The usual top: the mean over the image, and one dense layer."""
    x = GlobalAveragePooling2D(name="avg_pool")(x)
    return Dense(classes, activation=classifier_activation, name="predictions")(x)


def pool(x: KerasTensor, pooling: str | None) -> KerasTensor:
    """The usual end without a top: the mean or the largest over the image, if it is asked for."""
    return x if pooling is None else POOLS[pooling](name=f"{pooling}_pool")(x)


def unnamed_pool(x: KerasTensor, pooling: str | None) -> KerasTensor:
    """The same, in families whose pooling layer has no name of its own."""
    return x if pooling is None else POOLS[pooling]()(x)


def application(
    like: C,
    name: str,
    files: Published,
    *,
    size: int = 224,
    smallest: int = 32,
    top: Callable[..., KerasTensor] = classify,
    end: End = pool,
) -> Callable[[Callable[..., KerasTensor]], C]:
    """Make Keras' function out of a body.

    Body and top are given what they name in their own arguments, beside the tensor.

    Parameters
    ----------
    like : callable
        Has the arguments, and is never called.
    name : str
        Of the model, where none is given.
    files : Published
        Its weights.
    size, smallest : int
        Rows and columns of the image, by default and at least.
    top : callable
        What follows the body where `include_top=True`.
    end : callable
        What follows it where `include_top=False`.
    """
    given = inspect.signature(like)
    signature = given.replace(
        parameters=[
            a.replace(default=name) if a.name == "name" else a for a in given.parameters.values()
        ]
    )

    def decorate(body: Callable[..., KerasTensor]) -> C:
        @wraps(body)
        def make(*args: Any, **kwargs: Any) -> Functional:
            try:
                given = signature.bind(*args, **kwargs)
            except TypeError as error:
                raise TypeError(f"{body.__name__}(): {error}") from None
            given.apply_defaults()
            values = given.arguments
            asked = Asked(**{field.name: values[field.name] for field in fields(Asked)})
            return assemble(
                _given(body, values),
                asked,
                asked.image(size, smallest),
                name=values["name"],
                files=files,
                top=_given(top, values),
                end=end,
            )

        make.__signature__ = signature  # type: ignore[attr-defined]
        make.__annotations__ = {}
        return cast(C, make)

    return decorate


def _given(function: Callable[..., KerasTensor], values: dict[str, Any]) -> Step:
    """Return the function with those of the values that it names."""
    named = inspect.signature(function).parameters
    return partial(function, **{name: v for name, v in values.items() if name in named})


def assemble(
    body: Step,
    asked: Asked,
    shape: tuple[int | None, ...],
    *,
    name: str,
    files: Published,
    top: Step,
    end: End,
) -> Functional:
    """Return the model that was asked for, with its weights."""
    image = asked.input_tensor
    if image is None:
        image = part(Input)(shape)
    x = body(image)
    x = top(x) if asked.include_top else end(x, asked.pooling)
    inputs = [image] if asked.input_tensor is None else get_source_inputs(image)
    made: Any = part(Model, "object")  # of a graph, which makes it Functional
    model = made(inputs[0] if len(inputs) == 1 else inputs, x, name=name)
    if asked.imagenet:
        files = registry.meant("files", files.with_top.name, files)
        model.load_weights(files.fetch(asked.include_top))
    elif asked.weights is not None:
        model.load_weights(asked.weights)
    return model
