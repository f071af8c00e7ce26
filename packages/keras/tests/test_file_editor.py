"""Weights files, inspected and changed without their model."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.base import Layer
from cornu.base.naming import reset_names
from cornu.errors import BadFileError
from cornu.saving import KerasFileEditor


class Linear(Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        shape = (input_shape[-1], self.units)
        self.kernel = self.add_weight("kernel", shape, initializer="ones")
        self.bias = self.add_weight("bias", (self.units,), initializer="ones")

    def call(self, inputs):
        return ops.matmul(inputs, self.kernel) + self.bias


@pytest.fixture(autouse=True)
def fresh_names():
    reset_names()


def stack(*sizes, name="s"):
    layers = [Linear(n, name=f"part_{i}_{n}") for i, n in enumerate(sizes)]
    return cornu.Sequential([cornu.Input((4,)), *layers], name=name)


@pytest.fixture
def path(tmp_path):
    stack(3, 2).save_weights(tmp_path / "m.weights.h5")
    return tmp_path / "m.weights.h5"


def linear(*shape):
    return {"0": np.ones(shape, "float32"), "1": np.zeros(shape[-1], "float32")}


@pytest.mark.parametrize("name", ["m.keras", "m.weights.h5"])
def test_summary_and_what_is_read(tmp_path, capsys, name):
    model = stack(3)
    (model.save if name == "m.keras" else model.save_weights)(tmp_path / name)
    editor = KerasFileEditor(tmp_path / name)
    assert f"{name}'" in capsys.readouterr().out
    assert (editor.metadata is None) == (name != "m.keras")
    linear = editor.weights_dict["layers"]["linear"]
    np.testing.assert_array_equal(linear["0"], model.get_weights()[0])
    editor.summary()
    assert "layers\n    linear\n        0  (4, 3)  float32\n" in capsys.readouterr().out


def test_a_layer_that_moved(path, capsys):
    """A file is brought to a longer stack: the old last layer moves, one is put between."""
    editor, target = KerasFileEditor(path), stack(3, 5, 2)
    old = np.array(editor.weights_dict["layers"]["linear_1"]["0"])
    assert editor.compare(stack(3, 2))["match_count"] == 4
    capsys.readouterr()
    assert editor.compare(target)["error_count"] == 3  # two of another shape, one that lacks
    said = capsys.readouterr().out
    assert "'layers/linear_1/0' has shape (3, 2) in the file, (3, 5) in the model." in said
    assert "'layers/linear_2' is in the model, not in the file, with 0, 1." in said
    editor.rename_object("linear_1", "linear_2")
    editor.add_object("layers/linear_1", linear(3, 5))
    editor.delete_weight("linear_2", "0")
    assert editor.compare(target)["error_count"] == 1
    editor.add_weights("layers/linear_2", linear(5, 2))
    assert editor.compare(target) == {"status": "success", "error_count": 0, "match_count": 6}
    editor.save(path)
    target.load_weights(path)
    np.testing.assert_array_equal(target.get_weights()[2], np.ones((3, 5)))
    assert old.shape == (3, 2)
    with h5py.File(path) as file:  # names of layers go with them, for by_name
        assert file["layers/linear_2/vars"].attrs["name"] == "part_1_2"
        assert "name" not in file["layers/linear_1/vars"].attrs


def test_an_object_less(path):
    editor = KerasFileEditor(path)
    editor.delete_object("layers/linear_1")
    assert editor.compare(stack(3))["status"] == "success"
    found = editor.compare(stack(3, 2))
    assert (found["status"], found["error_count"], found["match_count"]) == ("error", 1, 2)
    editor.resave_weights(path)
    stack(3).load_weights(path)


def test_objects_inside_of_objects_that_have_weights_too(tmp_path, capsys):
    class Outer(cornu.Layer):
        def build(self, input_shape):
            self.scale = self.add_weight(shape=(), initializer="ones", name="scale")
            self.inner = Linear(2)
            self.inner.build(input_shape)

        def call(self, x):
            return self.inner(x) * self.scale

    model = cornu.Sequential([cornu.Input((4,)), Outer()])
    model.save_weights(tmp_path / "a.weights.h5")
    editor = KerasFileEditor(tmp_path / "a.weights.h5")
    assert set(editor.weights_dict["layers"]["outer"]) == {"0", "inner"}
    assert editor.compare(model)["match_count"] == 3
    editor.save(tmp_path / "b.weights.h5")
    model.load_weights(tmp_path / "b.weights.h5")


def test_what_cannot_be(path, tmp_path):
    editor = KerasFileEditor(path)
    for call, words in (
        (lambda: editor.delete_object("linear_7"), "no object 'linear_7'.*layers/linear"),
        (lambda: editor.rename_object("linear", "layers/x"), "last word"),
        (lambda: editor.rename_object("linear", "linear_1"), "already"),
        (lambda: editor.add_object("layer/x", {}), "no object 'layer'.*layers"),
        (lambda: editor.add_object("layers/x", [1]), "dict of arrays"),
        (lambda: editor.delete_weight("linear", "7"), r"no weight '7'; it has \['0', '1'\]"),
        (lambda: editor.save(tmp_path / "m.h5"), "weights.h5"),
    ):
        with pytest.raises(ValueError, match=words):
            call()
    editor.add_object("layers/linear_1/linear", linear(2, 1))
    with pytest.raises(ValueError, match="several 'linear': layers/linear, layers/linear_1/linear"):
        editor.delete_weight("linear", "0")


def test_other_files(tmp_path):
    with pytest.raises(FileNotFoundError):
        KerasFileEditor(tmp_path / "none.weights.h5")
    with h5py.File(tmp_path / "linked.weights.h5", "w") as file:
        file["layers"] = h5py.ExternalLink("elsewhere.h5", "/x")
    with pytest.raises(BadFileError):
        KerasFileEditor(tmp_path / "linked.weights.h5")
