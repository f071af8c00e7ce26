"""Data sets of batches: by number, shuffled, as views, split, and from directories of texts."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest

import cornu
from cornu import utils
from cornu.errors import DataError
from cornu_preprocessing.dataset import Batches
from cornu_preprocessing.directory import list_directory


def numbers(count=10, **options):
    return Batches(count, lambda rows: (rows, rows * 10), **{"batch_size": 4, **options})


def x_of(data):
    return [x.tolist() for x, _ in data]


def test_batches_hold_every_row_once():
    assert x_of(numbers()) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert numbers()[-1][1].tolist() == [80, 90]
    with pytest.raises(IndexError, match="has 3"):
        numbers()[3]
    assert [int(x) for x, _ in numbers(batch_size=None)] == list(range(10))


def test_shuffled_batches_differ_from_pass_to_pass_and_repeat_with_the_seed():
    first, again = (numbers(shuffle=True, seed=3) for _ in range(2))
    passes = [list(chain(*x_of(first))) for _ in range(3)]
    assert len({tuple(order) for order in passes}) == 3
    assert all(sorted(order) == list(range(10)) for order in passes)
    assert [list(chain(*x_of(again))) for _ in range(3)] == passes


def test_views():
    data = numbers()
    assert [batch.tolist() for batch in data.map(lambda x, y: x + y)][-1] == [88, 99]
    assert x_of(data.take(1)) == [[0, 1, 2, 3]]
    assert x_of(data.skip(1)) == [[4, 5, 6, 7], [8, 9]]
    assert x_of(data.skip(1).take(-1)) == x_of(data.skip(1))
    assert len(data.take(9)) == data.cardinality() == 3
    assert x_of(numbers(batch_size=None).batch(6)) == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9]]
    assert x_of(numbers(batch_size=None).batch(6, drop_remainder=True)) == [[0, 1, 2, 3, 4, 5]]
    assert np.shape(numbers(8).batch(2)[0][0]) == (2, 4)


def test_a_cache_makes_each_batch_once():
    made = []
    data = Batches(4, lambda rows: made.append(rows) or rows, batch_size=2).cache()
    assert [b.tolist() for b in data] == [b.tolist() for b in data]
    assert len(made) == 2


def test_layers_adapt_to_them_and_models_predict_with_threads_ahead():
    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    data = Batches(64, lambda rows: (x[rows], x[rows].sum(1)), batch_size=16, shuffle=True)
    mean = cornu.layers.Normalization()
    mean.adapt(data)
    np.testing.assert_allclose(mean.adapt_mean.numpy(), x.mean(0), rtol=1e-4, atol=1e-6)
    inputs = cornu.Input((3,))
    model = cornu.Model(inputs, mean(inputs))
    assert model.predict(data.map(lambda x, y: x).prefetch(2), verbose=0).shape == (64, 3)


ARRAYS = (np.arange(10), np.arange(10) * 2)


@pytest.mark.parametrize(
    ("sizes", "left", "right"),
    [
        ({"left_size": 0.7}, range(7), range(7, 10)),
        ({"right_size": 2}, range(8), range(8, 10)),
        ({"left_size": 3, "right_size": 0.2}, range(3), range(8, 10)),
    ],
)
def test_split_dataset_takes_the_left_from_the_front_and_the_right_from_the_end(sizes, left, right):
    for data in (ARRAYS, list(ARRAYS), iter(list(zip(*ARRAYS, strict=True)))):
        parts = utils.split_dataset(data, **sizes)
        assert [[int(x) for x, _ in part] for part in parts] == [list(left), list(right)]
        assert all(int(y) == 2 * int(x) for part in parts for x, y in part)


def test_split_dataset_of_a_dictionary_and_of_batches():
    left, right = utils.split_dataset({"a": np.arange(4), "b": np.ones((4, 2))}, 0.5)
    assert left[1]["b"].shape == (2,)
    assert right.batch(2)[0]["a"].tolist() == [2, 3]
    left, right = utils.split_dataset(numbers(8), 1)
    assert (x_of(left), x_of(right)) == ([[0, 1, 2, 3]], [[4, 5, 6, 7]])


def test_split_dataset_shuffles_by_the_seed():
    parts = [utils.split_dataset(np.arange(50), 25, shuffle=True, seed=1) for _ in range(2)]
    first, second = ([int(x) for part in pair for x in part] for pair in parts)
    assert first == second != list(range(50))
    assert sorted(first) == list(range(50))


@pytest.mark.parametrize(
    ("data", "sizes", "message"),
    [
        (ARRAYS, {}, "Pass left_size"),
        (ARRAYS, {"left_size": 10}, "left_size=10 must be an integer from 1 to 9"),
        (ARRAYS, {"left_size": 1.5}, "left_size=1.5"),
        (ARRAYS, {"left_size": 0.8, "right_size": 0.4}, "8 to the left and 4 to the right"),
        (ARRAYS, {"left_size": 0.01}, "0 to the left"),
        ((np.arange(3), np.arange(4)), {"left_size": 1}, "differ in length"),
        (iter([]), {"left_size": 1}, "empty"),
        (None, {"left_size": 1}, "nothing to split"),
        ("abc", {"left_size": 1}, "nothing to split"),
    ],
)
def test_split_dataset_names_what_it_cannot_do(data, sizes, message):
    with pytest.raises(DataError, match=message):
        utils.split_dataset(data, **sizes)


@pytest.fixture
def letters(tmp_path):
    """A directory of texts in three classes; one file has another ending."""
    for kind in "cab":
        (tmp_path / kind).mkdir()
        for number in range(4):
            (tmp_path / kind / f"{number}.txt").write_text(f"{kind}{number} ö", encoding="utf-8")
    (tmp_path / "a" / "notes.md").write_text("not this")
    (tmp_path / ".hidden").mkdir()
    return tmp_path


def test_texts_of_a_directory(letters, capsys):
    data = utils.text_dataset_from_directory(letters, shuffle=False, batch_size=5)
    assert "Found 12 files belonging to 3 classes." in capsys.readouterr().out
    texts, labels = zip(*data, strict=True)
    assert np.concatenate(texts).tolist() == [f"{k}{n} ö" for k in "abc" for n in range(4)]
    assert np.concatenate(labels).tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert (data.class_names, labels[0].dtype) == (["a", "b", "c"], np.int32)
    assert data.file_paths[0] == str(letters / "a" / "0.txt")


def test_labels_in_every_mode(letters):
    def labels(**kwargs):
        data = utils.text_dataset_from_directory(letters, shuffle=False, verbose=False, **kwargs)
        return data[0][1]

    np.testing.assert_array_equal(
        labels(label_mode="categorical"), np.repeat(np.eye(3, dtype="float32"), 4, axis=0)
    )
    two = labels(label_mode="binary", class_names=["c", "a"])
    assert two[:, 0].tolist() == [0.0] * 4 + [1.0] * 4
    assert labels(labels=list(range(12))).tolist() == list(range(12))
    for kwargs in ({"labels": None}, {"label_mode": None}):
        data = utils.text_dataset_from_directory(letters, verbose=False, **kwargs)
        assert data[0].shape == (12,)
        assert data.class_names is None


def test_a_split_of_a_directory_is_the_one_of_keras(letters):
    def files(subset):
        return utils.text_dataset_from_directory(
            letters, validation_split=0.25, subset=subset, seed=3, verbose=False
        )

    order = list_directory(letters, "inferred", formats=(".txt",)).paths
    np.random.RandomState(3).shuffle(order)  # as Keras 3.15.1 does it
    assert files("training").file_paths == order[:9]
    assert files("validation").file_paths == order[9:]
    assert [part.file_paths for part in files("both")] == [order[:9], order[9:]]


def test_a_text_is_cut_between_characters(letters):
    data = utils.text_dataset_from_directory(
        letters, shuffle=False, max_length=4, batch_size=None, verbose=False
    )
    assert data[0][0] == "a0 "  # the fourth byte is half of an ö


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"class_names": ["a", "z"]}, "no subdirectory for the classes 'z'"),
        ({"label_mode": "binary"}, "there are 3: a, b, c"),
        ({"label_mode": "ints"}, "Did you mean 'int'"),
        ({"labels": [1, 2]}, "2 labels, but 12 files"),
        ({"labels": "guessed"}, "labels='guessed'"),
        ({"labels": [0] * 12, "class_names": ["a"]}, "labels='inferred' only"),
        ({"validation_split": 0.2}, "go together"),
        ({"validation_split": 2, "subset": "both"}, "validation_split=2"),
        ({"validation_split": 0.2, "subset": "test"}, "subset='test'"),
        ({"validation_split": 0.2, "subset": "both"}, "Pass a seed"),
        ({"validation_split": 0.01, "subset": "validation", "seed": 1}, "validation subset"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"format": "csv"}, "format='csv'"),
    ],
)
def test_what_does_not_fit_a_directory(letters, kwargs, message):
    with pytest.raises(DataError, match=message):
        utils.text_dataset_from_directory(letters, verbose=False, **kwargs)


def test_directories_without_files_or_classes(tmp_path):
    with pytest.raises(DataError, match="no subdirectories to infer labels from"):
        utils.text_dataset_from_directory(tmp_path)
    with pytest.raises(DataError, match="has no files"):
        utils.text_dataset_from_directory(tmp_path, labels=None, verbose=False)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        utils.text_dataset_from_directory(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError, match="is a file"):
        utils.text_dataset_from_directory(tmp_path / "file")


def test_a_file_that_is_no_utf_8_is_named(letters):
    (letters / "b" / "2.txt").write_bytes(b"caf\xe9")
    data = utils.text_dataset_from_directory(letters, verbose=False)
    with pytest.raises(DataError, match=r"2\.txt' is not UTF-8"):
        list(data)
