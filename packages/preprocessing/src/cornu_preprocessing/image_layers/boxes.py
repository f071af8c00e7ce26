"""Boxes of pictures that have different numbers of them."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_engine.errors import DataError, ShapeError

__all__ = ["filled_up"]


def filled_up(bounding_boxes: Any, name: str) -> dict[str, Any]:
    """Return boxes and labels as arrays: lists of different lengths with boxes of zeros behind.

    Parameters
    ----------
    bounding_boxes : dict
        "boxes" and "labels".
    name : str
        Of the layer, for messages.

    Returns
    -------
    dict
        Labels of boxes that were added are -1.

    Example
    -------
    >>> boxes = {"boxes": [[[0, 0, 2, 2]], []], "labels": [[7], []]}
    >>> filled_up(boxes, "flip")["labels"]
    array([[ 7],
           [-1]])
    """
    if not isinstance(bounding_boxes, dict) or not {"boxes", "labels"} <= bounding_boxes.keys():
        had = list(bounding_boxes) if isinstance(bounding_boxes, dict) else type(bounding_boxes)
        raise DataError(
            f"{name}: bounding_boxes is a dict of 'boxes' and 'labels'; this one has {had}."
        )
    boxes, labels = bounding_boxes["boxes"], bounding_boxes["labels"]
    if isinstance(boxes, (list, tuple)) and isinstance(labels, (list, tuple)):
        boxes, labels = _stacked(boxes, labels, name)
    boxes, labels = ops.convert_to_tensor(boxes), ops.convert_to_tensor(labels)
    if boxes.ndim not in (2, 3) or boxes.shape[-1] != 4:
        raise ShapeError(
            f"{name}: boxes have shape (batch, boxes, 4), or (boxes, 4) for one picture; these "
            f"have {tuple(boxes.shape)}."
        )
    return {**bounding_boxes, "boxes": boxes, "labels": labels}


def _stacked(boxes: Any, labels: Any, name: str) -> tuple[np.ndarray, np.ndarray]:
    if len(boxes) != len(labels):
        raise DataError(f"{name}: there are {len(boxes)} lists of boxes and {len(labels)} labels.")
    if not len(boxes) or np.ndim(labels[0]) == 0:
        return np.reshape(np.asarray(boxes, "float32"), (-1, 4)), np.asarray(labels)
    most = max(map(len, boxes))
    stacked = np.zeros((len(boxes), most, 4), "float32")
    named = np.full((len(boxes), most), -1, np.asarray(labels[0]).dtype)
    for row, (own, names) in enumerate(zip(boxes, labels, strict=True)):
        if len(own) != len(names):
            raise DataError(f"{name}: picture {row} has {len(own)} boxes and {len(names)} labels.")
        stacked[row, : len(own)] = np.reshape(own, (-1, 4))
        named[row, : len(own)] = names
    return stacked, named
