"""What the models of keras_applications 1.0.8 consist of: layers, weights and settings, as digests.

`pip install keras_applications==1.0.8`, then `python -m tests.applications.keras2` asks the package
for all of them, which is told the layers of `cornu.compat.keras2`, and writes `keras2.json`.
"""

from __future__ import annotations

import hashlib
import json
import sys
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from tests.applications.table import zeros

PATH = Path(__file__).with_name("keras2.json")
SETTINGS = (
    "strides padding epsilon momentum use_bias activation pool_size kernel_size filters units "
    "scale rate max_value target_shape cropping"
).split()


class Case(NamedTuple):
    """One call of a function."""

    family: str
    function: str
    arguments: dict[str, Any]
    quick: bool = True


FUNCTIONS = """
vgg16.VGG16 vgg19.VGG19 resnet50.ResNet50 resnet.ResNet50 resnet.ResNet101 resnet_v2.ResNet50V2
inception_v3.InceptionV3 inception_resnet_v2.InceptionResNetV2 xception.Xception
mobilenet.MobileNet mobilenet_v2.MobileNetV2 densenet.DenseNet121 nasnet.NASNetMobile
""".split()
# With their tops these have more than a hundred million parameters.
LARGE = ("vgg16.VGG16", "vgg19.VGG19")
CASES = {
    f"{path}{'' if top else ' without top'}": Case(
        *path.split("."),
        {} if top else {"include_top": False, "pooling": "avg"},
        not (top and path in LARGE),
    )
    for path in FUNCTIONS
    for top in (True, False)
}


def made_of_zeros() -> AbstractContextManager[None]:
    """Let initial weights cost nothing."""
    from cornu_layers.initializers import constant, distributions, variance_scaling

    return zeros(constant, distributions, variance_scaling)


def row(model: Any) -> dict[str, Any]:
    """Return what the table says of a model."""
    lines = [model.name, str(tuple(model.output_shape))]
    for layer in model.layers:
        # The package has a Lambda where the files of today have a class.
        kind = type(layer).__name__.replace("CustomScaleLayer", "Lambda")
        config = layer.get_config()
        settings = {k: config[k] for k in SETTINGS if k in config and kind != "Lambda"}
        weights = [(w.name, tuple(w.shape)) for w in layer.weights]
        before = [one.name for node in layer.inbound_nodes for one in node.inbound_layers]
        lines.append(f"{kind} {layer.name} {settings} {weights} {before}")
    return {
        "layers": len(model.layers),
        "digest": hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16],
    }


def expected() -> dict[str, dict[str, Any]]:
    """Return the table."""
    return json.loads(PATH.read_text(encoding="utf-8"))


def of_the_package() -> dict[str, dict[str, Any]]:
    """Return the table, from keras_applications."""
    import cornu.compat.keras2 as keras

    parts = {name: getattr(keras, name) for name in ("backend", "layers", "models", "utils")}
    table = {}
    with made_of_zeros():
        for name, case in CASES.items():
            keras.backend.clear_session()
            family = import_module(f"keras_applications.{case.family}")
            model = getattr(family, case.function)(weights=None, **case.arguments, **parts)
            table[name] = row(model)
            print(name, table[name], file=sys.stderr, flush=True)
    return table


if __name__ == "__main__":
    PATH.write_text(json.dumps(of_the_package(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
