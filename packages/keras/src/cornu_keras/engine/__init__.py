"""`keras.engine` of Keras 2: the names that scripts took from it."""

from cornu.base.layer import InputSpec, Layer
from cornu.models import Input, Model
from cornu.models.input_layer import InputLayer

__all__ = ["Input", "InputLayer", "InputSpec", "Layer", "Model"]
