"""Data, and arguments about it, that cannot be meant: the message says what to change."""

import numpy as np
import pytest

from cornu.errors import DataError, ShapeError
from cornu_data import KnownInput, as_triple, make_source
from cornu_data.split import train_validation_split


@pytest.mark.parametrize("batch_size", [0, -1, 2.5, True, "8"])
def test_batch_sizes_that_cannot_be(batch_size):
    with pytest.raises(DataError, match="batch_size="):
        make_source(np.arange(4), batch_size=batch_size)


def test_targets_cannot_stand_beside_a_stream():
    with pytest.raises(DataError, match=r"x is a generator, which makes whole batches, so y "):
        make_source((i for i in ()), np.zeros(2))


@pytest.mark.parametrize("x", ["text", b"bytes", 3, range(3), {1, 2}, object()])
@pytest.mark.parametrize("y", [None, np.zeros(3)])
def test_what_holds_no_batches_is_no_stream(x, y):
    with pytest.raises(DataError, match=rf"x is of type {type(x).__name__}\. Pass arrays, a list"):
        make_source(x, y)


def test_a_generator_function_must_be_called():
    def made():
        yield np.zeros(2)

    with pytest.raises(DataError, match=r"the function made\. Pass what it returns"):
        make_source(made)


@pytest.mark.parametrize(
    ("samples", "fraction", "first"), [(10, 0.2, 8), (10, 0.25, 7), (7, 0.3, 4), (3, 0.5, 1)]
)
def test_validation_split_is_taken_from_the_end(samples, fraction, first):
    (x, none), (last, _) = train_validation_split((np.arange(samples), None), fraction)
    assert x.tolist() == list(range(first))
    assert last.tolist() == list(range(first, samples))
    assert none is None


@pytest.mark.parametrize("fraction", [1.0, -0.1, 1.5, "0.2", [0.2]])
def test_validation_splits_that_leave_nothing(fraction):
    with pytest.raises(DataError, match="validation_split="):
        train_validation_split((np.arange(10),), fraction)


INPUT = [KnownInput("features", (None, 20))]
IMAGE = [KnownInput("image", (None, 28, 28, 1))]


@pytest.mark.parametrize(
    ("x", "inputs", "error", "words"),
    [
        (
            np.zeros((5, 19)),
            INPUT,
            ShapeError,
            r"\(batch=5, 19\).*'features'.*\(batch, 20\).*19 fea",
        ),
        (
            np.zeros(20),
            INPUT,
            ShapeError,
            r"one sample without a batch axis: pass x\[np\.newaxis\]",
        ),
        (np.zeros((5, 4, 5)), INPUT, ShapeError, r"x = x\.reshape\(len\(x\), 20\)"),
        (np.zeros((5, 27, 27, 1)), IMAGE, ShapeError, r"Resize x.*Input\(shape=\(27, 27, 1\)\)"),
        (np.zeros((5, 1, 28, 28)), IMAGE, ShapeError, r"another order: np\.moveaxis"),
        (np.zeros((5, 784)), IMAGE, ShapeError, r"x\.reshape\(len\(x\), 28, 28, 1\)"),
        ([np.zeros((5, 20))] * 2, INPUT, DataError, r"takes 1 input \(features\), but x holds 2"),
    ],
)
def test_inputs_that_do_not_fit(x, inputs, error, words):
    with pytest.raises(error, match=words):
        make_source(x, inputs=inputs)


def test_a_last_axis_of_one_is_added_or_taken_away():
    assert make_source(np.zeros((5, 28, 28)), inputs=IMAGE).arrays[0].shape == (5, 28, 28, 1)
    vector = [KnownInput("v", (None, 3))]
    assert make_source(np.zeros((5, 3, 1)), inputs=vector).arrays[0].shape == (5, 3)


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (np.zeros((5, 2)), np.zeros(4), r"x has 5 .*y has 4.*first 4"),
        (np.zeros((0, 2)), np.zeros(0), r"The data is empty: x has shape \(0, 2\)"),
        (np.zeros((5, 2)), np.zeros((1, 5)), r"is y transposed"),
        (np.zeros((5, 2)), np.float32(3), r"y is the single number 3\.0"),
        (None, None, "There is no data"),
    ],
)
def test_lengths_that_do_not_fit(x, y, words):
    with pytest.raises(DataError, match=words):
        make_source(x, y)


def test_class_weights_name_numbers():
    with pytest.raises(DataError, match=r"class_weight names the class 'first', but"):
        make_source(np.zeros((2, 1)), np.array([0, 1]), class_weight={"first": 1.0})


def test_steps_that_are_quotients_are_rounded_up():
    source = make_source(np.zeros((10, 1)), steps=10 / 4, batch_size=4)
    assert source.steps_per_epoch == 3
    assert make_source(iter([]), steps=np.int64(2)).steps_per_epoch == 2
    for wrong in (-1, "3", True, float("nan")):
        with pytest.raises(DataError, match=r"is not a number of batches"):
            make_source(np.zeros((10, 1)), steps=wrong)


def test_class_weights_are_a_dict():
    with pytest.raises(DataError, match=r"as in class_weight=\{0: 1\.0, 1: 3\.0\}"):
        make_source(np.zeros((4, 1)), np.zeros(4), class_weight=[1, 3.0])
    with pytest.raises(DataError, match=r"class_weight='auto' is no dict"):
        make_source(np.zeros((4, 1)), np.zeros(4), class_weight="auto")


@pytest.mark.parametrize(
    ("dtype", "x", "fits"),
    [
        ("int32", np.array([[2**31 - 1]]), True),
        ("int32", np.array([[2**31]]), False),
        ("int32", np.array([[-(2**31) - 1]]), False),
        ("int32", np.array([[2**31]], "uint32"), False),
        ("int32", np.array([[3e9]]), False),
        ("int32", np.array([[np.nan]]), False),
        ("uint8", np.array([[256]]), False),
        ("uint8", np.array([[-1]]), False),
        ("int64", np.array([[2**40]]), True),
        ("float32", np.array([[2**40]]), True),
    ],
)
def test_numbers_beyond_the_integers_of_an_input_are_refused(dtype, x, fits):
    known = [KnownInput("words", (None, 1), dtype)]
    arguments = (x, None, None, known, "net")
    if fits:
        assert as_triple(*arguments)[0].shape == (1, 1)
        return
    with pytest.raises(DataError, match=rf"x holds .*input 'words' takes {dtype} numbers"):
        as_triple(*arguments)
