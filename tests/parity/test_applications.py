"""`cornu.applications` beside live Keras: one file of random weights, the same numbers.

Which layers each member of each family has is compared in `tests/applications`, without Keras.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import h5py
import jax
import keras
import numpy as np
import pytest
from keras.src.initializers import constant_initializers, random_initializers
from keras.src.legacy.saving import legacy_h5_format

import cornu
from tests.applications.server import serving
from tests.applications.table import cases, zeros
from tests.parity.sides import Pair, generator

# The smallest of each family, and the side of its images.
FAMILIES: dict[str, tuple[int, dict[str, Any]]] = {
    "VGG16": (32, {}),
    "ResNet50": (32, {}),
    "ResNet50V2": (32, {}),
    "InceptionV3": (75, {}),
    "InceptionResNetV2": (75, {}),
    "Xception": (71, {}),
    "MobileNet": (32, {"alpha": 0.25}),
    "MobileNetV2": (32, {"alpha": 0.35}),
    "MobileNetV3Small": (32, {}),
    "MobileNetV3Large": (32, {"minimalistic": True}),
    "DenseNet121": (32, {}),
    "NASNetMobile": (32, {}),
    "EfficientNetB0": (32, {}),
    "EfficientNetV2B0": (32, {}),
    "ConvNeXtTiny": (32, {}),
}


def weights_like_trained(model: Any, random: np.random.Generator) -> None:
    """Set weights that neither blow numbers up nor lose them on their way through a deep model."""
    values = []
    for weight, value in zip(model.weights, model.get_weights(), strict=True):
        kind, noise = weight.path.rpartition("/")[2], random.normal(size=value.shape)
        if value.ndim > 1:
            inputs = np.prod(value.shape[: 2 if "depthwise" in kind else -1])
            value = noise * np.sqrt(1.5 / inputs)
        elif kind in ("gamma", "moving_variance", "variance"):
            value = 1.0 + 0.2 * np.tanh(noise)
        elif value.dtype.kind == "f":
            value = 0.1 * noise
        values.append(np.asarray(value, "float32"))
    model.set_weights(values)


def built(name: str, side: int, **arguments: Any) -> tuple[Any, Any]:
    """Return the model of both, Keras' with random weights."""
    arguments = {"weights": None, "input_shape": (side, side, 3)} | arguments
    with zeros(constant_initializers, random_initializers):
        theirs = getattr(keras.applications, name)(**arguments)
    weights_like_trained(theirs, generator(name))
    return getattr(cornu.applications, name)(**arguments), theirs


def images(name: str, side: int, count: int = 2) -> np.ndarray:
    pixels = generator(name).uniform(0, 255, size=(count, side, side, 3)).astype("float32")
    scaling = any(part in name for part in ("MobileNetV3", "Efficient", "ConvNeXt"))
    return pixels if scaling else pixels / 127.5 - 1


def agree(ours: Any, theirs: Any, x: np.ndarray) -> None:
    forward = jax.jit(lambda x: theirs(x, training=False))
    expected = np.asarray(forward(x))
    got = ours.predict(x, verbose=0)
    assert expected.std() > 1e-3, "numbers that are all the same say nothing"
    np.testing.assert_allclose(got, expected, atol=1e-4 * np.abs(expected).max(), rtol=0)


def paths(model: Any) -> list[str]:
    """Return what the weights are called, without the numbers of those without a name."""
    return [re.sub(r"/variable_\d+$", "/variable", weight.path) for weight in model.weights]


