"""The plugin hooks of this distribution: what it hands to Cornu."""

from __future__ import annotations

from cornu.plugins import hookimpl
from cornu.plugins.hookspecs import Offer

IN_KERAS = ANNOTATED = True  # what it brings goes by Keras' names, and takes what it says

UTILITIES = {
    "FeatureSpace": ".feature_space",
    "array_to_img": ".image",
    "audio_dataset_from_directory": ".audio",
    "bounding_boxes": "",
    "get_file": ".files",
    "image_dataset_from_directory": ".image",
    "img_to_array": ".image",
    "load_img": ".image",
    "pad_sequences": ".sequence",
    "save_img": ".image",
    "split_dataset": ".splitting",
    "text_dataset_from_directory": ".text",
    "timeseries_dataset_from_array": ".sequence",
}


@hookimpl
def cornu_layers() -> list[Offer]:
    """Layers that prepare data: numbers, categories, text and pictures."""
    from cornu_preprocessing.catalogue import FEATURE_LAYERS, IMAGE_LAYERS

    return [f"{module}:{name}" for name, module in {**FEATURE_LAYERS, **IMAGE_LAYERS}.items()]


@hookimpl
def cornu_utilities() -> list[Offer]:
    """What Keras has in `utils`: files, pictures, data sets from directories."""
    return [f"cornu_preprocessing{module}:{name}" for name, module in UTILITIES.items()]
