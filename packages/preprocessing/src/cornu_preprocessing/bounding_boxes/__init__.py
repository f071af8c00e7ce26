"""Boxes around things in pictures: formats, placement, overlap, and offsets from anchors.

>>> from cornu.utils import bounding_boxes
>>> bounding_boxes.convert_format([[10, 20, 30, 60]], source="xyxy", target="xywh")
array([[10., 20., 20., 40.]], dtype=float32)
"""

from cornu_preprocessing.bounding_boxes.deltas import decode_deltas_to_boxes, encode_box_to_deltas
from cornu_preprocessing.bounding_boxes.formats import convert_format
from cornu_preprocessing.bounding_boxes.overlap import compute_ciou, compute_iou
from cornu_preprocessing.bounding_boxes.placement import (
    affine_transform,
    clip_to_image_size,
    crop,
    pad,
)

__all__ = [
    "affine_transform",
    "clip_to_image_size",
    "compute_ciou",
    "compute_iou",
    "convert_format",
    "crop",
    "decode_deltas_to_boxes",
    "encode_box_to_deltas",
    "pad",
]
