"""HDF5 in streams and open groups, in every dialect."""

from __future__ import annotations

import io
import json

import h5py
import numpy as np
import pytest

import cornu
from cornu.compat import keras2
from cornu.errors import BadFileError

X = np.random.default_rng(0).random((2, 3), "float32")


def model_of(keras):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile("adam", "mse")
    model.train_on_batch(X, X[:, :2])
    return model


def equal(one, two):
    for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("keras", [cornu, keras2], ids=["cornu", "keras2"])
class TestPlaces:
    def test_a_stream(self, keras, tmp_path):
        model, stream = model_of(keras), io.BytesIO()
        model.save(stream)
        stream.seek(0)
        loaded = keras.models.load_model(stream)
        equal(model, loaded)
        assert int(loaded.optimizer.iterations) == 1
        (tmp_path / "m.h5").write_bytes(stream.getvalue())
        equal(model, keras.models.load_model(tmp_path / "m.h5"))

    def test_an_open_file(self, keras, tmp_path):
        model = model_of(keras)
        with h5py.File(tmp_path / "m.h5", "w") as file:
            model.save(file)
            equal(model, keras.models.load_model(file))
        equal(model, keras.models.load_model(tmp_path / "m.h5"))

    def test_a_group_among_others(self, keras, tmp_path):
        models = [model_of(keras), model_of(keras)]
        with h5py.File(tmp_path / "m.h5", "w") as file:
            for name, model in zip("ab", models, strict=True):
                model.save(file.create_group(name))
            models[0].set_weights([w + 1 for w in models[0].get_weights()])
            models[0].save(file["a"])  # once more
            for name, model in zip("ab", models, strict=True):
                equal(model, keras.models.load_model(file[name]))

    def test_weights_alone(self, keras):
        one, two, stream = model_of(keras), model_of(keras), io.BytesIO()
        one.save_weights(stream)
        stream.seek(0)
        two.load_weights(stream)
        equal(one, two)

    def test_what_is_no_place(self, keras):
        with pytest.raises(TypeError, match="not int"):
            model_of(keras).save(3)
        with pytest.raises(TypeError, match="not int"):
            keras.models.load_model(3)


# The function of a Lambda layer


@pytest.mark.parametrize("keras", [cornu, keras2], ids=["cornu", "keras2"])
def test_a_function_is_given_by_the_name_of_its_layer(keras, tmp_path):
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Lambda(lambda x: x * 2, name="twice"),
            keras.layers.Lambda(lambda x: x + 1, name="more"),
        ]
    )
    with pytest.warns(UserWarning, match="placeholder"):
        model.save(tmp_path / "m.h5")
    given = {"twice": lambda x: x * 2, "more": lambda x: x + 1}
    loaded = keras.models.load_model(tmp_path / "m.h5", custom_objects=given)
    np.testing.assert_allclose(loaded.predict(X, verbose=0), X * 2 + 1)


def test_code_in_a_file_is_refused_unless_its_function_is_given(tmp_path):
    model = keras2.Sequential([keras2.layers.Lambda(np.negative, input_shape=(3,), name="minus")])
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        config = json.loads(file.attrs["model_config"])
        lambda_config = next(
            layer["config"]
            for layer in config["config"]["layers"]
            if layer["class_name"] == "Lambda"
        )
        lambda_config.update(function=["4wEAAAAA", None, None], function_type="lambda")
        file.attrs["model_config"] = json.dumps(config)
    with pytest.raises(BadFileError, match=r"custom_objects=.'minus': function"):
        keras2.models.load_model(tmp_path / "m.h5")
    loaded = keras2.models.load_model(tmp_path / "m.h5", {"minus": lambda x: -x})
    np.testing.assert_array_equal(loaded.predict(X), -X)


# Keras 2's ways


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("n", False)])
def test_before_overwriting_it_asks(tmp_path, monkeypatch, answer, written):
    saving = keras2.engine.saving
    asked = []
    monkeypatch.setattr(
        saving, "ask_to_proceed_with_overwrite", lambda path: asked.append(path) or answer == "y"
    )
    model = model_of(keras2)
    for save in (model.save, model.save_weights):
        path = tmp_path / f"{save.__name__}.h5"
        save(path, overwrite=False)
        before = path.read_bytes()
        model.set_weights([w + 1 for w in model.get_weights()])
        save(path, overwrite=False)
        assert (path.read_bytes() != before) == written
    assert len(asked) == 2


def test_a_path_without_an_ending_is_hdf5(tmp_path):
    model_of(keras2).save(tmp_path / "model")
    assert h5py.is_hdf5(tmp_path / "model")


def test_layers_of_no_model_go_into_a_group(tmp_path):
    saving = keras2.engine.saving
    one, two = model_of(keras2), model_of(keras2)
    with h5py.File(tmp_path / "w.h5", "w") as file:
        saving.save_weights_to_hdf5_group(file, one.layers)
        assert saving.load_attributes_from_hdf5_group(file, "layer_names") == [
            layer.name for layer in one.layers
        ]
        saving.load_weights_from_hdf5_group(file, two.layers)
        equal(one, two)


def test_remote_files_are_opened_by_what_is_put_in(monkeypatch):
    from cornu.compat.keras2.utils.test_utils import tf_file_io_proxy

    model = model_of(keras2)
    with pytest.raises(ImportError, match="gs://"):
        model.save("gs://bucket/model.h5")
    with tf_file_io_proxy("cornu.compat.keras2.engine.saving.tf_file_io") as remote:
        path = remote.get_filepath("model.h5")
        model.save(path)
        remote.assert_exists(path)
        equal(model, keras2.models.load_model(path))


def test_a_model_with_names_longer_than_an_attribute(tmp_path):
    names = [f"{letter * 30_000}_{letter}" for letter in "abc"]
    x = keras2.Input((2,))
    y = x
    for name in names:
        y = keras2.layers.Dense(2, name=name)(y)
    model = keras2.Model(x, y)
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as file:
        assert "layer_names0" in file["model_weights"].attrs
    loaded = keras2.models.load_model(tmp_path / "m.h5")
    assert [layer.name for layer in loaded.layers[1:]] == names
    equal(model, loaded)
