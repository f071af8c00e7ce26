"""Files that Keras 2.2.4, Keras 2.3.1, tf_keras 2.21 and Keras 3.15 wrote, with what they computed.

`golden/<writer>/` holds the files: `zoo_*` and `case_*` one model each with its input `x0`, … and
output `y0`, … in the `.npz`; `whole` a model that was trained; `opt_*` optimizers with their state;
`*.after.npy` predictions after two more epochs there; `*.eval.npy` what `evaluate` returned.
"""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

import cornu
from cornu.models import load_model, model_from_json, model_from_yaml

GOLDEN = Path(__file__).parent / "golden"
WRITERS = ("k224", "k231", "tfk", "k3")
PAIRS = sorted(
    file
    for archive in GOLDEN.glob("[kt]*/*.npz")
    for file in (archive.with_suffix(".h5"), archive.with_suffix(".keras"))
    if file.exists()
)


def named(path):
    return f"{path.parent.name}/{path.name}"


def values(archive, letter):
    return [archive[name] for name in sorted(archive) if name[0] == letter]


def predictions(model, inputs):
    found = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    if isinstance(found, dict):
        return list(found.values())
    return list(found) if isinstance(found, (list, tuple)) else [found]


def test_there_are_files_of_every_writer():
    assert {path.parent.name for path in PAIRS} >= set(WRITERS)
    assert len(PAIRS) > 60


@pytest.mark.parametrize("path", PAIRS, ids=named)
def test_a_model_computes_what_it_did_there(path):
    archive = np.load(path.with_suffix(".npz"))
    found = predictions(load_model(path), values(archive, "x"))
    for one, expected in zip(found, values(archive, "y"), strict=True):
        np.testing.assert_allclose(one, expected, rtol=1e-5, atol=1e-5)


WHOLE = sorted(file for kind in ("h5", "keras") for file in GOLDEN.glob(f"*/whole.{kind}"))


@pytest.mark.parametrize("path", WHOLE, ids=named)
def test_a_trained_model_is_there_whole(path):
    x, y = (np.load(path.parent / f"whole_{name}.npy") for name in "xy")
    model = load_model(path)
    np.testing.assert_allclose(model.predict(x, verbose=0), y, atol=1e-6)
    assert type(model.optimizer).__name__ == "Adam"
    assert int(model.optimizer.iterations) == 2
    assert model.loss == "categorical_crossentropy"
    targets = np.eye(y.shape[1], dtype="float32")[np.zeros(len(x), int)]
    history = model.fit(x, targets, epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    assert "accuracy" in history.history


WEIGHTS = sorted(GOLDEN.glob("*/whole_only*.h5"))


@pytest.mark.parametrize("path", WEIGHTS, ids=named)
def test_weights_alone(path):
    x, y = (np.load(path.parent / f"whole_{name}.npy") for name in "xy")
    model = load_model(path.parent / "whole.h5", compile=False)
    model.set_weights([np.full_like(w, 0.5) for w in model.get_weights()])
    model.load_weights(path)
    np.testing.assert_allclose(model.predict(x, verbose=0), y, atol=1e-6)


@pytest.mark.parametrize("path", WHOLE, ids=named)
def test_weights_out_of_a_whole_model(path):
    x, y = (np.load(path.parent / f"whole_{name}.npy") for name in "xy")
    model = load_model(path.parent / "whole.h5", compile=False)
    model.set_weights([np.full_like(w, 0.5) for w in model.get_weights()])
    model.load_weights(path)
    np.testing.assert_allclose(model.predict(x, verbose=0), y, atol=1e-6)


@pytest.mark.parametrize("path", WEIGHTS, ids=named)
def test_weights_by_name(path):
    model = load_model(path.parent / "whole.h5", compile=False)
    kept = model.get_layer("d1").get_weights()
    other = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(3, name="d1"),
                              cornu.layers.Dense(7, name="new")])  # fmt: skip
    if named(path) == "tfk/whole_only.weights.h5":  # it keeps no names
        with pytest.raises(cornu.errors.BadFileError, match="Leave by_name out"):
            other.load_weights(path, by_name=True)
        return
    other.load_weights(path, by_name=True)
    for one, two in zip(other.get_layer("d1").get_weights(), kept, strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("path", WHOLE, ids=named)
def test_the_name_of_a_file_says_nothing(path, tmp_path):
    for name in ("model.txt", "model", "model.h5", "model.keras", "w.weights.h5"):
        copy = tmp_path / name
        copy.write_bytes(path.read_bytes())
        assert load_model(copy).name == "whole"


@pytest.mark.parametrize("writer", WRITERS)
def test_architectures_as_text(writer):
    folder = GOLDEN / writer
    expected = [w.shape for w in load_model(folder / "whole.h5", compile=False).get_weights()]
    model = model_from_json((folder / "whole.json").read_text())
    assert [w.shape for w in model.get_weights()] == expected
    if (folder / "whole.yaml").exists():  # Keras 3 and tf_keras write none
        model = model_from_yaml((folder / "whole.yaml").read_text())
        assert [w.shape for w in model.get_weights()] == expected


# Optimizers


SLOTS = {  # where Keras 2 keeps each of our slots: its place among the blocks
    "Adam": {"momentum": 0, "velocity": 1},
    "SGD": {"momentum": 0},
}


@pytest.mark.parametrize("writer", ["k224", "k231"])
@pytest.mark.parametrize("name", ["Adam", "SGD_mom"])
def test_slots_of_keras_2_are_those_of_the_same_weights(writer, name):
    path = GOLDEN / writer / f"opt_{name}.h5"
    with h5py.File(path) as file:
        group = file["optimizer_weights"]
        stored = [group[n.decode()][()] for n in group.attrs["weight_names"]]
    optimizer = load_model(path).optimizer
    assert int(optimizer.iterations) == stored[0]
    weights = optimizer._trainable_variables
    for slot, block in SLOTS[type(optimizer).__name__].items():
        for number, weight in enumerate(weights):
            expected = stored[1 + block * len(weights) + number]
            np.testing.assert_array_equal(optimizer.slot(slot, weight).numpy(), expected)


AFTER = sorted(
    file
    for done in GOLDEN.glob("*/case_opt_*.after.npy")
    for file in done.parent.glob(done.name.removesuffix(".after.npy") + ".*")
    if file.suffix in (".h5", ".keras")
)


@pytest.mark.parametrize("path", AFTER, ids=named)
def test_training_goes_on_as_it_would_have_there(path):
    x = np.load(path.with_suffix(".npz"))["x0"]
    y, after = (np.load(f"{path.with_suffix('')}.{name}.npy") for name in ("y", "after"))
    model = load_model(path)
    model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0)
    # biases before a batch normalisation have no gradient but rounding, which Adam magnifies
    atol = 3e-3 if path.parent.name == "tfk" else 2e-4
    np.testing.assert_allclose(model.predict(x, verbose=0), after, atol=atol)


