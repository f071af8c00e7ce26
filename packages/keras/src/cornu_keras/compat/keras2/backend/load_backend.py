"""`keras.backend.load_backend`: where Keras keeps its files."""

from __future__ import annotations

import os

from cornu_engine.config import epsilon, floatx, image_data_format

__all__ = ["epsilon", "floatx", "image_data_format"]

_home = os.path.expanduser("~")
_keras_base_dir = _home if os.access(_home, os.W_OK) else os.path.join(os.sep, "tmp")
_keras_dir = os.environ.get("KERAS_HOME") or os.path.join(_keras_base_dir, ".keras")
_config_path = os.path.join(_keras_dir, "keras.json")
_BACKEND = "tensorflow"
