"""Models that others have trained on ImageNet, by Keras' names: `cornu.applications`.

Each is a function that makes the model, and loads its weights where that is asked for. A module for
each family has them together with `preprocess_input` and `decode_predictions`.

>>> from cornu.applications import mobilenet_v2
>>> model = mobilenet_v2.MobileNetV2(weights=None, input_shape=(96, 96, 3), classes=5)
>>> model.name, model.output_shape
('mobilenetv2_1.00_96', (None, 5))
"""

from __future__ import annotations

from cornu_engine.lazy import lazy

__getattr__, __dir__ = lazy(__name__, known_as="cornu.applications")
