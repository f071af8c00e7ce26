"""Image operations: `keras.ops.image` names.

>>> from cornu import ops
>>> import numpy as np
>>> ops.image.resize(np.zeros((1, 4, 4, 3), "float32"), (2, 2)).shape
(1, 2, 2, 3)
"""

from cornu_ops.image.colour import hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv
from cornu_ops.image.filters import gaussian_blur, sobel_edges
from cornu_ops.image.framing import crop_images, extract_patches, extract_patches_3d, pad_images
from cornu_ops.image.geometry import (
    affine_transform,
    elastic_transform,
    map_coordinates,
    perspective_transform,
)
from cornu_ops.image.resizing import resize, scale_and_translate
from cornu_ops.image.similarity import ssim

__all__ = [
    "affine_transform",
    "crop_images",
    "elastic_transform",
    "extract_patches",
    "extract_patches_3d",
    "gaussian_blur",
    "hsv_to_rgb",
    "map_coordinates",
    "pad_images",
    "perspective_transform",
    "resize",
    "rgb_to_grayscale",
    "rgb_to_hsv",
    "scale_and_translate",
    "sobel_edges",
    "ssim",
]
