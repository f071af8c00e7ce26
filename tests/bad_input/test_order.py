"""Things used before they are ready: weights, models without ``compile``, traced values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cornu
from cornu import ops

# Before build


def test_weights_of_a_layer_that_has_no_shape_yet(saying: Any) -> None:
    layer = cornu.layers.Dense(3, name="head")
    with saying(AttributeError, "head", "kernel", "build"):
        layer.kernel  # noqa: B018


def test_weights_set_before_they_exist(saying: Any) -> None:
    with saying(ValueError, "head", "build"):
        cornu.layers.Dense(3, name="head").set_weights([np.zeros((2, 3)), np.zeros(3)])


def test_parameters_counted_before_they_exist(saying: Any) -> None:
    with saying(ValueError, "head", "build"):
        cornu.layers.Dense(3, name="head").count_params()


def test_a_summary_before_the_shapes_are_known(saying: Any) -> None:
    model = cornu.Sequential([cornu.layers.Dense(3)], name="plan")
    with saying(ValueError, "plan", "input shape", "build(input_shape)"):
        model.count_params()


def test_the_output_of_a_layer_never_called(saying: Any) -> None:
    with saying(AttributeError, "head"):
        cornu.layers.Dense(3, name="head").output  # noqa: B018


def test_a_layer_whose_constructor_forgot_super(saying: Any) -> None:
    class Forgetful(cornu.layers.Layer):
        def __init__(self) -> None:
            self.units = 2

        def call(self, inputs: Any) -> Any:
            return inputs

    with saying(RuntimeError, "Forgetful", "super().__init__()"):
        Forgetful()(np.ones((2, 3)))


# Before compile


@pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_training_before_compile(method: str, saying: Any) -> None:
    model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
    with saying(RuntimeError, "compile("):
        getattr(model, method)(np.zeros((4, 2)), np.zeros((4, 1)))


def test_predicting_needs_no_compile() -> None:
    model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
    assert model.predict(np.zeros((4, 2)), verbose=0).shape == (4, 1)


def test_a_program_before_the_first_step(saying: Any) -> None:
    model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
    with saying(ValueError, "train", "fit()"):
        model.program("train")


# Traced values


class _Asking(cornu.layers.Layer):
    """A layer whose call asks a traced value for its number, in the way of ``question``."""

    def __init__(self, question: Any, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.question = question

    def call(self, inputs: Any) -> Any:
        self.question(ops.sum(inputs))
        return inputs


QUESTIONS = {
    "if": lambda total: 1 if total > 0 else 2,
    "float": float,
    "int": int,
    "bool": bool,
    "array": np.asarray,
    "item": lambda total: total.item(),
    "numpy": lambda total: total.numpy(),
    "range": range,
    "format": lambda total: f"{total:.3f}",
    "while": lambda total: all(iter(lambda: total < 1, False)),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_traced_value_asked_for_its_number(question: str, saying: Any) -> None:
    model = cornu.Sequential([_Asking(QUESTIONS[question], name="asking")])
    model.compile("sgd", "mse")
    with saying(TypeError, "asking", "test_order.py", "ops.where", "run_eagerly=True"):
        model.fit(np.ones((4, 2)), np.ones((4, 2)), verbose=0)


@pytest.mark.parametrize("function", [np.exp, np.mean, np.dot])
def test_a_traced_value_given_to_numpy(function: Any, saying: Any) -> None:
    with saying(TypeError, "asking", "cornu.ops"):
        _Asking(lambda total: function(total, 2.0), name="asking")(cornu.Input((2,)))


def test_a_shape_is_found_where_a_layer_asks_for_a_number() -> None:
    model = cornu.Sequential([cornu.Input((2,)), _Asking(float, name="asking")])
    assert model.output_shape == (None, 2)
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(np.ones((4, 2)), np.ones((4, 2)), verbose=0)


def test_the_same_questions_are_answered_eagerly() -> None:
    layer = _Asking(QUESTIONS["float"])
    assert layer(np.ones((4, 2), "float32")).shape == (4, 2)

    class Model(cornu.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = cornu.layers.Dense(2)
            self.asking = layer

        def call(self, inputs: Any) -> Any:
            return self.asking(self.dense(inputs))

    model = Model()
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(np.ones((4, 2)), np.ones((4, 2)), verbose=0)


def test_a_symbolic_value_asked_for_its_number(saying: Any) -> None:
    inputs = cornu.Input((2,))
    with saying(TypeError, "True or False", "cornu.ops"):
        bool(inputs > 0)


def test_numpy_called_on_a_symbolic_value(saying: Any) -> None:
    assert np.exp(cornu.Input((2,))).shape == (None, 2)  # a ufunc is the operation of its name
    with saying(TypeError, "KerasTensor", "cornu.ops.mean"):
        np.mean(cornu.Input((2,)))