def test_losses_and_metrics_of_tf_keras():
    path = GOLDEN / "tfk" / "case_comp_obj"
    x, y = np.load(f"{path}.npz")["x0"], np.load(f"{path}.y.npy")
    for kind in (".h5", ".keras"):
        model = load_model(path.with_suffix(kind))
        found = model.evaluate(x, y, verbose=0)
        np.testing.assert_allclose(found, np.load(f"{path}.eval.npy"), atol=1e-5)


# Configurations of Keras 2 that no file here holds


def old_model(layer, version, shape=(3, 2), weights=()):
    config = {
        "class_name": "Sequential",
        "config": [{**layer, "config": {"batch_input_shape": [None, *shape], **layer["config"]}}],
        "keras_version": version,
        "backend": "tensorflow",
    }
    return model_from_json(json.dumps(config))


def config_of(model):
    return model.layers[0].get_config()


@pytest.mark.parametrize(
    ("version", "hard"), [("2.2.4", True), ("2.1.6", True), ("2.3.1", False), ("2.2.4-tf", True)]
)
def test_a_recurrent_layer_has_the_defaults_of_its_time(version, hard):
    for name in ("LSTM", "GRU"):
        model = old_model({"class_name": name, "config": {"units": 2}}, version)
        assert ("hard_sigmoid" in str(config_of(model)["recurrent_activation"])) is hard
    assert config_of(model)["reset_after"] is False


@pytest.mark.parametrize("version", ["2.2.4", "2.3.1", "2.21.0"])
def test_hard_sigmoid_is_that_of_keras_2(version):
    layer = {"class_name": "Activation", "config": {"activation": "hard_sigmoid"}}
    model = old_model(layer, version, shape=(5,))
    x = np.array([[-4.0, -2.0, 0.0, 1.0, 4.0]], "float32")
    np.testing.assert_allclose(model(x), np.clip(0.2 * x + 0.5, 0, 1), atol=1e-6)


def test_hard_sigmoid_stays_itself_through_files_of_ours(tmp_path):
    x = np.array([[-4.0, -2.0, 0.0, 1.0, 4.0]], "float32")
    layer = {"class_name": "Activation", "config": {"activation": "hard_sigmoid"}}
    old = old_model(layer, "2.3.1", shape=(5,))
    new = cornu.Sequential([cornu.Input((5,)), cornu.layers.Activation("hard_sigmoid")])
    for model in (old, new):
        for name in ("m.h5", "m.keras"):
            model.save(tmp_path / name)
            np.testing.assert_array_equal(load_model(tmp_path / name)(x), model(x))
        np.testing.assert_array_equal(model_from_json(model.to_json())(x), model(x))


