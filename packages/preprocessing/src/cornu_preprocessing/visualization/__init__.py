"""Pictures to look at: with boxes, with masks, and side by side.

>>> import numpy as np
>>> from cornu import visualization
>>> masks = np.eye(2, dtype="int32")[None, ..., None]
>>> visualization.draw_segmentation_masks(np.zeros((1, 2, 2, 3)), masks).shape
(1, 2, 2, 3)
"""

from cornu_preprocessing.visualization.boxes import draw_bounding_boxes
from cornu_preprocessing.visualization.galleries import (
    plot_bounding_box_gallery,
    plot_image_gallery,
    plot_segmentation_mask_gallery,
)
from cornu_preprocessing.visualization.masks import draw_segmentation_masks

__all__ = [
    "draw_bounding_boxes",
    "draw_segmentation_masks",
    "plot_bounding_box_gallery",
    "plot_image_gallery",
    "plot_segmentation_mask_gallery",
]
