"""What every image op does first: images in a batch, channels last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu_engine.errors import ShapeError
from cornu_engine.primitives.table import p
from cornu_ops.core import saturate_cast
from cornu_ops.values import Tensor, TensorLike, cast_value, value
from cornu_ops.windowed import channels_last, original_format, standard_format


def on_batch(
    name: str, images: TensorLike, data_format: str | None, compute: Callable[[Tensor], Tensor]
) -> Tensor:
    """`compute` of images `(batch, height, width, channels)`, in their own layout again."""
    data_format = standard_format(data_format)
    x = value(images)
    if x.ndim not in (3, 4):
        raise ShapeError(
            f"{name}() takes one image or a batch of them, got shape {tuple(x.shape)}."
        )
    single = x.ndim == 3
    x = p.reshape(x, shape=(1, *x.shape)) if single else x
    y = original_format(compute(channels_last(x, data_format)), data_format)
    return p.reshape(y, shape=tuple(y.shape[1:])) if single else y


def in_dtype_of(x: Tensor, found: Tensor) -> Tensor:
    """`found` in the dtype of `x`; integers are rounded and held within their dtype."""
    if x.dtype.kind in "iu":
        return saturate_cast(p.round(found), x.dtype)
    return cast_value(found, x.dtype)


def choice(name: str, given: Any, allowed: Any) -> Any:
    """`given` if it is allowed, else an error that lists what is."""
    if given not in allowed:
        raise ValueError(
            f"{name} must be one of {', '.join(map(repr, sorted(allowed)))}, got {given!r}."
        )
    return given
