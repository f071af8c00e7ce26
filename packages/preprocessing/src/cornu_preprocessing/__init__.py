"""Sequence, text and image preprocessing, data sets and the layers for the same work.

``cornu.preprocessing`` is this module, ``cornu.datasets`` its part ``datasets``; the layers reach
users through ``cornu.layers``. Each name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cornu_preprocessing import bounding_boxes as bounding_boxes
    from cornu_preprocessing import datasets as datasets
    from cornu_preprocessing import image as image
    from cornu_preprocessing import sequence as sequence
    from cornu_preprocessing import text as text
    from cornu_preprocessing import visualization as visualization
    from cornu_preprocessing.audio import (
        audio_dataset_from_directory as audio_dataset_from_directory,
    )
    from cornu_preprocessing.image import (
        image_dataset_from_directory as image_dataset_from_directory,
    )
    from cornu_preprocessing.sequence import (
        timeseries_dataset_from_array as timeseries_dataset_from_array,
    )
    from cornu_preprocessing.text import (
        text_dataset_from_directory as text_dataset_from_directory,
    )

_MODULES = ("bounding_boxes", "datasets", "image", "sequence", "text", "visualization")

# Public names, each with the module it is defined in.
_HOMES = {
    "audio_dataset_from_directory": "cornu_preprocessing.audio",
    "image_dataset_from_directory": "cornu_preprocessing.image",
    "text_dataset_from_directory": "cornu_preprocessing.text",
    "timeseries_dataset_from_array": "cornu_preprocessing.sequence",
}

__all__ = [
    "audio_dataset_from_directory",
    "bounding_boxes",
    "datasets",
    "image",
    "image_dataset_from_directory",
    "sequence",
    "text",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "visualization",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        found = import_module(f"{__name__}.{name}")
    elif name in _HOMES:
        found = getattr(import_module(_HOMES[name]), name)
    else:
        from cornu_engine.errors import near_matches

        hint = near_matches(name, __all__)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}. {hint}".rstrip())
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
