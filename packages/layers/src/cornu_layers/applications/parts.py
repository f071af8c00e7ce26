"""The layers that families are made of: Cornu's, or what stands for them in a dialect.

A family calls `Conv2D(64, 3, name="conv1")(x)`. Inside `registry.meaning` that makes whatever the
class means there, so that a dialect has models of its own classes, and may say other names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from cornu.plugins import registry

if TYPE_CHECKING:
    from cornu_layers import (
        Activation,
        Add,
        AveragePooling2D,
        BatchNormalization,
        Concatenate,
        Conv2D,
        Cropping2D,
        Dense,
        DepthwiseConv2D,
        Dropout,
        Flatten,
        GlobalAveragePooling2D,
        GlobalMaxPooling2D,
        LayerNormalization,
        MaxPooling2D,
        Multiply,
        ReLU,
        Rescaling,
        Reshape,
        SeparableConv2D,
        ZeroPadding2D,
    )

__all__ = [
    "Activation",
    "Add",
    "AveragePooling2D",
    "BatchNormalization",
    "Concatenate",
    "Conv2D",
    "Cropping2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "LayerNormalization",
    "MaxPooling2D",
    "Multiply",
    "ReLU",
    "Rescaling",
    "Reshape",
    "SeparableConv2D",
    "ZeroPadding2D",
    "part",
]

C = TypeVar("C", bound=Callable[..., Any])


def part(plain: C, kind: str = "layer") -> C:
    """Return a function that makes what a class, or function, means where it is called.

    Examples
    --------
    >>> from cornu.plugins import registry
    >>> from cornu_layers.applications.parts import Flatten
    >>> with registry.meaning(lambda kind, name, found: lambda *sizes: (name, *sizes)):
    ...     Flatten(), part(dict)(1)
    (('Flatten',), ('dict', 1))
    """

    def make(*args: Any, **kwargs: Any) -> Any:
        return registry.meant(kind, plain.__name__, plain)(*args, **kwargs)

    return cast(C, make)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    made = globals()[name] = part(registry.attribute("layer", name))
    return made
