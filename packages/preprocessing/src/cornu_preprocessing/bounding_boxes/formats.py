"""The ways to write a box down, and from one to another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cornu_ops as ops
from cornu_engine.errors import DataError, ShapeError, near_matches

__all__ = ["FORMATS", "convert_format", "joined", "known_format", "sides", "size_of_picture"]

# By format: its four numbers as left, top, right, bottom, …
_TO_SIDES: dict[str, Callable[..., tuple[Any, ...]]] = {
    "xyxy": lambda x1, y1, x2, y2: (x1, y1, x2, y2),
    "yxyx": lambda y1, x1, y2, x2: (x1, y1, x2, y2),
    "xywh": lambda x1, y1, w, h: (x1, y1, x1 + w, y1 + h),
    "center_xywh": lambda x, y, w, h: (x - w / 2, y - h / 2, x + w / 2, y + h / 2),
    "center_yxhw": lambda y, x, h, w: (x - w / 2, y - h / 2, x + w / 2, y + h / 2),
}
# … and the other way round.
_FROM_SIDES: dict[str, Callable[..., tuple[Any, ...]]] = {
    "xyxy": lambda x1, y1, x2, y2: (x1, y1, x2, y2),
    "yxyx": lambda x1, y1, x2, y2: (y1, x1, y2, x2),
    "xywh": lambda x1, y1, x2, y2: (x1, y1, x2 - x1, y2 - y1),
    "center_xywh": lambda x1, y1, x2, y2: (
        x1 + (x2 - x1) / 2,
        y1 + (y2 - y1) / 2,
        x2 - x1,
        y2 - y1,
    ),
    "center_yxhw": lambda x1, y1, x2, y2: (
        y1 + (y2 - y1) / 2,
        x1 + (x2 - x1) / 2,
        y2 - y1,
        x2 - x1,
    ),
}
_RELATIVE = "rel_"
FORMATS = (*_TO_SIDES, *(_RELATIVE + name for name in _TO_SIDES))


def convert_format(
    boxes: Any,
    source: str,
    target: str,
    height: Any = None,
    width: Any = None,
    dtype: str = "float32",
) -> Any:
    """Write boxes down in another format.

    Parameters
    ----------
    boxes : array, or dict with "boxes"
        Shape `(…, 4)`.
    source, target : str
        "xyxy" (left, top, right, bottom), "yxyx", "xywh" (left, top, width, height), "center_xywh",
        "center_yxhw", or one of them behind "rel_": as fractions of the width and height of the
        picture.
    height, width : number, optional
        Of the picture, in pixels; needed from and to fractions.
    dtype : str
        Of the result.

    Returns
    -------
    array or dict
        What was given, in the other format.

    Raises
    ------
    DataError
        For an unknown format, and fractions without the size of the picture.
    ShapeError
        If the last axis does not have four numbers.

    Example
    -------
    >>> convert_format([[0.25, 0.5, 0.5, 1.0]], "rel_xyxy", "center_xywh", height=100, width=200)
    array([[75., 75., 50., 50.]], dtype=float32)
    """
    if isinstance(boxes, dict):
        converted = convert_format(boxes["boxes"], source, target, height, width, dtype)
        return {**boxes, "boxes": converted}
    source, target = known_format("source", source), known_format("target", target)
    boxes = ops.cast(ops.convert_to_tensor(boxes), dtype)
    if not boxes.shape or boxes.shape[-1] != 4:
        raise ShapeError(
            f"A box is four numbers along the last axis; boxes has shape {tuple(boxes.shape)}."
        )
    relative = [name.startswith(_RELATIVE) for name in (source, target)]
    if any(relative) and (height is None or width is None):
        raise DataError(
            f"From {source!r} to {target!r} the size of the picture counts: pass its height and "
            "width."
        )
    if source == target:
        return boxes
    corners = _TO_SIDES[source.removeprefix(_RELATIVE)](*sides(boxes))
    if relative[0] != relative[1]:
        across, down = (ops.cast(size, dtype) for size in (width, height))
        scales = (across, down) * 2
        corners = tuple(
            side * scale if relative[0] else side / scale
            for side, scale in zip(corners, scales, strict=True)
        )
    return joined(*_FROM_SIDES[target.removeprefix(_RELATIVE)](*corners))


def known_format(name: str, given: Any) -> str:
    """Return a format in lower case, or raise DataError listing those that there are.

    Example
    -------
    >>> known_format("source", "REL_xyxy")
    'rel_xyxy'
    """
    lowered = str(given).lower()
    if lowered not in FORMATS:
        hint = near_matches(lowered, FORMATS)
        raise DataError(f"{name}={given!r} must be one of {', '.join(FORMATS)}. {hint}".rstrip())
    return lowered


def size_of_picture(image_shape: Any) -> tuple[Any, Any]:
    """Return height and width of a shape `(height, width, …)`, None twice for None."""
    return (None, None) if image_shape is None else tuple(image_shape)[:2]


def sides(boxes: Any) -> tuple[Any, ...]:
    """Return the four numbers of boxes, each of shape `(…, 1)`."""
    return tuple(boxes[..., i : i + 1] for i in range(4))


def joined(*numbers: Any) -> Any:
    """Return boxes of their four numbers."""
    return ops.concatenate(numbers, axis=-1)
