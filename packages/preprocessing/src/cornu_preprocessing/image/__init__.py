"""Pictures: files and arrays, random changes, batches, data sets.

>>> from cornu_preprocessing import image
>>> image.ImageDataGenerator(rotation_range=10).rotation_range
10
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cornu_preprocessing.image.affine import apply_affine_transform as apply_affine_transform
    from cornu_preprocessing.image.array_iterator import NumpyArrayIterator as NumpyArrayIterator
    from cornu_preprocessing.image.convert import UnreadableImageError as UnreadableImageError
    from cornu_preprocessing.image.convert import array_to_img as array_to_img
    from cornu_preprocessing.image.convert import img_to_array as img_to_array
    from cornu_preprocessing.image.convert import load_img as load_img
    from cornu_preprocessing.image.convert import save_img as save_img
    from cornu_preprocessing.image.dataframe_iterator import DataFrameIterator as DataFrameIterator
    from cornu_preprocessing.image.dataset import (
        image_dataset_from_directory as image_dataset_from_directory,
    )
    from cornu_preprocessing.image.directory_iterator import DirectoryIterator as DirectoryIterator
    from cornu_preprocessing.image.generator import ImageDataGenerator as ImageDataGenerator
    from cornu_preprocessing.image.intensity import apply_brightness_shift as apply_brightness_shift
    from cornu_preprocessing.image.intensity import apply_channel_shift as apply_channel_shift
    from cornu_preprocessing.image.iterator import Iterator as Iterator
    from cornu_preprocessing.image.random_functions import random_brightness as random_brightness
    from cornu_preprocessing.image.random_functions import (
        random_channel_shift as random_channel_shift,
    )
    from cornu_preprocessing.image.random_functions import random_rotation as random_rotation
    from cornu_preprocessing.image.random_functions import random_shear as random_shear
    from cornu_preprocessing.image.random_functions import random_shift as random_shift
    from cornu_preprocessing.image.random_functions import random_zoom as random_zoom
    from cornu_preprocessing.image.resizing import smart_resize as smart_resize

# Public names, each with the module below that defines it. They are loaded when they are first
# used: the layers need Pillow and SciPy for nothing.
_HOMES = {
    "DataFrameIterator": "dataframe_iterator",
    "DirectoryIterator": "directory_iterator",
    "ImageDataGenerator": "generator",
    "Iterator": "iterator",
    "NumpyArrayIterator": "array_iterator",
    "UnreadableImageError": "convert",
    "apply_affine_transform": "affine",
    "apply_brightness_shift": "intensity",
    "apply_channel_shift": "intensity",
    "array_to_img": "convert",
    "image_dataset_from_directory": "dataset",
    "img_to_array": "convert",
    "load_img": "convert",
    "random_brightness": "random_functions",
    "random_channel_shift": "random_functions",
    "random_rotation": "random_functions",
    "random_shear": "random_functions",
    "random_shift": "random_functions",
    "random_zoom": "random_functions",
    "save_img": "convert",
    "smart_resize": "resizing",
}

__all__ = [
    "DataFrameIterator",
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "UnreadableImageError",
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "array_to_img",
    "image_dataset_from_directory",
    "img_to_array",
    "load_img",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
    "save_img",
    "smart_resize",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        from cornu_engine.errors import near_matches

        hint = near_matches(name, __all__)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}. {hint}".rstrip())
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
