"""Sequences: the results of keras_preprocessing 1.1.2 (Keras 2.3.1); errors name the item."""

from __future__ import annotations

import collections
import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cornu
from cornu.errors import DataError, ShapeError
from cornu_preprocessing import sequence
from cornu_preprocessing.sequence.integers import flat_integers

RECORDED = json.loads(
    (Path(__file__).parent / "recorded" / "keras_preprocessing.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("rows", "kwargs", "expected", "dtype"), RECORDED["pad"])
def test_pad_sequences_gives_what_keras_gave(rows, kwargs, expected, dtype):
    padded = sequence.pad_sequences(rows, **kwargs)
    assert padded.tolist() == expected
    assert str(padded.dtype) == dtype


@given(
    rows=st.lists(st.lists(st.integers(-(2**40), 2**40), max_size=7), min_size=1, max_size=9),
    maxlen=st.none() | st.integers(1, 8),
    padding=st.sampled_from(["pre", "post"]),
    truncating=st.sampled_from(["pre", "post"]),
    as_arrays=st.booleans(),
)
def test_pad_sequences_cuts_first_and_then_fills(rows, maxlen, padding, truncating, as_arrays):
    given_rows = [np.array(row, "int64") for row in rows] if as_arrays else rows
    padded = sequence.pad_sequences(given_rows, maxlen, "int64", padding, truncating, -7)
    length = max(map(len, rows)) if maxlen is None else maxlen
    assert padded.shape == (len(rows), length)
    assert padded.tolist() == [padded_row(row, length, padding, truncating) for row in rows]


def padded_row(row, length, padding, truncating):
    cut = row[max(len(row) - length, 0) :] if truncating == "pre" else row[:length]
    fill = [-7] * (length - len(cut))
    return fill + cut if padding == "pre" else cut + fill


@pytest.mark.parametrize(
    "kind", [tuple, collections.deque, lambda rows: dict(enumerate(rows)).values()]
)
def test_pad_sequences_takes_any_collection(kind):
    assert sequence.pad_sequences(kind([[1], [2, 3]])).tolist() == [[0, 1], [2, 3]]


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_pad_sequences_over_many_blocks_of_rows(kind):
    rows = [list(range(n % 23)) for n in range(3000)]
    padded = sequence.pad_sequences([kind(row) for row in rows], maxlen=10, value=-7)
    assert padded.tolist() == [padded_row(row, 10, "pre", "pre") for row in rows]


LONG_ROWS = [list(range(n, n + 90 + n % 70)) for n in range(40)] + [[]]


@pytest.mark.parametrize("dtype", ["int32", "int64", ">i4", "float32", "float16", "uint8", object])
@pytest.mark.parametrize("side", ["pre", "post"])
@pytest.mark.parametrize("maxlen", [None, 120])
def test_pad_sequences_of_long_lists(dtype, side, maxlen):
    rows = [[x % 200 for x in row] for row in LONG_ROWS]
    length = maxlen or 129
    padded = sequence.pad_sequences(rows, maxlen, dtype, side, side, value=7)
    assert padded.dtype == np.dtype(dtype)
    for found, row in zip(padded.tolist(), rows, strict=True):
        assert found == [7 if x == -7 else x for x in padded_row(row, length, side, side)]


@pytest.mark.parametrize(
    ("odd", "dtype", "expected"),
    [(2.9, "int32", 2), (True, "int32", 1), (np.int64(5), "i4", 5), (np.float32(1.5), "f8", 1.5)],
)
def test_pad_sequences_takes_any_numbers_among_many(odd, dtype, expected):
    rows = [[*row, odd] for row in LONG_ROWS]
    padded = sequence.pad_sequences(rows, dtype=dtype)
    assert (padded[:, -1] == expected).all()
    assert padded[3, -91:-1].tolist() == LONG_ROWS[3][-90:]


def test_pad_sequences_names_what_it_cannot_take_among_many():
    rows = [list(row) for row in LONG_ROWS]
    rows[17][40] = "x"
    with pytest.raises(DataError, match=r"sequences\[17\] holds 'x'"):
        sequence.pad_sequences(rows)


@pytest.mark.parametrize(
    ("rows", "kwargs", "error", "message"),
    [
        ([[1], 2], {}, DataError, r"sequences\[1\] is 2"),
        ([[1], None], {}, DataError, r"sequences\[1\] is None"),
        ([[1, None], [2]], {}, DataError, r"sequences\[0\] holds None"),
        ([[1], [2, "x"]], {}, DataError, r"sequences\[1\] holds 'x'"),
        ([[1], [2**70]], {}, DataError, r"sequences\[1\] holds 1180591620717411303424"),
        (["abc"], {}, DataError, r"sequences\[0\] is the text 'abc'"),
        ([[1], [[2, 3]]], {}, ShapeError, r"sequences\[1\] has features of shape \(2,\)"),
        ([[[1, 2]], [[2, 3, 4]]], {}, ShapeError, r"sequences\[1\] has features of shape \(3,\)"),
        ([[[1, 2], [3]]], {}, ShapeError, r"sequences\[0\] holds parts of different lengths"),
        ([], {}, DataError, "sequences is empty"),
        (iter([[1]]), {}, DataError, "has no length"),
        ([[1]], {"padding": "pst"}, DataError, r"padding='pst' must be .* Did you mean 'post'"),
        ([[1]], {"truncating": 0}, DataError, "truncating=0"),
        ([[1]], {"maxlen": -1}, DataError, "maxlen=-1"),
        ([[1]], {"value": "x"}, DataError, "dtype=object"),
    ],
)
def test_pad_sequences_names_what_it_cannot_take(rows, kwargs, error, message):
    with pytest.raises(error, match=message):
        sequence.pad_sequences(rows, **kwargs)


def test_pad_sequences_without_sequences_or_without_length():
    assert sequence.pad_sequences([], maxlen=3).shape == (0, 3)
    assert sequence.pad_sequences([[1, 2]], maxlen=0).shape == (1, 0)


def test_keras_3_finds_it_among_the_utilities():
    assert cornu.utils.pad_sequences is sequence.pad_sequences


@pytest.mark.parametrize(("kwargs", "table", "couples", "labels"), RECORDED["skipgrams"])
def test_skipgrams_draws_what_keras_drew(kwargs, table, couples, labels):
    if table:
        kwargs = {**kwargs, "sampling_table": sequence.make_sampling_table(10, 0.01)}
    random.seed(7)
    assert sequence.skipgrams([1, 2, 3, 0, 4, 5, 2, 9, 0, 7], 10, **kwargs) == (couples, labels)


def test_skipgrams_with_a_seed_needs_no_other():
    first, second = (
        (random.seed(n), sequence.skipgrams(range(1, 50), 50, seed=4))[1] for n in (1, 2)
    )
    assert first == second
    assert first != sequence.skipgrams(range(1, 50), 50, seed=5)


def test_skipgrams_has_as_many_negative_samples_as_asked_for():
    _, labels = sequence.skipgrams([1, 2, 3, 4], 9, negative_samples=1.5, seed=0)
    assert labels.count(0) == int(1.5 * labels.count(1)) > 0
    assert sequence.skipgrams([], 9) == ([], [])


@pytest.mark.parametrize("word", [None, -1, 10, 1.5, "a"])
def test_skipgrams_names_the_word_it_cannot_take(word):
    with pytest.raises(DataError, match=r"sequence\[1\]"):
        sequence.skipgrams([1, word], 10)


@pytest.mark.parametrize(("size", "factor", "expected"), RECORDED["table"])
def test_sampling_table_is_that_of_keras(size, factor, expected):
    np.testing.assert_allclose(sequence.make_sampling_table(size, factor), expected, rtol=1e-12)


@pytest.mark.parametrize(("kwargs", "count", "batches"), RECORDED["timeseries"])
@pytest.mark.parametrize("as_list", [False, True])
def test_timeseries_generator_gives_what_keras_gave(kwargs, count, batches, as_list):
    data, targets = np.arange(60).reshape(30, 2), np.arange(30)
    np.random.seed(5)
    if as_list:
        data, targets = data.tolist(), targets.tolist()
    windows = sequence.TimeseriesGenerator(data, targets, **kwargs)
    assert len(windows) == windows.num_batches == count
    assert [[x.tolist(), y.tolist()] for x, y in windows] == batches


def test_timeseries_generator_survives_json():
    windows = sequence.TimeseriesGenerator(
        np.arange(20.0).reshape(10, 2), np.arange(10), 3, start_index=2, batch_size=2
    )
    again = sequence.timeseries_generator_from_json(windows.to_json())
    assert again.get_config() == windows.get_config()
    for (x, y), (x_again, y_again) in zip(windows, again, strict=True):
        np.testing.assert_array_equal(x, x_again)
        np.testing.assert_array_equal(y, y_again)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], [1], 1), "one target per entry"),
        (([1, 2], [1, 2], 2), "not one window fits"),
        (([1, 2], [1, 2], 0), "length=0"),
    ],
)
def test_timeseries_generator_names_what_does_not_fit(arguments, message):
    with pytest.raises(DataError, match=message):
        sequence.TimeseriesGenerator(*arguments)


