"""`keras.utils` of Keras 2.3, by its modules."""

from __future__ import annotations

import io
import pathlib
import shutil

import h5py
import numpy as np
import pytest
from cornu.compat.keras2 import backend as K
from cornu.compat.keras2 import utils
from cornu.compat.keras2.utils import (
    conv_utils,
    data_utils,
    generic_utils,
    io_utils,
    layer_utils,
    losses_utils,
    vis_utils,
)

import cornu
from cornu.compat import keras2
from cornu.errors import BadFileError, SavingError

# Windows: the oracle is a convolution


@pytest.mark.parametrize("padding", ["valid", "full"])
@pytest.mark.parametrize(("size", "window", "stride"), [(10, 3, 1), (9, 4, 2), (7, 2, 3)])
def test_lengths_of_convolutions_are_numpy_s(padding, size, window, stride):
    made = np.convolve(np.ones(size), np.ones(window), padding)[::stride]
    assert conv_utils.conv_output_length(size, window, padding, stride) == len(made)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("size", "window", "stride"), [(5, 3, 1), (4, 3, 2), (6, 2, 2)])
def test_a_transposed_convolution_is_as_long_as_the_layer_makes_it(padding, size, window, stride):
    layer = cornu.layers.Conv1DTranspose(1, window, strides=stride, padding=padding)
    made = layer(np.ones((1, size, 1), "float32")).shape[1]
    assert conv_utils.deconv_length(size, stride, window, padding, None) == made


@pytest.mark.parametrize("value", [None, "ab", (1, 2), (1, 2, "x")])
def test_a_tuple_of_three_is_three_numbers(value):
    with pytest.raises(ValueError, match="`strides` argument must be a tuple of 3 integers"):
        conv_utils.normalize_tuple(value, 3, "strides")


# HDF5


@pytest.mark.parametrize("kind", ["file", "path", "dict", "group"])
def test_an_h5dict_gives_back_what_it_took(tmp_path, kind):
    path = tmp_path / "store.h5"
    memory: dict = {}
    if kind == "group":
        file = h5py.File(path, "w")
        file.create_group("below")

    def opened(mode):
        if kind == "dict":
            return io_utils.H5Dict(memory, mode)
        if kind == "group":
            return io_utils.H5Dict(file["below"], mode)
        return io_utils.H5Dict(str(path) if kind == "file" else pathlib.Path(path), mode)

    array = np.arange(6.0).reshape(2, 3)
    with opened("a") as store:
        store["text"] = "abc"
        store["names"] = [b"a", b"bc"]
        store["group"]["deeper"]["array"] = array
    with opened("r") as store:
        assert store["text"] == "abc"
        assert list(store["names"]) == [b"a", b"bc"]
        assert "group" in store
        assert "other" not in store
        np.testing.assert_array_equal(store["group"]["deeper"]["array"], array)
        with pytest.raises(ValueError, match="read-only"):
            store["new"]
        with pytest.raises(ValueError, match="read-only"):
            store["new"] = 1


def test_names_longer_than_an_attribute_are_written_in_parts(tmp_path):
    names = [f"{i}-{'n' * 4000}" for i in range(40)]
    with io_utils.H5Dict(tmp_path / "long.h5", "w") as store:
        store["names"] = names
    with h5py.File(tmp_path / "long.h5") as file:
        assert "names" not in file.attrs
        assert "names1" in file.attrs
    with io_utils.H5Dict(tmp_path / "long.h5", "r") as store:
        assert store["names"] == names


def test_one_name_longer_than_an_attribute_is_refused(tmp_path):
    with io_utils.H5Dict(tmp_path / "long.h5", "w") as store, pytest.raises(SavingError):
        store["names"] = ["n" * 70_000]


def test_a_stream_holds_what_a_function_wrote():
    stream = io.BytesIO()
    io_utils.save_to_binary_h5py(lambda file: file.create_dataset("x", data=[1, 2]), stream)
    stream.seek(0)
    assert io_utils.load_from_binary_h5py(lambda file: file["x"][1], stream) == 2


@pytest.mark.parametrize(("answers", "expected"), [(["y"], True), (["what", " N "], False)])
def test_before_overwriting_it_asks_until_it_knows(monkeypatch, answers, expected):
    monkeypatch.setattr(io_utils, "_ask", lambda question: answers.pop(0).strip().lower())
    assert io_utils.ask_to_proceed_with_overwrite("model.h5") is expected
    assert not answers


# Code


def test_code_that_came_as_data_is_never_run():
    code = generic_utils.func_dump(lambda x: x + 1)
    with pytest.raises(BadFileError, match="custom_objects"):
        generic_utils.func_load(code)


# Models


