"""Loaders and data sets of PyTorch, TensorFlow and Hugging Face: the same bits as from arrays.

`hatch run bench:around` runs these, where all three are installed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import datasets
import numpy as np
import pytest
import tensorflow as tf
import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

import cornu
from cornu import layers
from cornu.errors import DataError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(100, 3)).astype("float32")
Y = RNG.integers(0, 2, 100)
WEIGHTS = RNG.uniform(size=100).astype("float32")
BATCH = 32

slices = tf.data.Dataset.from_tensor_slices
tensors = [torch.from_numpy(array) for array in (X, Y, WEIGHTS)]


class Rows(Dataset):
    """Rows by number, their columns by the names of inputs."""

    def __len__(self) -> int:
        return len(X)

    def __getitem__(self, row: int) -> Any:
        return {"first": X[row, :1], "rest": X[row, 1:]}, int(Y[row])


class Stream(IterableDataset):
    """Rows one after the other."""

    def __iter__(self) -> Any:
        return iter(zip(X, Y, strict=True))


def from_generator() -> Any:
    signature = (tf.TensorSpec((3,), tf.float32), tf.TensorSpec((), tf.int64))
    return tf.data.Dataset.from_generator(
        lambda: iter(zip(X, Y, strict=True)), output_signature=signature
    )


# Each is walked like the arrays beside it.
SINGLE: dict[str, Callable[[], Any]] = {
    "DataLoader": lambda: DataLoader(TensorDataset(*tensors[:2]), BATCH),
    "DataLoader of float64": lambda: DataLoader(
        TensorDataset(tensors[0].double(), tensors[1]), BATCH
    ),
    "DataLoader in two processes": lambda: DataLoader(
        TensorDataset(*tensors[:2]), BATCH, num_workers=2
    ),
    "DataLoader of a stream": lambda: DataLoader(Stream(), BATCH),
    "DataLoader of Hugging Face": lambda: DataLoader(
        datasets.Dataset.from_dict({"x": X, "y": Y}).with_format("torch"),
        BATCH,
        collate_fn=lambda rows: tuple(torch.stack([row[key] for row in rows]) for key in "xy"),
    ),
    "tf.data": lambda: slices((X, Y)).batch(BATCH),
    "tf.data, kept and ahead": lambda: slices((X, Y)).cache().batch(BATCH).prefetch(2),
    "tf.data of a generator": lambda: from_generator().batch(BATCH),
    "tf.data, mapped": lambda: slices((X / 2, Y)).map(lambda x, y: (x * 2, y)).batch(BATCH),
    "to_tf_dataset of Hugging Face": lambda: datasets.Dataset.from_dict(
        {"x": X, "y": Y}
    ).to_tf_dataset(BATCH, columns="x", label_cols="y", shuffle=False),
}


def small() -> cornu.Model:
    cornu.set_seed(0)
    model = cornu.Sequential([cornu.Input((3,)), layers.Dense(2, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def named() -> cornu.Model:
    cornu.set_seed(0)
    ends = [cornu.Input((1,), name="first"), cornu.Input((2,), name="rest")]
    model = cornu.Model(ends, layers.Dense(2, activation="softmax")(layers.concatenate(ends)))
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


def trained(make: Callable[[], cornu.Model], *data: Any, **options: Any) -> list[np.ndarray]:
    model = make()
    model.fit(*data, epochs=2, shuffle=False, verbose=0, **options)
    return model.get_weights()


def same(ours: list[np.ndarray], others: list[np.ndarray]) -> None:
    for one, other in zip(ours, others, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", SINGLE)
def test_fit_learns_the_same(name: str) -> None:
    same(trained(small, SINGLE[name]()), trained(small, X, Y, batch_size=BATCH))


@pytest.mark.parametrize("name", SINGLE)
def test_evaluate_and_predict_see_the_same(name: str) -> None:
    model, data = small(), SINGLE[name]()
    expected = model.evaluate(X, Y, batch_size=BATCH, verbose=0)
    assert model.evaluate(data, verbose=0) == expected
    rows = model.predict(data, verbose=0)  # targets are left aside
    np.testing.assert_array_equal(rows, model.predict(X, batch_size=BATCH, verbose=0))


@pytest.mark.parametrize("name", SINGLE)
def test_each_serves_as_validation_data(name: str) -> None:
    ours = small().fit(X, Y, validation_data=SINGLE[name](), verbose=0)
    arrays = small().fit(X, Y, validation_data=(X, Y), verbose=0)
    assert ours.history == arrays.history


NAMED: dict[str, Callable[[], Any]] = {
    "DataLoader": lambda: DataLoader(Rows(), BATCH),
    "tf.data": lambda: slices(({"first": X[:, :1], "rest": X[:, 1:]}, Y)).batch(BATCH),
    "tf.data of tuples": lambda: slices(((X[:, :1], X[:, 1:]), Y)).batch(BATCH),
}


@pytest.mark.parametrize("name", NAMED)
def test_inputs_by_name_and_in_order(name: str) -> None:
    arrays = {"first": X[:, :1], "rest": X[:, 1:]}
    same(trained(named, NAMED[name]()), trained(named, arrays, Y, batch_size=BATCH))


@pytest.mark.parametrize(
    "data",
    [
        lambda: DataLoader(TensorDataset(*tensors), BATCH),
        lambda: slices((X, Y, WEIGHTS)).batch(BATCH),
    ],
    ids=["DataLoader", "tf.data"],
)
def test_weights_of_samples_come_along(data: Any) -> None:
    same(trained(small, data()), trained(small, X, Y, sample_weight=WEIGHTS, batch_size=BATCH))


@pytest.mark.parametrize(
    "data", [lambda: tensors[:2], lambda: (tf.constant(X), tf.constant(Y))], ids=["torch", "tf"]
)
def test_tensors_are_arrays(data: Any) -> None:
    same(trained(small, *data(), batch_size=BATCH), trained(small, X, Y, batch_size=BATCH))
    np.testing.assert_array_equal(np.asarray(small()(data()[0])), np.asarray(small()(X)))


def test_an_endless_data_set_in_steps() -> None:
    steps = -(-len(X) // BATCH)
    endless = slices((X, Y)).batch(BATCH).repeat()
    same(trained(small, endless, steps_per_epoch=steps), trained(small, X, Y, batch_size=BATCH))


def test_text_and_layers_that_adapt() -> None:
    words = slices(["a b", "b c", "b"]).batch(2)
    lookup = layers.TextVectorization(output_mode="multi_hot")
    lookup.adapt(words)
    assert lookup.get_vocabulary()[:2] == ["[UNK]", "b"]
    inputs = cornu.Input((1,), dtype="string")
    model = cornu.Model(inputs, lookup(inputs))
    rows = slices(np.array([["b"], ["z"]])).batch(2)
    np.testing.assert_array_equal(model.predict(rows, verbose=0), [[0, 1, 0, 0], [1, 0, 0, 0]])
    scale = layers.Normalization()
    scale.adapt(slices(X).batch(BATCH))
    np.testing.assert_allclose(np.ravel(scale.mean), X.mean(axis=0), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (lambda: slices((X, Y)), r"\.batch\(32\)"),
        (lambda: DataLoader(TensorDataset(*tensors[:2]), batch_size=None), "batch_size=32"),
        (lambda: TensorDataset(*tensors[:2]), r"DataLoader\(x, batch_size=32\)"),
    ],
    ids=["tf.data", "DataLoader", "Dataset"],
)
def test_what_gives_single_samples_is_told_to_make_batches(data: Any, advice: str) -> None:
    with pytest.raises(DataError, match=advice):
        small().fit(data(), verbose=0)
