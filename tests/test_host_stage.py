"""The part of a model that runs on arrays, before the program: layers on text, and of Python."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.base import HostLayer, Layer
from cornu.errors import DataError, SavingError, TracedValueError

WORDS = np.array(["a", "abc", "ab", "abcd", "", "abcdef"], dtype=object)
LENGTHS = np.array([1, 3, 2, 4, 0, 6], "float32")
TARGETS = 2 * LENGTHS + 1


class Length(HostLayer):
    """The lengths of words."""

    text = True
    output_dtype = "int32"

    def call(self, inputs):
        return np.vectorize(len, otypes=["int32"])(inputs)

    def compute_output_shape(self, input_shape):
        return input_shape


class Letters(HostLayer):
    """The letters of words, as many as the longest of a batch has."""

    text = True
    output_dtype = "int32"

    def call(self, inputs):
        words = np.asarray(inputs, object).reshape(-1)
        rows = np.zeros((len(words), max(map(len, words))), "int32")
        for row, word in zip(rows, words, strict=True):
            row[: len(word)] = [ord(letter) - 96 for letter in word]
        return rows

    def compute_output_shape(self, input_shape):
        return (input_shape[0], None)


class Upper(HostLayer):
    """Words in capitals: text again."""

    text = True
    output_dtype = "string"

    def call(self, inputs):
        return np.vectorize(str.upper, otypes=[object])(inputs)

    def compute_output_shape(self, input_shape):
        return input_shape


class Steps(HostLayer):
    """What only Python can do with numbers."""

    output_dtype = "float32"

    def call(self, inputs):
        return np.array([[float(f"{x:.0f}") for x in row] for row in inputs], "float32")

    def compute_output_shape(self, input_shape):
        return input_shape


class Line(Layer):
    def build(self, input_shape):
        self.slope = self.add_weight("slope", (), initializer="ones")
        self.base = self.add_weight("base", (), initializer="zeros")

    def call(self, inputs):
        return ops.cast(inputs, "float32") * self.slope + self.base


def functional():
    x = cornu.Input((1,), dtype="string", name="word")
    return cornu.Model(x, Line()(Length()(x)))


def stack():
    return cornu.Sequential([Length(), Line()])


class Subclassed(cornu.Model):
    def __init__(self):
        super().__init__()
        self.length, self.line = Length(), Line()

    def call(self, inputs):
        return self.line(self.length(inputs))


def nested():
    x = cornu.Input((1,), dtype="string")
    return cornu.Model(x, functional()(x) * 1.0)


MODELS = {"functional": functional, "stack": stack, "subclassed": Subclassed, "nested": nested}


@pytest.mark.parametrize("eagerly", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_a_model_that_takes_text_learns_evaluates_and_predicts(name, eagerly):
    model = MODELS[name]()
    model.compile(cornu.optimizers.SGD(0.02), "mse", run_eagerly=eagerly)
    x = WORDS.reshape(-1, 1)
    epochs = 20 if eagerly else 300
    losses = model.fit(x, TARGETS.reshape(-1, 1), 3, epochs, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 10
    found = model.predict(x, verbose=0)
    slope, base = (float(w) for w in model.get_weights())
    np.testing.assert_allclose(found[:, 0], slope * LENGTHS + base, rtol=1e-5)
    np.testing.assert_allclose(np.asarray(model(x)), found, rtol=1e-6)
    expected = np.mean((found[:, 0] - TARGETS) ** 2)
    assert model.evaluate(x, TARGETS.reshape(-1, 1), verbose=0) == pytest.approx(expected, rel=1e-4)


def batches():
    while True:
        yield WORDS.reshape(-1, 1), TARGETS


@pytest.mark.parametrize(
    "train",
    [
        lambda m: m.fit([(WORDS, TARGETS)] * 2, verbose=0),
        lambda m: m.fit(batches(), steps_per_epoch=2, verbose=0),
        lambda m: m.fit(WORDS, TARGETS, validation_split=0.5, shuffle="batch", verbose=0),
        lambda m: m.fit(list(WORDS), TARGETS, validation_data=(WORDS, TARGETS), verbose=0),
        lambda m: m.fit({"word": WORDS}, TARGETS, sample_weight=TARGETS, verbose=0),
        lambda m: m.train_on_batch(WORDS, TARGETS),
        lambda m: m.test_on_batch(WORDS.reshape(-1, 1), TARGETS),
    ],
)
def test_text_in_every_form_of_data(train):
    model = functional()
    model.compile("sgd", "mse")
    train(model)
    assert model.predict(WORDS.astype(str), batch_size=4, verbose=0).shape == (6, 1)
    assert model.predict_on_batch(["a", "abc"]).shape == (2, 1)
    assert np.asarray(model(["a", "abc"])).shape == (2, 1)


def test_training_is_the_one_on_numbers():
    """The stage adds nothing but its results."""
    given = functional()
    x = cornu.Input((1,), dtype="int32")
    numbers = cornu.Model(x, Line()(x))
    for model, data in ((given, WORDS), (numbers, LENGTHS.astype("int32"))):
        model.compile(cornu.optimizers.SGD(0.02), "mse")
        model.fit(data, TARGETS, batch_size=2, epochs=5, shuffle=False, verbose=0)
    np.testing.assert_array_equal(given.get_weights(), numbers.get_weights())


def test_sizes_that_the_text_decides():
    x = cornu.Input((1,), dtype="string")
    letters = Letters()(x)
    assert letters.shape == (None, None)
    model = cornu.Model(x, ops.sum(Line()(letters), axis=1))
    found = model.predict(WORDS, batch_size=2, verbose=0)
    np.testing.assert_array_equal(found, [sum(ord(c) - 96 for c in word) for word in WORDS])
    assert len(model._steps.stages) == 1  # one stage, and a program for each length


def test_text_becomes_other_text_before_it_becomes_numbers():
    x = cornu.Input((1,), dtype="string")
    model = cornu.Model(x, ops.sum(Letters()(Upper()(x)), axis=1))
    assert model.predict(np.array(["a", "b"]), verbose=0).tolist() == [65 - 96, 66 - 96]


def test_numbers_beside_text_and_python_on_numbers():
    word, number = cornu.Input((1,), dtype="string"), cornu.Input((1,))
    outputs = Steps()(number) + ops.cast(Length()(word), "float32")
    model = cornu.Model([word, number], outputs)
    found = model.predict([WORDS, LENGTHS + 0.3], verbose=0)
    np.testing.assert_array_equal(found[:, 0], 2 * LENGTHS)


def test_the_stage_is_given_no_number_that_the_program_computes():
    word, number = cornu.Input((1,), dtype="string"), cornu.Input((1,))
    model = cornu.Model([word, number], Steps()(Line()(number)) + Length()(word))
    with pytest.raises(TracedValueError, match=r"'steps.* works in front of the program"):
        model.predict([WORDS, LENGTHS], verbose=0)


@pytest.mark.parametrize(
    "copied",
    [
        copy.deepcopy,
        lambda m: pickle.loads(pickle.dumps(m)),
        lambda m: cornu.models.clone_model(m),
        lambda m: cornu.models.model_from_json(m.to_json(), {"Length": Length, "Line": Line}),
    ],
)
def test_copies(copied):
    model = functional()
    again = copied(model)
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again.predict(WORDS, verbose=0), model.predict(WORDS, verbose=0))


def test_files(tmp_path):
    model = functional()
    model.compile("sgd", "mse")
    model.fit(WORDS, TARGETS, verbose=0)
    model.save(tmp_path / "model.keras")
    objects = {"Length": Length, "Line": Line}
    again = cornu.models.load_model(tmp_path / "model.keras", objects)
    np.testing.assert_array_equal(again.predict(WORDS, verbose=0), model.predict(WORDS, verbose=0))
    assert again.inputs[0].dtype == "string"


def test_what_only_the_host_knows_is_asked_anew():
    """A layer that learns between two calls is heard, since the stage calls it each time."""

    class Known(HostLayer):
        text = True
        output_dtype = "int32"

        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.__dict__["table"] = {"a": 1}

        def call(self, inputs):
            return np.vectorize(lambda w: self.table.get(w, 0), otypes=["int32"])(inputs)

        def compute_output_shape(self, input_shape):
            return input_shape

    x, known = cornu.Input((1,), dtype="string"), Known()
    model = cornu.Model(x, known(x) + 0)
    assert model.predict(np.array(["a", "b"]), verbose=0).tolist() == [[1], [0]]
    known.table["b"] = 7
    assert model.predict(np.array(["a", "b"]), verbose=0).tolist() == [[1], [7]]


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        (lambda: Line()(cornu.Input((1,), dtype="string")), DataError, "Put a layer between them"),
        (lambda: Line(name="line")(WORDS), DataError, 'Layer "line".*called on text of shape'),
        (lambda: cornu.Input((1,), dtype="string") + 1, DataError, "computes with numbers"),
        (lambda: functional().predict(LENGTHS, verbose=0), DataError, "takes text"),
        (lambda: functional()(LENGTHS), DataError, "takes text"),
        (lambda: Length()(cornu.Input((1,))), TracedValueError, "dtype='string'"),
        (
            lambda: cornu.Model(x := cornu.Input((1,)), Line()(x)).predict(WORDS),
            DataError,
            "dtype='string'",
        ),
        *(
            (
                lambda ending=ending: functional().export(f"model.{ending}"),
                SavingError,
                r"Export what follows Length 'length.*A .keras file",
            )
            for ending in ("cornu", "onnx", "py", "c")
        ),
    ],
)
def test_errors_say_what_to_do(action, error, message):
    with pytest.raises(error, match=message):
        action()
