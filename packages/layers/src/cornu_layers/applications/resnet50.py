"""The module in which Keras has the smallest ResNet by itself."""

from __future__ import annotations

from cornu_layers.applications.resnet import ResNet50, decode_predictions, preprocess_input

__all__ = ["ResNet50", "decode_predictions", "preprocess_input"]
