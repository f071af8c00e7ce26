"""Data that cannot be trained on is refused before the first step, with what to change."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cornu

CALLS = pytest.mark.parametrize("method", ["fit", "evaluate"])


def call(model: Any, method: str, *data: Any) -> None:
    getattr(model, method)(*data, verbose=0)


# Shapes


@CALLS
def test_wrong_rank(classifier: Any, classes: np.ndarray, saying: Any, method: str) -> None:
    images = np.zeros((10, 2, 2), "float32")
    with saying(ValueError, "(batch=10, 2, 2)", "(batch, 4)", "classifier", "x.reshape(len(x), 4)"):
        call(classifier, method, images, classes)


def test_one_sample_without_its_batch_axis(classifier: Any, saying: Any) -> None:
    with saying(ValueError, "(batch=4,)", "(batch, 4)", "x[np.newaxis]"):
        classifier.predict(np.zeros(4, "float32"), verbose=0)


@CALLS
def test_wrong_feature_count(
    classifier: Any, classes: np.ndarray, saying: Any, method: str
) -> None:
    with saying(ValueError, "(batch=10, 5)", "(batch, 4)", "classifier", "Input(shape=(5,))"):
        call(classifier, method, np.zeros((10, 5), "float32"), classes)


def test_wrong_feature_count_in_a_call(classifier: Any, saying: Any) -> None:
    with saying(ValueError, "classifier", "(None, 5)", "(None, 4)", "Input((5,))"):
        classifier(np.zeros((2, 5), "float32"))


def test_wrong_rank_in_a_layer_call(saying: Any) -> None:
    layer = cornu.layers.Conv2D(3, 2, name="edges")
    with saying(ValueError, "edges", "(batch, height, width, channels)", "(None, 5)"):
        layer(np.zeros((6, 5), "float32"))


def test_shapes_that_do_not_meet_in_a_merge(saying: Any) -> None:
    left, right = cornu.Input((3,)), cornu.Input((4,))
    with saying(ValueError, "sum", "3", "4"):
        cornu.layers.Add(name="sum")([left, right])


def test_a_kernel_larger_than_its_image(saying: Any) -> None:
    with saying(ValueError, "edges", "(None, 3, 3, 1)", "padding='same'"):
        cornu.layers.Conv2D(2, 5, name="edges")(cornu.Input((3, 3, 1)))


def test_a_target_shape_of_another_size(saying: Any) -> None:
    with saying(ValueError, "square", "(None, 6)", "(None, 2, 2)", "-1"):
        cornu.layers.Reshape((2, 2), name="square")(cornu.Input((6,)))


def test_targets_of_another_width(x: np.ndarray, saying: Any) -> None:
    model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(2, name="value")])
    model.compile("sgd", "mse")
    with saying(ValueError, "value", "(batch, 3)", "(batch, 2)", "units"):
        call(model, "fit", x, np.zeros((10, 3), "float32"))


def test_targets_that_broadcast(regressor: Any, x: np.ndarray) -> None:
    with pytest.warns(UserWarning, match=r"\(batch, 3\).*value.*\(batch, 1\).*units.*broadcast"):
        call(regressor, "fit", x, np.zeros((10, 3), "float32"))


def test_one_hot_labels_for_a_sparse_loss(classifier: Any, x: np.ndarray, saying: Any) -> None:
    labels = np.eye(3, dtype="float32")[np.zeros(10, int)]
    with saying(ValueError, "sparse_categorical_crossentropy", "'categorical_crossentropy'"):
        call(classifier, "fit", x, labels)


def test_class_numbers_for_a_one_hot_loss(
    classifier: Any, x: np.ndarray, classes: np.ndarray, saying: Any
) -> None:
    classifier.compile("sgd", "categorical_crossentropy")
    with saying(ValueError, "'sparse_categorical_crossentropy'", "to_categorical"):
        call(classifier, "fit", x, classes)


# Values


@CALLS
@pytest.mark.parametrize(
    ("labels", "remedy"),
    [([1, 2, 3], "y - 1"), ([0, 1, 7], "8 units"), ([-1, 0, 1], "np.unique")],
    ids=["counted from one", "too high", "negative"],
)
def test_labels_out_of_range(
    classifier: Any, x: np.ndarray, saying: Any, method: str, labels: list[int], remedy: str
) -> None:
    y = np.resize(labels, 10)
    with saying(ValueError, "scores", "3", remedy):
        call(classifier, method, x, y)


def test_labels_out_of_range_leave_the_weights_alone(classifier: Any, x: np.ndarray) -> None:
    before = classifier.get_weights()
    with pytest.raises(ValueError, match="scores"):
        classifier.fit(x, np.full(10, 3), batch_size=2, verbose=0)
    for old, new in zip(before, classifier.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@CALLS
def test_nan_labels(regressor: Any, x: np.ndarray, saying: Any, method: str) -> None:
    y = np.ones((10, 1), "float32")
    y[3] = np.nan
    with saying(ValueError, "NaN", "1 of 10", "y[3]", "np.isnan"):
        call(regressor, method, x, y)


def test_words_outside_the_vocabulary(saying: Any) -> None:
    model = cornu.Sequential(
        [
            cornu.Input((3,), dtype="int32"),
            cornu.layers.Embedding(5, 2, name="words"),
            cornu.layers.Flatten(),
            cornu.layers.Dense(1),
        ]
    )
    model.compile("sgd", "mse")
    with saying(ValueError, "words", "5", "input_dim"):
        model.fit(np.full((4, 3), 5), np.zeros((4, 1)), verbose=0)


# Structures


@CALLS
def test_mismatched_lengths(
    classifier: Any, x: np.ndarray, classes: np.ndarray, saying: Any, method: str
) -> None:
    with saying(ValueError, "10", "9", "x", "y"):
        call(classifier, method, x, classes[:9])


def test_mismatched_sample_weights(
    classifier: Any, x: np.ndarray, classes: np.ndarray, saying: Any
) -> None:
    with saying(ValueError, "sample_weight", "4", "10"):
        classifier.fit(x, classes, sample_weight=np.ones(4), verbose=0)


@CALLS
def test_empty_data(classifier: Any, saying: Any, method: str) -> None:
    with saying(ValueError, "empty", "(0, 4)"):
        call(classifier, method, np.zeros((0, 4), "float32"), np.zeros(0, int))


def test_a_generator_that_yields_nothing(classifier: Any, saying: Any) -> None:
    with saying(ValueError, "empty", "batch"):
        classifier.fit(iter(()), steps_per_epoch=3, verbose=0)


def test_no_labels(classifier: Any, x: np.ndarray, saying: Any) -> None:
    with saying(RuntimeError, "no y was passed", "fit(x, y)"):
        classifier.fit(x, verbose=0)


@CALLS
def test_object_arrays(classifier: Any, classes: np.ndarray, saying: Any, method: str) -> None:
    ragged = np.empty(10, dtype=object)
    for index in range(10):
        ragged[index] = [0.0] * (index % 3 + 1)
    with saying(ValueError, "x", "object", "pad_sequences"):
        call(classifier, method, ragged, classes)


def test_lists_of_unequal_length(classifier: Any, saying: Any) -> None:
    with saying(ValueError, "x", "length", "pad_sequences"):
        classifier.predict([[1.0, 2.0], [3.0]], verbose=0)


def test_text(classifier: Any, classes: np.ndarray, saying: Any) -> None:
    with saying(ValueError, "x", "text", "np.unique"):
        classifier.fit(np.array(["a"] * 10), classes, verbose=0)


def test_text_labels(classifier: Any, x: np.ndarray, saying: Any) -> None:
    with saying(ValueError, "y", "np.unique"):
        classifier.fit(x, np.array(["cat", "dog"] * 5), verbose=0)


def _two_inputs() -> Any:
    left, right = cornu.Input((4,), name="left"), cornu.Input((4,), name="right")
    outputs = cornu.layers.Dense(1)(cornu.layers.add([left, right]))
    model = cornu.Model([left, right], outputs, name="pair")
    model.compile("sgd", "mse")
    return model


def test_too_few_inputs(x: np.ndarray, saying: Any) -> None:
    with saying(ValueError, "pair", "2", "left", "right"):
        _two_inputs().fit(x, np.zeros((10, 1)), verbose=0)


def test_an_input_of_unknown_name(x: np.ndarray, saying: Any) -> None:
    with saying(ValueError, "rihgt", "right"):
        _two_inputs().fit({"left": x, "rihgt": x}, np.zeros((10, 1)), verbose=0)


def test_too_many_targets(classifier: Any, x: np.ndarray, classes: np.ndarray, saying: Any) -> None:
    with saying(ValueError, "2", "scores"):
        classifier.fit(x, [classes, classes], verbose=0)


# Arguments of fit


def test_a_split_that_leaves_nothing(
    classifier: Any, x: np.ndarray, classes: np.ndarray, saying: Any
) -> None:
    with saying(ValueError, "validation_split", "10"):
        classifier.fit(x, classes, validation_split=0.99999, verbose=0)
    with saying(ValueError, "validation_split", "1.5"):
        classifier.fit(x, classes, validation_split=1.5, verbose=0)


def test_a_split_of_a_generator(
    classifier: Any, x: np.ndarray, classes: np.ndarray, saying: Any
) -> None:
    with saying(ValueError, "validation_split", "validation_data"):
        classifier.fit(iter([(x, classes)]), validation_split=0.2, verbose=0)


def test_a_batch_size_of_nothing(
    classifier: Any, x: np.ndarray, classes: np.ndarray, saying: Any
) -> None:
    with saying(ValueError, "batch_size", "0"):
        classifier.fit(x, classes, batch_size=0, verbose=0)


def test_a_class_without_weight(
    classifier: Any, x: np.ndarray, classes: np.ndarray, saying: Any
) -> None:
    with saying(ValueError, "class_weight", "'first'"):
        classifier.fit(x, classes, class_weight={"first": 1.0}, verbose=0)


def test_a_misspelt_argument(
    classifier: Any, x: np.ndarray, classes: np.ndarray, saying: Any
) -> None:
    with saying(TypeError, "epoch"):
        classifier.fit(x, classes, epoch=3, verbose=0)
