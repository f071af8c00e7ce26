"""Boxes as what a detector learns: how they differ from anchors."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu_engine import config
from cornu_engine.errors import DataError, ShapeError
from cornu_preprocessing.bounding_boxes.formats import convert_format, size_of_picture

__all__ = ["decode_deltas_to_boxes", "encode_box_to_deltas"]

_ENCODINGS = ("center_xywh", "center_yxhw")


def encode_box_to_deltas(
    anchors: Any,
    boxes: Any,
    anchor_format: str,
    box_format: str,
    encoding_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Any = None,
) -> Any:
    r"""Return boxes relative to anchors: shifts in units of their sizes, and logarithms of sizes.

    $(p - p_a) / s_a$ for the middles $p$ and $\ln (s / s_a)$ for the sizes $s$.

    Parameters
    ----------
    anchors : array
        Shape `(n, 4)`.
    boxes : array
        Shape `(n, 4)` or `(batch, n, 4)`.
    anchor_format, box_format : str
        As of `convert_format`.
    encoding_format : "center_yxhw" or "center_xywh"
        The order of the result.
    variance : four numbers, optional
        What the result is divided by.
    image_shape : tuple, optional
        `(height, width, …)`, for formats of fractions.

    Example
    -------
    >>> encode_box_to_deltas([[0, 0, 4, 4]], [[1, 0, 5, 8]], "xyxy", "xyxy").round(3)
    array([[0.5  , 0.25 , 0.693, 0.   ]], dtype=float32)
    """
    scale = _variance(variance)
    size = size_of_picture(image_shape)
    encoding = _encoding("encoding_format", encoding_format)
    of, box = (
        convert_format(given, source, encoding, *size)
        for given, source in ((anchors, anchor_format), (boxes, box_format))
    )
    extent, own = (ops.maximum(x[..., 2:], config.epsilon()) for x in (of, box))
    shifts = (box[..., :2] - of[..., :2]) / extent
    deltas = ops.concatenate([shifts, ops.log(own / extent)], axis=-1)
    return deltas if scale is None else deltas / scale


def decode_deltas_to_boxes(
    anchors: Any,
    boxes_delta: Any,
    anchor_format: str,
    box_format: str,
    encoded_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Any = None,
) -> Any:
    """Return the boxes that `encode_box_to_deltas` made deltas of.

    Parameters
    ----------
    anchors : array, or dict of arrays by level
        Shape `(n, 4)`.
    boxes_delta : array, or dict of arrays by level
        Shape `(n, 4)` or `(batch, n, 4)`.
    anchor_format, box_format : str
        As of `convert_format`.
    encoded_format : "center_yxhw" or "center_xywh"
        The order of the deltas.
    variance : four numbers, optional
        What the deltas are multiplied by.
    image_shape : tuple, optional
        `(height, width, …)`, for formats of fractions.

    Example
    -------
    >>> import numpy as np
    >>> deltas = np.float32([[0.5, 0.25, np.log(2), 0]])
    >>> decode_deltas_to_boxes([[0, 0, 4, 4]], deltas, "xyxy", "xyxy")
    array([[1., 0., 5., 8.]], dtype=float32)
    """
    if isinstance(anchors, dict) and isinstance(boxes_delta, dict):
        how = (anchor_format, box_format, encoded_format, variance, image_shape)
        return {
            level: decode_deltas_to_boxes(own, boxes_delta[level], *how)
            for level, own in anchors.items()
        }
    scale = _variance(variance)
    size = size_of_picture(image_shape)
    encoded = _encoding("encoded_format", encoded_format)
    of = convert_format(anchors, anchor_format, encoded, *size)
    deltas = ops.convert_to_tensor(boxes_delta)
    deltas = deltas if scale is None else deltas * scale
    middles = deltas[..., :2] * of[..., 2:] + of[..., :2]
    boxes = ops.concatenate([middles, ops.exp(deltas[..., 2:]) * of[..., 2:]], axis=-1)
    return convert_format(boxes, encoded, box_format, *size)


def _encoding(name: str, given: str) -> str:
    if given not in _ENCODINGS:
        raise DataError(f"{name}={given!r} must be 'center_xywh' or 'center_yxhw'.")
    return given


def _variance(given: Any) -> Any:
    if given is None:
        return None
    variance = ops.cast(ops.convert_to_tensor(given), "float32")
    if not variance.shape or variance.shape[-1] != 4:
        raise ShapeError(f"variance is four numbers, one for each of a delta; it is {given!r}.")
    return variance
