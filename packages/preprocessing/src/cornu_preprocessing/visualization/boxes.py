"""Boxes drawn into pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cornu_engine.errors import ShapeError
from cornu_preprocessing.bounding_boxes.formats import convert_format
from cornu_preprocessing.image.layout import standard_format
from cornu_preprocessing.image_layers.boxes import filled_up

__all__ = ["channels_last", "draw_bounding_boxes"]

_TEXT = 20  # pixels high at font_scale 1


def draw_bounding_boxes(
    images: Any,
    bounding_boxes: dict[str, Any],
    bounding_box_format: str,
    class_mapping: Mapping[int, str] | None = None,
    color: Sequence[int] = (128, 128, 128),
    line_thickness: int = 2,
    text_thickness: int | None = 1,
    font_scale: float = 1.0,
    data_format: str | None = None,
) -> np.ndarray:
    """Draw boxes, and the names of what they surround, into pictures.

    Parameters
    ----------
    images : array
        Shape (batch, height, width, 3), from 0 to 255; floats up to 1 are scaled.
    bounding_boxes : dict
        "boxes" of shape (batch, boxes, 4), "labels" of shape (batch, boxes), where -1 is no box,
        and maybe "confidences" of the same shape.
    bounding_box_format : str
        As of `cornu.utils.bounding_boxes.convert_format`.
    class_mapping : dict of int to str, optional
        The names of labels; without one a box has no name.
    color : (int, int, int)
    line_thickness : int
        In pixels.
    text_thickness : int, optional
        Of the strokes of names, in pixels.
    font_scale : float
        1 is 20 pixels high.
    data_format : "channels_last" or "channels_first", optional
        Of the pictures given; the result has channels last.

    Returns
    -------
    ndarray
        uint8, a copy.

    Example
    -------
    >>> boxes = {"boxes": [[[1, 1, 3, 3]]], "labels": [[0]]}
    >>> x = draw_bounding_boxes(np.zeros((1, 5, 5, 3)), boxes, "xyxy", line_thickness=1)
    >>> x[0, :, :, 0]
    array([[  0,   0,   0,   0,   0],
           [  0, 128, 128, 128,   0],
           [  0, 128,   0, 128,   0],
           [  0, 128, 128, 128,   0],
           [  0,   0,   0,   0,   0]], dtype=uint8)
    """
    from PIL import Image, ImageDraw, ImageFont

    pictures = channels_last(images, data_format)
    if pictures.dtype.kind == "f":
        top = 1.0 if pictures.size and pictures.max() <= 1.0 else 255.0
        pictures = np.clip(pictures, 0.0, top) * (255.0 / top)
    boxes = filled_up(bounding_boxes, "draw_bounding_boxes()")
    size = pictures.shape[1:3]
    places = np.asarray(convert_format(boxes, bounding_box_format, "xyxy", *size)["boxes"])
    labels = np.asarray(boxes["labels"]).astype(int)
    confidences = boxes.get("confidences")
    ink, font = tuple(color), ImageFont.load_default(_TEXT * font_scale)
    drawn = []
    for row, picture in enumerate(pictures.astype("uint8")):
        canvas = Image.fromarray(picture)
        pen = ImageDraw.Draw(canvas)
        for number, label in enumerate(labels[row]):
            if label == -1:
                continue
            left, top, right, bottom = places[row, number].astype(int).tolist()
            ends = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
            pen.rectangle(ends, outline=ink, width=line_thickness)
            name = (class_mapping or {}).get(int(label))
            if name is not None:
                if confidences is not None:
                    name = f"{name} | {float(np.asarray(confidences)[row][number]):.2f}"
                above = top - 8 - _TEXT * font_scale
                spot = (left, above) if above > 0 else (left + 3, top + 3)
                stroke = ((text_thickness or line_thickness) - 1) / 2
                pen.text(spot, name, fill=ink, font=font, stroke_width=int(stroke))
        drawn.append(np.asarray(canvas))
    return np.stack(drawn)


def channels_last(images: Any, data_format: str | None) -> np.ndarray:
    """Return a batch of pictures as an array with channels last."""
    pictures = np.asarray(images)
    if pictures.ndim != 4:
        raise ShapeError(
            f"Pass a batch of pictures, (batch, height, width, channels); this has shape "
            f"{pictures.shape}. One picture is x[None]."
        )
    first = standard_format(data_format) == "channels_first"
    return pictures.transpose(0, 2, 3, 1) if first else pictures