def write_published(model: Any, path: Path) -> None:
    """Write a file as Keras has published its weights."""
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, model)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_file_of_keras_gives_the_same_logits(name: str, tmp_path: Path) -> None:
    side, arguments = FAMILIES[name]
    ours, theirs = built(name, side, classes=7, classifier_activation=None, **arguments)
    assert [layer.name for layer in ours.layers] == [layer.name for layer in theirs.layers]
    assert paths(ours) == paths(theirs)
    theirs.save_weights(tmp_path / "all.weights.h5")
    ours.load_weights(tmp_path / "all.weights.h5")
    read = ours.get_weights()
    agree(ours, theirs, images(name, side))
    write_published(theirs, tmp_path / "all.h5")
    for weight in ours.weights:
        weight.assign(np.zeros(weight.shape, weight.dtype))
    ours.load_weights(tmp_path / "all.h5")
    for before, after in zip(read, ours.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


# The network, the side of its images and the loss; none draws random numbers.
STEPS: dict[str, tuple[int, dict[str, Any]]] = {
    "MobileNet": (32, {"alpha": 0.25, "dropout": 0.0}),
    "MobileNetV2": (32, {"alpha": 0.35}),
    "MobileNetV3Small": (32, {"minimalistic": True, "dropout_rate": 0.0}),
    "VGG16": (32, {"include_top": False, "pooling": "avg"}),
}


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("name", STEPS)
def test_one_step_of_training(name: str) -> None:
    side, arguments = STEPS[name]
    pair = Pair(*built(name, side, classes=3, **arguments))
    before = [np.asarray(w, "float64") for w in pair.theirs.get_weights()]
    pair.both(lambda model: model.set_weights(before))
    pair.compile(lambda k: k.optimizers.SGD(0.01), "mean_squared_error")
    x = images(name, side, 4).astype("float64")
    y = generator("y").uniform(size=(4, *pair.theirs.output_shape[1:]))
    pair.agree(lambda model: model.train_on_batch(x, y), f"{name}: loss", 1e-9)
    pair.agree_on_change(before, name, 1e-7)


def test_what_keras_has_published_is_downloaded(tmp_path: Path) -> None:
    arguments = {"alpha": 0.35, "include_top": False, "pooling": "avg"}
    ours, theirs = built("MobileNetV2", 96, **arguments)
    name = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_96_no_top.h5"
    folder = tmp_path / "served" / "tensorflow/keras-applications/mobilenet_v2"
    folder.mkdir(parents=True)
    write_published(theirs, folder / name)
    with serving(tmp_path / "served", tmp_path / "home"):
        ours = cornu.applications.MobileNetV2(input_shape=(96, 96, 3), **arguments)
    assert (tmp_path / "home/models" / name).is_file()
    agree(ours, theirs, images("MobileNetV2", 96))


class Anything:
    """Stands for Keras' layers, tensors and models where only its addresses are asked for."""

    shape = (None, 224, 224, 3)

    def __call__(self, *args: Any, **kwargs: Any) -> Anything:
        return self

    def __getattr__(self, name: str) -> Anything:
        return self

    def __add__(self, other: Any) -> Anything:
        return self

    def __mul__(self, other: Any) -> Anything:
        return self


MEMBERS = sorted({function for _, function, _ in cases()})
ADDRESSES = [
    *((name, {}) for name in MEMBERS),
    *(("MobileNet", {"alpha": alpha}) for alpha in (0.25, 0.5, 0.75)),
    *(("MobileNetV2", {"alpha": alpha}) for alpha in (0.35, 0.5, 0.75, 1.3, 1.4)),
    *(("MobileNetV3Large", {"alpha": 0.75, "minimalistic": m}) for m in (False,)),
    *((f"MobileNetV3{size}", {"minimalistic": True}) for size in ("Small", "Large")),
    ("MobileNetV3Small", {"alpha": 0.75}),
    ("MobileNet", {"input_shape": (160, 160, 3)}),
    ("MobileNetV2", {"input_shape": (96, 96, 3)}),
]


@pytest.mark.filterwarnings("ignore:`input_shape` is undefined")
@pytest.mark.parametrize("include_top", [True, False])
@pytest.mark.parametrize(("name", "arguments"), ADDRESSES, ids=lambda a: str(a))
def test_addresses_and_hashes(
    name: str, arguments: dict[str, Any], include_top: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[Any, ...]] = []

    def get_file(fname: Any, origin: Any, **more: Any) -> str:
        calls.append((fname, origin, more["cache_subdir"], more.get("file_hash")))
        return "path"

    theirs = getattr(keras.applications, name)
    module = sys.modules[theirs.__module__]
    for made in (module, sys.modules["keras.src.applications.resnet"]):
        for part in ("layers", "Functional", "Sequential", "LayerScale", "CustomScaleLayer"):
            monkeypatch.setattr(made, part, Anything(), raising=False)
    monkeypatch.setattr(keras.src.utils.file_utils, "get_file", get_file)
    theirs(include_top=include_top, **arguments)
    monkeypatch.setattr(cornu.utils, "get_file", get_file, raising=False)
    ours = getattr(cornu.applications, name)
    published = f"{ours.__module__}.assemble"
    if not hasattr(sys.modules[ours.__module__], "assemble"):
        published = "cornu_layers.applications.frame.assemble"
    monkeypatch.setattr(published, lambda *_, files, **__: files.fetch(include_top))
    ours(include_top=include_top, **arguments)
    assert calls[0] == calls[1]


@pytest.mark.parametrize("layer", ["LayerScale", "CustomScaleLayer"])
def test_layers_of_one_family_alone_go_from_file_to_file(layer: str, tmp_path: Path) -> None:
    def build(k: Any, module: Any) -> Any:
        x = k.Input((4,))
        made = getattr(module, layer)
        y = made(0.5, 4)(x) if layer == "LayerScale" else made(0.5)([x, x])
        return k.Model(x, y)

    x = generator(layer).normal(size=(2, 4)).astype("float32")
    theirs = build(keras, sys.modules[KERAS_MODULES[layer]])
    theirs.save(tmp_path / "theirs.keras")
    ours = cornu.saving.load_model(tmp_path / "theirs.keras")
    ours.save(tmp_path / "ours.keras")
    again = keras.saving.load_model(tmp_path / "ours.keras")
    np.testing.assert_array_equal(ours.predict(x, verbose=0), np.asarray(theirs(x)))
    np.testing.assert_array_equal(np.asarray(again(x)), np.asarray(theirs(x)))


KERAS_MODULES = {
    "LayerScale": "keras.src.applications.convnext",
    "CustomScaleLayer": "keras.src.applications.inception_resnet_v2",
}
