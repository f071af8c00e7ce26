"""How much boxes have in common."""

from __future__ import annotations

import math
from typing import Any

import cornu_ops as ops
from cornu_engine import config
from cornu_engine.errors import DataError, ShapeError
from cornu_preprocessing.bounding_boxes.formats import convert_format, sides, size_of_picture

__all__ = ["compute_ciou", "compute_iou"]


def compute_iou(
    boxes1: Any,
    boxes2: Any,
    bounding_box_format: str,
    use_masking: bool = False,
    mask_val: float = -1,
    image_shape: Any = None,
) -> Any:
    r"""Intersection over union, $|A \cap B| / |A \cup B|$, of each box with each other.

    Parameters
    ----------
    boxes1, boxes2 : array
        Shapes `(n, 4)` and `(m, 4)`, or with a batch axis in front of either.
    bounding_box_format : str
        As of `convert_format`.
    use_masking : bool
        Whether pairs with a box of negative numbers, as boxes are filled up with, get `mask_val`.
    mask_val : float
    image_shape : tuple, optional
        `(height, width, …)`, for formats of fractions.

    Returns
    -------
    array
        Shape `(n, m)` or `(batch, n, m)`, from 0 to 1.

    Example
    -------
    >>> compute_iou([[0, 0, 2, 2]], [[0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 6, 6]], "xyxy").round(4)
    array([[1.    , 0.3333, 0.    ]], dtype=float32)
    """
    first, second = _in_pixels(bounding_box_format, image_shape, boxes1, boxes2)
    for name, boxes in (("boxes1", first), ("boxes2", second)):
        if boxes.ndim not in (2, 3):
            raise ShapeError(
                f"{name} has shape {tuple(boxes.shape)}; pass (n, 4) or (batch, n, 4)."
            )
    masked = [ops.max(boxes, axis=-1) < 0 for boxes in (first, second)]
    first, second = ops.expand_dims(first, -2), ops.expand_dims(second, -3)
    common, union = _areas(first, second)
    overlap = ops.squeeze(common / (union + config.epsilon()), -1)
    if not use_masking:
        return overlap
    outside = ops.logical_or(ops.expand_dims(masked[0], -1), ops.expand_dims(masked[1], -2))
    return ops.where(outside, ops.cast(mask_val, overlap.dtype), overlap)


def compute_ciou(
    boxes1: Any, boxes2: Any, bounding_box_format: str, image_shape: Any = None
) -> Any:
    r"""Complete IoU of each box with the one in the same place, from which a loss can be made.

    $\mathrm{IoU} - \rho^2 / c^2 - \alpha v$ with the distance $\rho$ of the middles, the diagonal
    $c$ of the box around both, $v = \frac{4}{\pi^2} (\arctan \frac{w_1}{h_1} - \arctan
    \frac{w_2}{h_2})^2$ and $\alpha = v / (1 - \mathrm{IoU} + v)$.

    Parameters
    ----------
    boxes1, boxes2 : array
        Shape `(…, 4)`.
    bounding_box_format : str
        As of `convert_format`.
    image_shape : tuple, optional
        `(height, width, …)`, for formats of fractions.

    Returns
    -------
    array
        Shape `(…)`; 1 for equal boxes, below 0 for distant ones.

    References
    ----------
    Zheng et al., "Distance-IoU Loss" (2019), https://arxiv.org/abs/1911.08287

    Example
    -------
    >>> compute_ciou([[0, 0, 2, 2], [0, 0, 2, 2]], [[0, 0, 2, 2], [2, 2, 4, 4]], "xyxy").round(3)
    array([ 1.  , -0.25], dtype=float32)
    """
    first, second = _in_pixels(bounding_box_format, image_shape, boxes1, boxes2)
    epsilon = config.epsilon()
    common, union = _areas(first, second)
    overlap = common / (union + 2 * epsilon)
    (left1, top1, right1, bottom1), (left2, top2, right2, bottom2) = sides(first), sides(second)
    across = ops.maximum(right1, right2) - ops.minimum(left1, left2)
    down = ops.maximum(bottom1, bottom2) - ops.minimum(top1, top2)
    diagonal = ops.square(across) + ops.square(down) + epsilon
    distance = ops.square((left1 + right1 - left2 - right2) / 2) + ops.square(
        (top1 + bottom1 - top2 - bottom2) / 2
    )
    angles = [
        ops.arctan((right - left) / (bottom - top + epsilon))
        for left, top, right, bottom in (sides(first), sides(second))
    ]
    unlike = (4 / math.pi**2) * ops.square(angles[1] - angles[0])
    share = unlike / (unlike - overlap + 1 + epsilon)
    return ops.squeeze(overlap - (distance / diagonal + unlike * share), -1)


def _in_pixels(bounding_box_format: str, image_shape: Any, *groups: Any) -> list[Any]:
    if "rel" in bounding_box_format and image_shape is None:
        raise DataError(
            f"bounding_box_format={bounding_box_format!r} holds fractions of the picture: pass "
            "image_shape=(height, width, channels)."
        )
    height, width = size_of_picture(image_shape)
    return [convert_format(boxes, bounding_box_format, "xyxy", height, width) for boxes in groups]


def _areas(first: Any, second: Any) -> tuple[Any, Any]:
    """The areas of intersection and union, shape (…, 1)."""
    (left1, top1, right1, bottom1), (left2, top2, right2, bottom2) = sides(first), sides(second)
    across = ops.minimum(right1, right2) - ops.maximum(left1, left2)
    down = ops.minimum(bottom1, bottom2) - ops.maximum(top1, top2)
    common = ops.maximum(across, 0) * ops.maximum(down, 0)
    both = (right1 - left1) * (bottom1 - top1) + (right2 - left2) * (bottom2 - top2)
    return common, both - common
