"""Every layer of this distribution, each with the module that is imported when it is first used."""

from __future__ import annotations

__all__ = ["FEATURE_LAYERS", "IMAGE_LAYERS"]

# Numbers, categories and text.
FEATURE_LAYERS: dict[str, str] = {
    "CategoryEncoding": "cornu_preprocessing.feature_layers.category_encoding",
    "Discretization": "cornu_preprocessing.feature_layers.discretization",
    "FeatureSpace": "cornu_preprocessing.feature_space",
    "HashedCrossing": "cornu_preprocessing.feature_layers.hashed_crossing",
    "Hashing": "cornu_preprocessing.feature_layers.hashing",
    "IntegerLookup": "cornu_preprocessing.feature_layers.integer_lookup",
    "Normalization": "cornu_preprocessing.feature_layers.normalization",
    "StringLookup": "cornu_preprocessing.feature_layers.string_lookup",
    "TextVectorization": "cornu_preprocessing.feature_layers.text_vectorization",
}

# Pictures.
IMAGE_LAYERS: dict[str, str] = {
    "AugMix": "cornu_preprocessing.image_layers.policies",
    "AutoContrast": "cornu_preprocessing.image_layers.levels",
    "CenterCrop": "cornu_preprocessing.image_layers.cropping",
    "ContrastLimitedAdaptiveHistogramEqualization": "cornu_preprocessing.image_layers.clahe",
    "CutMix": "cornu_preprocessing.image_layers.patches",
    "Equalization": "cornu_preprocessing.image_layers.levels",
    "MaxNumBoundingBoxes": "cornu_preprocessing.image_layers.box_count",
    "MixUp": "cornu_preprocessing.image_layers.patches",
    "RandAugment": "cornu_preprocessing.image_layers.policies",
    "RandomBrightness": "cornu_preprocessing.image_layers.light",
    "RandomColorDegeneration": "cornu_preprocessing.image_layers.colour",
    "RandomColorJitter": "cornu_preprocessing.image_layers.colour",
    "RandomContrast": "cornu_preprocessing.image_layers.light",
    "RandomCrop": "cornu_preprocessing.image_layers.cropping",
    "RandomElasticTransform": "cornu_preprocessing.image_layers.elastic",
    "RandomErasing": "cornu_preprocessing.image_layers.patches",
    "RandomFlip": "cornu_preprocessing.image_layers.flipping",
    "RandomGaussianBlur": "cornu_preprocessing.image_layers.filters",
    "RandomGrayscale": "cornu_preprocessing.image_layers.colour",
    "RandomHeight": "cornu_preprocessing.image_layers.stretching",
    "RandomHue": "cornu_preprocessing.image_layers.colour",
    "RandomInvert": "cornu_preprocessing.image_layers.levels",
    "RandomPerspective": "cornu_preprocessing.image_layers.perspective",
    "RandomPosterization": "cornu_preprocessing.image_layers.levels",
    "RandomRotation": "cornu_preprocessing.image_layers.moving",
    "RandomSaturation": "cornu_preprocessing.image_layers.colour",
    "RandomSharpness": "cornu_preprocessing.image_layers.filters",
    "RandomShear": "cornu_preprocessing.image_layers.moving",
    "RandomTranslation": "cornu_preprocessing.image_layers.moving",
    "RandomWidth": "cornu_preprocessing.image_layers.stretching",
    "RandomZoom": "cornu_preprocessing.image_layers.moving",
    "Resizing": "cornu_preprocessing.image_layers.resizing",
    "Solarization": "cornu_preprocessing.image_layers.levels",
}
