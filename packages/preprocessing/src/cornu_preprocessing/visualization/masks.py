"""Masks painted over pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cornu_engine.errors import ShapeError
from cornu_preprocessing.visualization.boxes import channels_last

__all__ = ["draw_segmentation_masks"]

_STEPS = np.array([2**25 - 1, 2**15 - 1, 2**21 - 1])  # from one colour to the next


def draw_segmentation_masks(
    images: Any,
    segmentation_masks: Any,
    num_classes: int | None = None,
    color_mapping: Mapping[int, Sequence[int]] | None = None,
    alpha: float = 0.8,
    blend: bool = True,
    ignore_index: int = -1,
    data_format: str | None = None,
) -> np.ndarray:
    """Paint each class of a mask in its colour over pictures.

    Parameters
    ----------
    images : array
        Shape (batch, height, width, 3), from 0 to 255.
    segmentation_masks : array of int
        Shape (batch, height, width) or (batch, height, width, 1): the class of each pixel.
    num_classes : int, optional
        Classes from 0 to one less are painted; by default all that occur.
    color_mapping : dict of int to (int, int, int), optional
        A class that is not in it is not painted; by default each has a colour, black for 0.
    alpha : float
        How much of the colour is seen, from 0 to 1.
    blend : bool
        Whether to let the picture through; otherwise the colours are plain.
    ignore_index : int
        The class that leaves the picture as it is.
    data_format : "channels_last" or "channels_first", optional
        Of what is given; the result has channels last.

    Returns
    -------
    ndarray
        uint8; float32 without `blend`.

    Notes
    -----
    Without `num_classes` Keras leaves out the last class.

    Example
    -------
    >>> mask = np.array([[[0, 1]]])
    >>> draw_segmentation_masks(np.full((1, 1, 2, 3), 100.0), mask, alpha=0.5)[0, 0]
    array([[ 50,  50,  50],
           [ 50, 113,  65]], dtype=uint8)
    """
    pictures = channels_last(images, data_format).astype("float32")
    masks = np.asarray(segmentation_masks)
    if masks.dtype.kind not in "biu":
        raise TypeError(f"A mask holds the classes of pixels, integers; this is {masks.dtype}.")
    if masks.ndim == 4:
        masks = channels_last(masks, data_format)[..., 0]
    if masks.shape != pictures.shape[:3]:
        raise ShapeError(
            f"The masks have shape {np.shape(segmentation_masks)} and the pictures "
            f"{np.shape(images)}: they must be of one size."
        )
    count = int(masks.max(initial=-1)) + 1 if num_classes is None else num_classes
    if color_mapping is None:
        color_mapping = {i: tuple(i * _STEPS % 255) for i in range(count)}
    painted = pictures.copy()
    for number, color in color_mapping.items():
        if number < count and (number != ignore_index or not blend):
            painted[masks == number] = color
    return (pictures * (1 - alpha) + painted * alpha).astype("uint8") if blend else painted