def test_weights_of_cudnn_become_those_of_a_plain_layer(tmp_path):
    """Keras 2's `_convert_rnn_weights`, turned round: each gate's kernels transposed."""
    rng = np.random.default_rng(0)
    for name, gates in (("LSTM", 4), ("GRU", 3)):
        model = cornu.Sequential([cornu.Input((5, 3)), getattr(cornu.layers, name)(2, name="r")])
        kernel, recurrent, bias = (
            rng.normal(size=w.shape).astype("float32") for w in model.get_weights()
        )
        model.set_weights([kernel, recurrent, bias])
        halves = np.tile(0.5 * bias, 2) if name == "LSTM" else bias.ravel()
        cudnn = [
            np.hstack([k.T.reshape(k.shape) for k in np.hsplit(kernel, gates)]),
            np.hstack([k.T for k in np.hsplit(recurrent, gates)]),
            halves,
        ]
        path = tmp_path / f"{name}.h5"
        with h5py.File(path, "w") as file:
            file.attrs["layer_names"] = np.array([b"r"])
            file.attrs["keras_version"], file.attrs["backend"] = "2.2.4", "tensorflow"
            group = file.create_group("r")
            names = [b"r/kernel:0", b"r/recurrent_kernel:0", b"r/bias:0"]
            group.attrs["weight_names"] = np.array(names)
            for weight, array in zip(names, cudnn, strict=True):
                group[weight.decode()] = array
        x = rng.normal(size=(2, 5, 3)).astype("float32")
        expected = model(x)
        model.set_weights([np.zeros_like(w) for w in model.get_weights()])
        model.load_weights(path)
        np.testing.assert_allclose(model(x), expected, atol=1e-6)


def test_names_with_slashes_as_in_the_densenets_of_keras_2(tmp_path):
    def entry(name, class_name, config, inbound):
        return {"name": name, "class_name": class_name, "config": {"name": name, **config},
                "inbound_nodes": [[[n, 0, 0, {}] for n in inbound]] if inbound else []}  # fmt: skip

    layers = [
        entry("x", "InputLayer", {"batch_input_shape": [None, 4], "dtype": "float32"}, []),
        entry("conv1/bn", "Dense", {"units": 4}, ["x"]),
        entry("sum", "Add", {}, ["conv1/bn", "x"]),
    ]
    config = {"name": "m", "layers": layers, "input_layers": [["x", 0, 0]],
              "output_layers": [["sum", 0, 0]]}  # fmt: skip
    kernel = np.arange(16, dtype="float32").reshape(4, 4)
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = "2.3.1", "tensorflow"
        file.attrs["model_config"] = json.dumps({"class_name": "Model", "config": config})
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = np.array([b"x", b"conv1/bn", b"sum"])
        for name in ("x", "conv1/bn", "sum"):
            group.create_group(name).attrs["weight_names"] = np.zeros(0)
        names = np.array([b"conv1/bn/kernel:0", b"conv1/bn/bias:0"])
        group["conv1/bn"].attrs["weight_names"] = names
        group["conv1/bn"]["conv1/bn/kernel:0"] = kernel
        group["conv1/bn"]["conv1/bn/bias:0"] = np.ones(4, "float32")
    model = load_model(tmp_path / "m.h5")
    x = np.ones((2, 4), "float32")
    np.testing.assert_allclose(model.predict(x, verbose=0), x @ kernel + 2.0)
    assert model.layers[1].name == "conv1_bn"


def test_long_lists_of_names_are_read_and_written_in_parts(tmp_path):
    names = [f"a_rather_long_name_of_a_layer_{'x' * 60}_{i:04d}" for i in range(700)]
    x = y = cornu.Input((1,))
    for name in names:
        y = cornu.layers.Activation("linear", name=name)(y)
    model = cornu.Model(x, cornu.layers.Dense(1, name="end")(y))
    model.save_weights(tmp_path / "w.h5")
    with h5py.File(tmp_path / "w.h5") as file:
        assert "layer_names" not in file.attrs
        assert len(file.attrs["layer_names0"]) + len(file.attrs["layer_names1"]) == 702
    expected = model.get_weights()
    model.set_weights([w + 1 for w in expected])
    model.load_weights(tmp_path / "w.h5")
    np.testing.assert_array_equal(model.get_weights()[0], expected[0])
