"""What beginners do wrong is answered at once, shortly, with the edit that mends it."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import cornu
from tests.beginners.later_mistakes import LATER
from tests.beginners.look import answer
from tests.beginners.mistakes import MISTAKES, Mistake, X, Y, net
from tests.beginners.setting_mistakes import SETTINGS

LONGEST, MOST_FRAMES = 1000, 6


@pytest.fixture(autouse=True)
def filtered() -> Iterator[None]:
    """Filter tracebacks, as users have it."""
    cornu.config.enable_traceback_filtering()
    yield
    cornu.config.disable_traceback_filtering()


ALL = LATER | SETTINGS | MISTAKES


@pytest.mark.parametrize("name", ALL)
def test_a_mistake_is_answered_with_what_helps(name: str) -> None:
    mistake = ALL[name]
    said = answer(mistake, cornu)
    assert said.kind == mistake.kind, said.text
    absent = [text for text in mistake.texts if text not in said.text]
    assert not absent, f"{absent} not in: {said.text}"
    assert len(said.text) <= LONGEST
    assert said.frames <= MOST_FRAMES


def _halving(y_true: Any, y_pred: Any) -> Any:
    return y_pred / {"two": 2}["tow"]  # the line at fault


def test_a_traceback_shows_the_users_lines() -> None:
    model = net(cornu, loss=_halving)
    with pytest.raises(KeyError) as caught:
        model.fit(X, Y, verbose=0)
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert [frame.name for frame in frames][-1] == "_halving"
    assert len(frames) <= 2 + 1


def test_all_lines_are_shown_where_asked() -> None:
    model = net(cornu, loss=_halving)
    shown = []
    config = cornu.config
    for choose in (config.disable_traceback_filtering, config.enable_traceback_filtering):
        choose()
        with pytest.raises(KeyError) as caught:
            model.fit(X, Y, verbose=0)
        shown.append(len(traceback.extract_tb(caught.value.__traceback__)))
    assert shown[0] > 10 > shown[1]


def test_rows_in_a_list_for_a_model_without_a_shape() -> None:
    model = cornu.Sequential([cornu.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    rows = list(np.ones((500, 40), "float32"))
    with pytest.raises(ValueError, match=r"np\.stack\(x\)") as caught:
        model.fit(rows, np.zeros(500, int), verbose=0)
    assert len(str(caught.value)) <= LONGEST


VALUES = {
    "an array": np.ones((500, 40)),
    "a long list": list(range(5000)),
    "rows": list(np.ones((500, 40))),
    "a long text": "x" * 5000,
    "a large dict": {f"key {i}": i for i in range(2000)},
}
CALLS = {
    "Dense units": lambda value: cornu.layers.Dense(value),
    "Dense activation": lambda value: cornu.layers.Dense(3, activation=value),
    "Dense initializer": lambda value: cornu.layers.Dense(3, kernel_initializer=value)(X),
    "Dense name": lambda value: cornu.layers.Dense(3, name=value),
    "Dense trainable": lambda value: cornu.layers.Dense(3, trainable=value),
    "Dense dtype": lambda value: cornu.layers.Dense(3, dtype=value),
    "Dense regularizer": lambda value: cornu.layers.Dense(3, kernel_regularizer=value)(X),
    "Dense constraint": lambda value: cornu.layers.Dense(3, kernel_constraint=value),
    "Conv2D strides": lambda value: cornu.layers.Conv2D(3, 3, strides=value),
    "Conv2D padding": lambda value: cornu.layers.Conv2D(3, 3, padding=value),
    "Dropout rate": lambda value: cornu.layers.Dropout(value),
    "BatchNormalization axis": lambda value: cornu.layers.BatchNormalization(axis=value),
    "Embedding": lambda value: cornu.layers.Embedding(value, 3),
    "Input": lambda value: cornu.Input((3,), dtype=value),
    "Sequential": lambda value: cornu.Sequential([value]),
    "Model": lambda value: cornu.Model(value, value),
    "Adam": lambda value: cornu.optimizers.Adam(value),
    "optimizer": lambda value: net(cornu, optimizer=value),
    "loss": lambda value: net(cornu, loss=value).fit(X, Y, verbose=0),
    "metrics": lambda value: net(cornu, metrics=value).fit(X, Y, verbose=0),
    "epochs": lambda value: net(cornu).fit(X, Y, epochs=value),
    "batch_size": lambda value: net(cornu).fit(X, Y, batch_size=value),
    "steps": lambda value: net(cornu).fit(X, Y, steps_per_epoch=value),
    "verbose": lambda value: net(cornu).fit(X, Y, verbose=value),
    "callbacks": lambda value: net(cornu).fit(X, Y, callbacks=value),
    "class_weight": lambda value: net(cornu).fit(X, Y, class_weight=value),
    "sample_weight": lambda value: net(cornu).fit(X, Y, sample_weight=value),
    "validation_split": lambda value: net(cornu).fit(X, Y, validation_split=value),
    "validation_data": lambda value: net(cornu).fit(X, Y, validation_data=value),
    "validation_freq": lambda value: net(cornu).fit(
        X, Y, validation_freq=value, validation_data=(X, Y)
    ),
    "x": lambda value: net(cornu).fit(value, Y),
    "y": lambda value: net(cornu).fit(X, value),
    "get_layer": lambda value: net(cornu).get_layer(value),
    "set_weights": lambda value: net(cornu).set_weights(value),
    "floatx": lambda value: cornu.config.set_floatx(value),
    "activations.get": lambda value: cornu.activations.get(value),
    "EarlyStopping": lambda value: cornu.callbacks.EarlyStopping(mode=value),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("value", VALUES)
def test_no_message_is_long_whatever_came(call: str, value: str) -> None:
    said = answer(Mistake(lambda _: CALLS[call](VALUES[value]), ()), cornu)
    assert said.kind != "error" or len(said.text) <= LONGEST, said.text[:2000]


def test_a_function_metric_meets_numbers_of_one_rank() -> None:
    """Against `(n, 1)`, `(n,)` would broadcast to `(n, n)`: a good model would look bad."""
    y = np.float32([0, 1, 1, 0, 1, 0])
    model = cornu.Sequential([cornu.Input((1,)), cornu.layers.Activation("linear")])
    model.compile(
        loss="mse", metrics=[lambda y_true, y_pred: cornu.ops.equal(y_true, y_pred > 0.5)]
    )
    assert model.evaluate(y[:, None], y, verbose=0)[1] == 1.0


def test_a_layer_stands_twice_in_a_stack(tmp_path: Any) -> None:
    twice = cornu.layers.Dense(4, activation="tanh", name="again")
    model = cornu.Sequential([cornu.Input((4,)), twice, twice])
    assert model.count_params() == 4 * 4 + 4
    kernel, bias = twice.get_weights()
    once = np.tanh(X @ kernel + bias)
    np.testing.assert_allclose(
        model.predict(X, verbose=0), np.tanh(once @ kernel + bias), rtol=1e-5, atol=1e-6
    )
    model.compile("sgd", "mse")
    model.fit(X, X, verbose=0)
    model.save(tmp_path / "twice.keras")
    again = cornu.models.load_model(tmp_path / "twice.keras")
    assert again.count_params() == model.count_params()
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))
