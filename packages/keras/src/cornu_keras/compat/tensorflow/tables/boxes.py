"""`tf.image`: boxes in pictures, told as `(top, left, bottom, right)` in parts of the whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import cornu_ops as ops


def _crop_and_resize(
    image: Any, boxes: Any, box_indices: Any, crop_size: Any, method: str = "bilinear",
    extrapolation_value: float = 0.0,
) -> Any:  # fmt: skip
    """Return parts of pictures in one size; pixels between pixels are means of their neighbours."""
    image, boxes = ops.cast(image, "float32"), ops.convert_to_tensor(boxes)
    height, width = image.shape[1:3]
    down = _places(boxes[:, 0], boxes[:, 2], height, int(crop_size[0]))
    right = _places(boxes[:, 1], boxes[:, 3], width, int(crop_size[1]))
    pictures = ops.take(image, box_indices, 0)
    inside = ops.logical_and(_inside(down, height)[:, :, None], _inside(right, width)[:, None, :])
    if method == "nearest":
        found = _picked(pictures, ops.floor(down + 0.5), ops.floor(right + 0.5))
    else:
        top, left = ops.floor(down), ops.floor(right)
        y, x = (down - top)[:, :, None, None], (right - left)[:, None, :, None]
        upper = _picked(pictures, top, left) * (1 - x) + _picked(pictures, top, left + 1.0) * x
        lower = (
            _picked(pictures, top + 1.0, left) * (1 - x)
            + _picked(pictures, top + 1.0, left + 1.0) * x
        )
        found = upper * (1 - y) + lower * y
    return ops.where(inside[..., None], found, float(extrapolation_value))


def _places(begin: Any, end: Any, size: int, count: int) -> Any:
    if count == 1:
        return (0.5 * (begin + end) * (size - 1))[:, None]
    steps = np.arange(count, dtype="float32") / np.float32(count - 1)
    return (begin[:, None] + (end - begin)[:, None] * steps) * float(size - 1)


def _inside(places: Any, size: int) -> Any:
    return ops.logical_and(ops.greater_equal(places, 0.0), ops.less_equal(places, float(size - 1)))


def _picked(pictures: Any, down: Any, right: Any) -> Any:
    height, width, channels = pictures.shape[1:]
    rows = ops.cast(ops.clip(down, 0, height - 1), "int32")
    columns = ops.cast(ops.clip(right, 0, width - 1), "int32")
    places = rows[:, :, None] * width + columns[:, None, :]
    count, high, wide = places.shape
    flat = ops.reshape(pictures, (count, height * width, channels))
    index = ops.reshape(places, (count, high * wide, 1))
    return ops.reshape(ops.take_along_axis(flat, index, 1), (count, high, wide, channels))


def _overlaps(box: np.ndarray, others: np.ndarray) -> np.ndarray:
    low = np.maximum(np.minimum(box[:2], box[2:]), np.minimum(others[:, :2], others[:, 2:]))
    high = np.minimum(np.maximum(box[:2], box[2:]), np.maximum(others[:, :2], others[:, 2:]))
    common = np.prod(np.maximum(0, high - low), -1)
    areas = np.prod(np.abs(others[:, 2:] - others[:, :2]), -1)
    whole = areas + np.prod(np.abs(box[2:] - box[:2])) - common
    return np.divide(common, whole, out=np.zeros_like(common), where=whole > 0)


def _kept(
    boxes: Any, scores: Any, max_output_size: Any, iou_threshold: Any, score_threshold: Any
) -> list[int]:
    boxes, scores = np.asarray(boxes, float), np.asarray(scores, float)
    kept: list[int] = []
    for at in np.argsort(-scores, kind="stable").tolist():
        if len(kept) >= int(np.asarray(max_output_size)) or scores[at] <= float(score_threshold):
            break
        if not kept or _overlaps(boxes[at], boxes[kept]).max() <= float(iou_threshold):
            kept.append(at)
    return kept


def _suppressed(
    boxes: Any, scores: Any, max_output_size: Any, iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
) -> Any:  # fmt: skip
    return np.array(_kept(boxes, scores, max_output_size, iou_threshold, score_threshold), "int32")


def _combined(
    boxes: Any, scores: Any, max_output_size_per_class: Any, max_total_size: Any,
    iou_threshold: Any = 0.5, score_threshold: Any = float("-inf"), pad_per_class: bool = False,
    clip_boxes: bool = True,
) -> Any:  # fmt: skip
    """Return for each picture the boxes, scores and classes that are left, and how many."""
    boxes, scores = np.asarray(boxes, "float32"), np.asarray(scores, "float32")
    pictures, _, classes = scores.shape
    total = int(np.asarray(max_total_size))
    if pad_per_class:
        total = min(total, int(max_output_size_per_class) * classes)
    found = np.zeros((pictures, total, 4), "float32")
    best, kinds = np.zeros((2, pictures, total), "float32")
    counts = np.zeros(pictures, "int32")
    for n in range(pictures):
        rows = [
            (scores[n, at, kind], kind, at)
            for kind in range(classes)
            for at in _kept(
                boxes[n, :, kind if boxes.shape[2] > 1 else 0], scores[n, :, kind],
                max_output_size_per_class, iou_threshold, score_threshold,
            )
        ]  # fmt: skip
        rows = sorted(rows, key=lambda row: -row[0])[:total]
        counts[n] = len(rows)
        for i, (score, kind, at) in enumerate(rows):
            box = boxes[n, at, kind if boxes.shape[2] > 1 else 0]
            found[n, i] = np.clip(box, 0, 1) if clip_boxes else box
            best[n, i], kinds[n, i] = score, kind
    return found, best, kinds, counts


def _drawn(images: Any, boxes: Any, colors: Any) -> Any:
    """Return pictures with the edges of boxes in them."""
    pictures = np.array(np.asarray(images), "float32")
    height, width, channels = pictures.shape[1:]
    table = np.asarray([[1.0, 1, 0, 1], [0, 0, 1, 1], [1, 0, 0, 1]] if colors is None else colors)
    for picture, found in zip(pictures, np.asarray(boxes), strict=True):
        for i, (top, left, bottom, right) in enumerate(found):
            rows = (int(top * (height - 1)), int(bottom * (height - 1)))
            columns = (int(left * (width - 1)), int(right * (width - 1)))
            color = np.resize(table[i % len(table)], channels)
            down = slice(max(0, rows[0]), rows[1] + 1)
            across = slice(max(0, columns[0]), columns[1] + 1)
            for row in rows:
                if 0 <= row < height:
                    picture[row, across] = color
            for column in columns:
                if 0 <= column < width:
                    picture[down, column] = color
    return pictures


ROWS: dict[str, Callable[..., Any]] = {
    "image.crop_and_resize": _crop_and_resize,
    "image.non_max_suppression": _suppressed,
    "image.combined_non_max_suppression": _combined,
    "image.draw_bounding_boxes": _drawn,
}
