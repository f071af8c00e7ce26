"""What Keras' models consist of: their layers, names and shapes in order, as one digest each.

`hatch run parity:applications` asks live Keras for all of them again, which takes some minutes,
and writes `table.json`. Ours are compared with it by `test_table.py`, and by `hatch run
applications` those that need gigabytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

PATH = Path(__file__).with_name("table.json")

SMALL = (96, 96, 3)

# Of each family the smallest; then what else there is, and what arguments change.
FAMILIES: dict[str, dict[str, Any]] = {
    "VGG16": {"input_shape": SMALL, "classes": 10},
    "ResNet50": {},
    "ResNet50V2": {},
    "InceptionV3": {},
    "InceptionResNetV2": {},
    "Xception": {},
    "MobileNet": {},
    "MobileNetV2": {},
    "MobileNetV3Small": {},
    "DenseNet121": {},
    "NASNetMobile": {},
    "EfficientNetB0": {},
    "EfficientNetV2B0": {},
    "ConvNeXtTiny": {},
}
MEMBERS = (
    "VGG16 VGG19 ResNet101 ResNet152 ResNet101V2 ResNet152V2 MobileNetV3Large DenseNet169 "
    "DenseNet201 NASNetLarge EfficientNetB1 EfficientNetB2 EfficientNetB3 EfficientNetB4 "
    "EfficientNetB5 EfficientNetB6 EfficientNetB7 EfficientNetV2B1 EfficientNetV2B2 "
    "EfficientNetV2B3 EfficientNetV2S EfficientNetV2M EfficientNetV2L ConvNeXtSmall ConvNeXtBase "
    "ConvNeXtLarge ConvNeXtXLarge"
).split()
# More than a hundred million parameters.
LARGE = "VGG16 VGG19 EfficientNetV2L ConvNeXtLarge ConvNeXtXLarge".split()
HEADLESS = {"include_top": False, "input_shape": SMALL, "pooling": "avg"}
VARIANTS: list[tuple[str, dict[str, Any]]] = [
    *((name, HEADLESS) for name in FAMILIES),
    *((name, {"include_top": False, "pooling": "max"}) for name in FAMILIES),
    *((name, {"include_top": False}) for name in ("VGG16", "MobileNet", "NASNetMobile")),
    ("MobileNet", {"alpha": 0.25, "depth_multiplier": 2, "input_shape": (128, 128, 3)}),
    ("MobileNet", {"alpha": 0.75, "dropout": 0.5, "classes": 3}),
    ("MobileNetV2", {"alpha": 0.35, "input_shape": SMALL}),
    ("MobileNetV2", {"alpha": 1.4, "classes": 7, "name": "mine"}),
    ("MobileNetV3Small", {"minimalistic": True, "input_shape": SMALL}),
    ("MobileNetV3Large", {"minimalistic": True, "dropout_rate": 0, "alpha": 0.75}),
    ("MobileNetV3Large", {"include_preprocessing": False, "alpha": 1.25}),
    ("EfficientNetV2B0", {"include_preprocessing": False}),
    ("EfficientNetV2B0", {"input_shape": (64, 64, 1)}),
    ("EfficientNetV2S", {"include_preprocessing": False}),
    ("ConvNeXtTiny", {"include_preprocessing": False, "name": "mine"}),
    ("ConvNeXtTiny", {"input_shape": (64, 64, 1)}),
    ("ResNet50", {"classifier_activation": None, "classes": 3, "input_shape": (64, 96, 3)}),
    ("Xception", {"input_shape": (71, 80, 1), "classes": 2}),
    ("InceptionV3", {"input_shape": (75, 99, 3), "classes": 2}),
]


def cases() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the name of each row, the function and its arguments."""
    rows = [*FAMILIES.items(), *((name, {}) for name in MEMBERS), *VARIANTS]
    for function, arguments in rows:
        listed = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        yield f"{function}({listed})", function, arguments


def is_large(function: str, arguments: dict[str, Any]) -> bool:
    """Tell whether a row needs half a gigabyte and more: those are tested on request."""
    return function in LARGE and not arguments


def check(name: str, function: str, arguments: dict[str, Any]) -> None:
    """Assert that a model of ours is that of the table."""
    import cornu
    from cornu_layers.initializers import constant, distributions, variance_scaling

    cornu.backend.clear_session()
    with zeros(constant, distributions, variance_scaling):
        model = getattr(cornu.applications, function)(weights=None, **arguments)
    assert row(model) == expected()[name], "\n".join(lines(model))


def lines(model: Any) -> list[str]:
    """Return a line for each layer: its class, its name and the shapes of its weights."""
    return [
        f"{type(layer).__name__} {layer.name} {[tuple(w.shape) for w in layer.weights]}"
        for layer in model.layers
    ]


def row(model: Any) -> dict[str, Any]:
    """Return what the table says of a model."""
    text = "\n".join([model.name, str(tuple(model.output_shape)), *lines(model)])
    return {
        "parameters": model.count_params(),
        "layers": len(model.layers),
        "digest": hashlib.sha256(text.encode()).hexdigest()[:16],
    }


def expected() -> dict[str, dict[str, Any]]:
    """Return the table."""
    return json.loads(PATH.read_text(encoding="utf-8"))


@contextmanager
def zeros(*modules: Any) -> Iterator[None]:
    """Let all initializers of these modules give zeros, which cost nothing."""
    with ExitStack() as stack:
        for module in modules:
            for cls in vars(module).values():
                if isinstance(cls, type) and "__call__" in vars(cls):
                    stack.enter_context(mock.patch.object(cls, "__call__", _zeros))
        yield


def _zeros(self: Any, shape: Any, dtype: Any = None, **more: Any) -> np.ndarray:
    return np.zeros(shape, dtype or "float32")


def of_keras() -> dict[str, dict[str, Any]]:
    """Return the table, from live Keras."""
    import keras
    from keras.src.initializers import constant_initializers, random_initializers

    table = {}
    with zeros(constant_initializers, random_initializers):
        for name, function, arguments in cases():
            keras.backend.clear_session()
            model = getattr(keras.applications, function)(weights=None, **arguments)
            table[name] = row(model)
            print(name, table[name], flush=True)
    return table


if __name__ == "__main__":
    text = json.dumps(of_keras(), indent=1, sort_keys=True)
    PATH.write_text(text + "\n", encoding="utf-8")
