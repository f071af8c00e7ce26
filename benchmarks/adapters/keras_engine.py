"""Keras on the engine that ``KERAS_BACKEND`` names."""

import keras

from benchmarks.adapters.keras_style import KerasStyle


class KerasEngine(KerasStyle):
    """Live Keras through its public ``compile``, ``fit`` and ``predict``."""

    namespace = keras


ADAPTER = KerasEngine
