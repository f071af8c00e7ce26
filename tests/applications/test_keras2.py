"""The models of `keras.applications` in Keras 2.3: names, order, settings, files.

`keras2.json` was asked of keras_applications 1.0.8, by `python -m tests.applications.keras2`.
"""

from __future__ import annotations

import hashlib
import shutil

import cornu.compat.keras2 as keras
import cornu.compat.tfkeras as tfkeras
import numpy as np
import pytest
from cornu.compat.keras2.applications import mobilenet, resnet, resnet50
from cornu.compat.keras2.models import Model

import cornu
from tests.applications.keras2 import CASES, expected, made_of_zeros, row
from tests.applications.server import serving

SMALL = {"weights": None, "input_shape": (64, 64, 3)}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.quick])
def test_a_model_is_that_of_keras_applications(name):
    case = CASES[name]
    keras.backend.clear_session()
    family = getattr(keras.applications, case.family)
    with made_of_zeros():
        model = getattr(family, case.function)(weights=None, **case.arguments)
    assert row(model) == expected()[name]
    assert isinstance(model, Model)


def test_the_shorter_path_is_the_older_resnet():
    assert keras.applications.ResNet50 is resnet50.ResNet50 is not resnet.ResNet50
    assert (
        keras.applications.resnet50.preprocess_input is cornu.applications.resnet50.preprocess_input
    )


def test_a_name_of_later_years_is_not_there():
    with pytest.raises(AttributeError, match="has no attribute 'EfficientNetB0'"):
        keras.applications.EfficientNetB0  # noqa: B018


def test_the_older_resnet_computes_what_the_newer_does():
    with made_of_zeros():
        older = resnet50.ResNet50(include_top=False, **SMALL)
        newer = cornu.applications.ResNet50(include_top=False, **SMALL)
    random = np.random.default_rng(0)
    places = {"1": "0", "2a": "1", "2b": "2", "2c": "3"}
    for layer in older.layers:
        weights = [
            random.uniform(0.5, 1.0, w.shape) if w.ndim == 1
            else random.normal(size=w.shape) / np.sqrt(2 * np.prod(w.shape[:-1]))
            for w in layer.get_weights()
        ]  # fmt: skip
        if not weights:
            continue
        layer.set_weights(weights)
        kind = "bn" if layer.name.startswith("bn") else "conv"
        if "conv1" in layer.name:
            there = f"conv1_{kind}"
        else:
            place, branch = layer.name.removeprefix("bn").removeprefix("res").split("_branch")
            there = f"conv{place[0]}_block{'abcdef'.index(place[1]) + 1}_{places[branch]}_{kind}"
        if kind == "bn":  # the same denominator by another epsilon
            weights[3] = weights[3] + 1e-3 - 1.001e-5
        newer.get_layer(there).set_weights(weights)
    x = random.normal(size=(2, 64, 64, 3)).astype("float32")
    expected_numbers = newer.predict(x, verbose=0)
    largest = expected_numbers.max()
    assert 1e-3 < expected_numbers.std() < np.inf
    np.testing.assert_allclose(older.predict(x, verbose=0), expected_numbers, atol=1e-5 * largest)


def test_a_file_of_weights_goes_by_its_names(tmp_path):
    arguments = {"alpha": 0.25, "include_top": False, **SMALL}
    there = mobilenet.MobileNet(**arguments)
    there.save_weights(tmp_path / "there.h5")
    again = mobilenet.MobileNet(**arguments | {"weights": tmp_path / "there.h5"})
    for one, two in zip(there.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    model = keras.models.Sequential([keras.layers.Conv2D(8, 3, name="conv1", use_bias=False)])
    model.build((None, 64, 64, 3))
    model.load_weights(tmp_path / "there.h5", by_name=True)
    np.testing.assert_array_equal(model.get_weights()[0], there.get_weights()[0])


def test_the_older_resnet_has_files_of_its_own(tmp_path, monkeypatch):
    name = "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5"
    folder = tmp_path / "served/releases/download/v0.2"
    folder.mkdir(parents=True)
    there = resnet50.ResNet50(include_top=False, **SMALL)
    there.save_weights(tmp_path / name)
    shutil.copy(tmp_path / name, folder / name)
    from cornu_keras.compat.keras2.meanings import applications

    digest = hashlib.md5((folder / name).read_bytes()).hexdigest()
    with serving(tmp_path / "served", tmp_path / "home") as address:
        monkeypatch.setitem(
            applications.FILES, "resnet50", ("releases/download/v0.2", address, ("", digest))
        )
        model = keras.applications.ResNet50(include_top=False, input_shape=(64, 64, 3))
    np.testing.assert_array_equal(model.get_weights()[0], there.get_weights()[0])


def test_models_of_tf_keras_are_of_its_layers():
    tfkeras.backend.clear_session()
    model = tfkeras.applications.MobileNetV2(include_top=False, alpha=0.35, pooling="avg", **SMALL)
    assert isinstance(model.layers[1], tfkeras.layers.Conv2D)
    assert [model.layers[i].name for i in (0, 1, -1)] == [
        "input_1", "Conv1", "global_average_pooling2d",
    ]  # fmt: skip
    assert model.weights[0].name == "Conv1/kernel:0"