@pytest.mark.parametrize(
    ("kwargs", "starts"),
    [
        ({}, range(8)),
        ({"sequence_stride": 3}, range(0, 8, 3)),
        ({"sampling_rate": 2}, range(6)),
        ({"start_index": 2, "end_index": 9}, range(2, 7)),
    ],
)
@pytest.mark.parametrize("batch_size", [1, 3, 128])
def test_timeseries_dataset_holds_every_window(kwargs, starts, batch_size):
    data, rate = np.arange(20).reshape(10, 2), kwargs.get("sampling_rate", 1)
    windows = sequence.timeseries_dataset_from_array(
        data, np.arange(10) * 10, 3, batch_size=batch_size, **kwargs
    )
    x = np.concatenate([x for x, _ in windows])
    y = np.concatenate([y for _, y in windows])
    assert len(windows) == -(-len(starts) // batch_size)
    np.testing.assert_array_equal(x, [data[s : s + 3 * rate : rate] for s in starts])
    np.testing.assert_array_equal(y, [s * 10 for s in starts])


def test_timeseries_dataset_shuffles_as_keras_does():
    windows = sequence.timeseries_dataset_from_array(
        np.arange(10), None, 3, shuffle=True, seed=3, batch_size=None
    )
    starts = np.arange(8)
    np.random.RandomState(3).shuffle(starts)
    assert [int(x[0]) for x in windows] == starts.tolist()
    second, third = ([int(x[0]) for x in windows] for _ in range(2))
    assert sorted(second) == sorted(third) == list(range(8))
    assert second != third != starts.tolist()  # a new order in each epoch


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"sequence_length": 11}, "Not one window fits"),
        ({"sequence_length": 0}, "sequence_length=0"),
        ({"sampling_rate": 0}, "sampling_rate=0"),
        ({"sequence_stride": 10}, "sequence_stride=10"),
        ({"start_index": 10}, "start_index=10"),
        ({"start_index": 5, "end_index": 5}, "end_index=5"),
        ({"format": "csv"}, "format='csv'"),
    ],
)
def test_timeseries_dataset_names_what_does_not_fit(kwargs, message):
    with pytest.raises(DataError, match=message):
        sequence.timeseries_dataset_from_array(
            np.arange(10), None, **{"sequence_length": 3, **kwargs}
        )


ANYTHING = st.recursive(
    st.integers() | st.integers(-200, 200) | st.floats() | st.booleans() | st.none() | st.text(),
    lambda part: st.lists(part, max_size=3),
    max_leaves=6,
)


@given(st.lists(st.lists(ANYTHING, max_size=4), max_size=4))
def test_integers_are_never_mistaken(rows):
    flat = [item for row in rows for item in row]
    found = flat_integers(rows, len(flat))
    small = all(type(item) is int and -(2**31) <= item < 2**31 for item in flat)
    assert (found is not None) == small
    if small:
        assert found.tolist() == flat
