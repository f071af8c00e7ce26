"""Boxes moved along with the pixels of their picture."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import cornu_ops as ops
from cornu_engine.errors import DataError, ShapeError
from cornu_preprocessing.bounding_boxes.formats import joined, sides

__all__ = ["affine_transform", "around", "clip_to_image_size", "crop", "pad"]


def clip_to_image_size(
    bounding_boxes: dict[str, Any],
    height: Any = None,
    width: Any = None,
    bounding_box_format: str = "xyxy",
) -> dict[str, Any]:
    """Cut off what lies beyond the edges of the picture.

    Parameters
    ----------
    bounding_boxes : dict
        "boxes" of shape `(…, 4)` and maybe "labels" of shape `(…)`.
    height, width : number
        Of the picture; for fractions not needed.
    bounding_box_format : "xyxy" or "rel_xyxy"

    Returns
    -------
    dict
        The label of a box of which nothing is left is -1.

    Example
    -------
    >>> clip_to_image_size({"boxes": [[-5.0, 0.0, 5.0, 9.0]], "labels": [7]}, height=8, width=8)
    {'boxes': array([[0., 0., 5., 8.]], dtype=float32), 'labels': array([7], dtype=int32)}
    """
    if bounding_box_format == "rel_xyxy":
        height = width = 1.0
    elif bounding_box_format != "xyxy":
        raise DataError(
            f"bounding_box_format={bounding_box_format!r} must be 'xyxy' or 'rel_xyxy' here; "
            "convert_format() makes either of any other."
        )
    elif height is None or width is None:
        raise DataError("Boxes in pixels are cut at the edges: pass height and width.")
    boxes = _within(_pixels(bounding_boxes["boxes"]), height, width)
    result = {**bounding_boxes, "boxes": boxes}
    if bounding_boxes.get("labels") is not None:
        labels = ops.convert_to_tensor(bounding_boxes["labels"])
        x1, y1, x2, y2 = sides(boxes)
        area = ops.squeeze((x2 - x1) * (y2 - y1), -1)
        result["labels"] = ops.where(area > 0, labels, ops.cast(-1, labels.dtype))
    return result


def crop(
    boxes: Any,
    top: Any,
    left: Any,
    height: Any,
    width: Any,
    bounding_box_format: str = "xyxy",
) -> Any:
    """Return boxes as they lie in a part of the picture.

    Parameters
    ----------
    boxes : array
        Shape `(…, 4)`, in pixels.
    top, left : number
        The place of the upper left corner of the part.
    height, width : number
        Its size.
    bounding_box_format : "xyxy"

    Example
    -------
    >>> crop([[10.0, 20.0, 50.0, 60.0]], top=10, left=20, height=40, width=30)
    array([[ 0., 10., 30., 40.]], dtype=float32)
    """
    return _within(pad(boxes, -top, -left, bounding_box_format=bounding_box_format), height, width)


def pad(
    boxes: Any,
    top: Any,
    left: Any,
    height: Any = None,
    width: Any = None,
    bounding_box_format: str = "xyxy",
) -> Any:
    """Return boxes as they lie in a picture with a margin.

    Parameters
    ----------
    boxes : array
        Shape `(…, 4)`, in pixels.
    top, left : number
        What was put above and to the left of the picture.
    height, width : number, optional
        Accepted for Keras' sake: nothing depends on them.
    bounding_box_format : "xyxy"

    Example
    -------
    >>> pad([[1.0, 2.0, 3.0, 4.0]], top=10, left=100)
    array([[101.,  12., 103.,  14.]], dtype=float32)
    """
    _only_xyxy(bounding_box_format)
    x1, y1, x2, y2 = sides(_pixels(boxes))
    return joined(x1 + left, y1 + top, x2 + left, y2 + top)


def affine_transform(
    boxes: Any,
    angle: Any,
    translate_x: Any,
    translate_y: Any,
    scale: Any,
    shear_x: Any,
    shear_y: Any,
    height: Any,
    width: Any,
    center_x: float | None = None,
    center_y: float | None = None,
    bounding_box_format: str = "xyxy",
) -> Any:
    """Rotate, shift, scale and shear boxes: the upright boxes around their corners.

    Parameters
    ----------
    boxes : array
        Shape `(n, 4)`, or `(batch, n, 4)` with the numbers below of shape `(batch,)`.
    angle, shear_x, shear_y : number or array
        In degrees; positive angles turn against the clock.
    translate_x, translate_y : number or array
        As fractions of width and height less one pixel, as in Keras; positive to the left and up.
    scale : number or array
        Above 1 boxes get larger.
    height, width : number
        Of the picture.
    center_x, center_y : float, optional
        The fixed point, as fractions of the same; by default the middle.
    bounding_box_format : "xyxy"

    Example
    -------
    >>> affine_transform([[0.0, 0.0, 4.0, 2.0]], 90.0, 0, 0, 1, 0, 0, height=11, width=11).round(3)
    array([[ 0.,  6.,  2., 10.]], dtype=float32)
    """
    _only_xyxy(bounding_box_format)
    boxes = _pixels(boxes)

    def per_picture(given: Any) -> Any:
        number = ops.cast(given, boxes.dtype)
        return ops.reshape(number, (-1, 1, 1)) if number.shape and boxes.ndim == 3 else number

    def radians(degrees: Any) -> Any:
        return per_picture(degrees) * (-math.pi / 180)

    turn, lean_x, lean_y = radians(angle), radians(shear_x), radians(shear_y)
    size = per_picture(scale)
    x0 = (0.5 if center_x is None else center_x) * (width - 1)
    y0 = (0.5 if center_y is None else center_y) * (height - 1)
    shift_x = x0 - per_picture(translate_x) * (width - 1)
    shift_y = y0 - per_picture(translate_y) * (height - 1)
    # Rotation and shear, of determinant 1; its inverse stands below.
    a = ops.cos(turn - lean_y) / ops.cos(lean_y)
    b = a * ops.tan(lean_x) + ops.sin(turn)
    c = -ops.sin(turn - lean_y) / ops.cos(lean_y)
    d = ops.cos(turn) - c * ops.tan(lean_x)

    def place(x: Any, y: Any) -> tuple[Any, Any]:
        x, y = size * (x - shift_x), size * (y - shift_y)
        return x0 + d * x - b * y, y0 - c * x + a * y

    return around(boxes, place)


def around(boxes: Any, place: Callable[[Any, Any], tuple[Any, Any]]) -> Any:
    """Return the upright boxes around the corners of boxes, moved by a function.

    Parameters
    ----------
    boxes : array
        Shape `(…, 4)`, "xyxy".
    place : callable
        From x and y, of shape `(…, 1)`, to where they go.

    Example
    -------
    >>> import numpy as np
    >>> around(np.array([[1.0, 2.0, 3.0, 4.0]]), lambda x, y: (-y, x))
    array([[-4.,  1., -2.,  3.]])
    """
    x1, y1, x2, y2 = sides(boxes)
    corners = [place(x, y) for x in (x1, x2) for y in (y1, y2)]
    xs, ys = (ops.concatenate(numbers, axis=-1) for numbers in zip(*corners, strict=True))
    ends = (end(n, axis=-1, keepdims=True) for end in (ops.min, ops.max) for n in (xs, ys))
    return joined(*ends)


def _within(boxes: Any, height: Any, width: Any) -> Any:
    x1, y1, x2, y2 = sides(boxes)
    across, down = (ops.cast(size, boxes.dtype) for size in (width, height))
    return joined(
        ops.clip(x1, 0, across),
        ops.clip(y1, 0, down),
        ops.clip(x2, 0, across),
        ops.clip(y2, 0, down),
    )


def _pixels(boxes: Any) -> Any:
    boxes = ops.convert_to_tensor(boxes)
    if not boxes.shape or boxes.shape[-1] != 4:
        raise ShapeError(
            f"A box is four numbers along the last axis; boxes has shape {tuple(boxes.shape)}."
        )
    whole = "int" in str(boxes.dtype)
    return ops.cast(boxes, "float32") if whole else boxes


def _only_xyxy(bounding_box_format: str) -> None:
    if bounding_box_format != "xyxy":
        raise DataError(
            f"bounding_box_format={bounding_box_format!r} must be 'xyxy' here; "
            "convert_format(boxes, source, 'xyxy') makes that of any other."
        )