def test_kernels_turned_round_see_turned_images():
    layer = cornu.layers.Conv2D(2, (4, 3))
    model = cornu.Sequential([cornu.Input((5, 6, 3)), layer])
    x = np.random.default_rng(0).random((1, 5, 6, 3), "float32")
    before = model.predict(x, verbose=0)
    layer_utils.convert_all_kernels_in_model(model)
    after = model.predict(np.flip(x, (1, 2)), verbose=0)
    np.testing.assert_allclose(np.flip(after, (1, 2)), before, atol=1e-5)


@pytest.mark.parametrize("target", ["channels_first", "channels_last"])
def test_a_dense_layer_follows_its_images_into_another_format(target):
    images = np.random.default_rng(0).random((4, 2, 3, 5), "float32")  # in the format before
    moved = np.moveaxis(images, 3, 1) if target == "channels_first" else np.moveaxis(images, 1, 3)
    dense = cornu.layers.Dense(3)
    before = dense(images.reshape(4, -1))
    layer_utils.convert_dense_weights_data_format(dense, moved.shape[1:], target)
    np.testing.assert_allclose(dense(moved.reshape(4, -1)), before, atol=1e-5)


def test_a_picture_of_a_model_has_an_arrow_once():
    pydot = pytest.importorskip("pydot")
    dot = pydot.Dot()
    for _ in range(2):
        vis_utils.add_edge(dot, "a", "b")
    assert len(dot.get_edges()) == 1


def test_weights_without_the_last_axes_are_repeated():
    losses = np.arange(6.0).reshape(2, 3)
    total = losses_utils.compute_weighted_loss(losses, np.array([1.0, 0.0]), "sum")
    assert K.eval(total) == losses[0].sum()
    with pytest.raises(ValueError, match="Incompatible shapes"):
        losses_utils.broadcast_weights(losses, np.ones((2, 2)))


# Files


@pytest.mark.parametrize("kind", ["gztar", "zip"])
def test_an_archive_is_unpacked_beside_itself(tmp_path, kind):
    source = tmp_path / "source" / "flowers"
    source.mkdir(parents=True)
    (source / "rose.txt").write_text("red")
    archive = pathlib.Path(
        shutil.make_archive(str(tmp_path / "made"), kind, source.parent, "flowers")
    )
    cache = tmp_path / "cache"
    path = data_utils.get_file("all.archive", archive.as_uri(), extract=True, cache_dir=str(cache))
    assert path == str(cache / "datasets" / "all.archive")
    assert pathlib.Path(path).with_name("flowers").joinpath("rose.txt").read_text() == "red"
    if kind == "gztar":
        cache = tmp_path / "other"
        path = data_utils.get_file("flowers", archive.as_uri(), untar=True, cache_dir=str(cache))
        assert path == str(cache / "datasets" / "flowers")
        assert (pathlib.Path(path) / "rose.txt").read_text() == "red"
        assert pathlib.Path(f"{path}.tar.gz").is_file()


def test_a_slice_of_rows_ends_where_they_do(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["x"] = np.arange(6)
    rows = io_utils.HDF5Matrix(tmp_path / "x.h5", "x", end=4)
    np.testing.assert_array_equal(rows[1:4], [1, 2, 3])
    with pytest.raises(IndexError):
        rows[2:5]
    with pytest.raises(TypeError):
        rows[None]


def test_an_array_is_no_tensor():
    assert K.is_keras_tensor(keras2.Input((2,)))
    assert not K.is_keras_tensor(K.placeholder((2,)))
    assert not K.is_keras_tensor(K.variable([1.0]))
    with pytest.raises(ValueError, match="symbolic"):
        K.is_keras_tensor(np.ones(2))


def test_the_phase_of_symbolic_tensors_is_that_of_the_call():
    x = K.placeholder((None, 2))
    y = K.in_train_phase(x * 2, x)
    both = K.function([x, K.learning_phase()], [y])
    ones = np.ones((1, 2))
    assert (both([ones, 1])[0] == 2).all()
    assert (both([ones, 0])[0] == 1).all()


# Batches made ahead


class Halving(data_utils.Sequence):
    def __init__(self):
        super().__init__()
        self.size = 8

    def __len__(self):
        return self.size

    def __getitem__(self, place):
        return place

    def on_epoch_end(self):
        self.size //= 2


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_a_sequence_may_change_its_length_between_epochs(workers):
    sequence = Halving()
    queue = utils.OrderedEnqueuer(sequence)
    queue.start(workers, 10)
    batches = queue.get()
    assert [next(batches) for _ in range(8)] == list(range(8))
    queue.join_end_of_epoch()
    assert len(sequence) == 4
    assert [next(batches) for _ in range(6)] == [0, 1, 2, 3, 0, 1]
    queue.stop()
