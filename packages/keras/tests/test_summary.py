"""The table of `summary()`; the texts are what Keras 3.15 prints for the same models."""

from __future__ import annotations

import gc
import io
import sys
import weakref

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.base import Layer
from cornu.base.naming import reset_names
from cornu_keras.utilities.summary import summary_text

STACK = """\
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┓
┃ Layer (type)                         ┃ Output Shape                ┃         Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━┩
│ a_rather_long_name_for_a_convolutio… │ (None, 26, 26, 8)           │              80 │
│ (Conv2D)                             │                             │                 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ flatten (Flatten)                    │ (None, 5408)                │               0 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ dense (Dense)                        │ (None, 10)                  │          54,090 │
└──────────────────────────────────────┴─────────────────────────────┴─────────────────┘
 Total params: 54,170 (211.60 KB)
 Trainable params: 54,170 (211.60 KB)
 Non-trainable params: 0 (0.00 B)"""

GRAPH = """\
Model: "two"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━┓
┃ Layer (type)             ┃ Output Shape         ┃       Param # ┃ Connected to         ┃ Traina… ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━┩
│ i (InputLayer)           │ (None, 4)            │             0 │ -                    │    -    │
├──────────────────────────┼──────────────────────┼───────────────┼──────────────────────┼─────────┤
│ input_layer_1            │ (None, 4)            │             0 │ -                    │    -    │
│ (InputLayer)             │                      │               │                      │         │
├──────────────────────────┼──────────────────────┼───────────────┼──────────────────────┼─────────┤
│ dense_1 (Dense)          │ (None, 3)            │            15 │ i[0][0],             │    Y    │
│                          │                      │               │ input_layer_1[0][0]  │         │
├──────────────────────────┼──────────────────────┼───────────────┼──────────────────────┼─────────┤
│ concatenate              │ (None, 6)            │             0 │ dense_1[0][0],       │    -    │
│ (Concatenate)            │                      │               │ dense_1[1][0]        │         │
├──────────────────────────┼──────────────────────┼───────────────┼──────────────────────┼─────────┤
│ get_item (GetItem)       │ (None, 5)            │             0 │ concatenate[0][0]    │    -    │
├──────────────────────────┼──────────────────────┼───────────────┼──────────────────────┼─────────┤
│ add (Add)                │ (None, 5)            │             0 │ get_item[0][0]       │    -    │
├──────────────────────────┼──────────────────────┼───────────────┼──────────────────────┼─────────┤
│ sub (Sequential)         │ (None, 2)            │            12 │ add[0][0]            │    Y    │
├──────────────────────────┼──────────────────────┼───────────────┼──────────────────────┼─────────┤
│    └ dense_2 (Dense)     │ (None, 2)            │            12 │ -                    │    Y    │
└──────────────────────────┴──────────────────────┴───────────────┴──────────────────────┴─────────┘
 Total params: 27 (108.00 B)
 Trainable params: 27 (108.00 B)
 Non-trainable params: 0 (0.00 B)"""


class Conv2D(Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(80,), initializer="ones", name="w")

    def call(self, x):
        return ops.zeros((x.shape[0], 26, 26, 8)) + x[:, :1, :1]


class Flatten(Layer):
    def call(self, x):
        return ops.reshape(x, (x.shape[0], -1))


class Dense(Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        shape = (input_shape[-1] + 1, self.units)  # the bias is the last row
        self.w = self.add_weight(shape=shape, initializer="ones", name="w")

    def call(self, x):
        return x @ self.w[:-1] + self.w[-1]


@pytest.fixture
def names():
    reset_names()


@pytest.fixture
def stack(names):
    name = "a_rather_long_name_for_a_convolution_layer_indeed_yes"
    layers = [cornu.Input((28, 28, 1)), Conv2D(name=name), Flatten(), Dense(10)]
    return cornu.Sequential(layers)


def test_a_stack_is_shown_as_keras_shows_it(stack):
    assert summary_text(stack, line_length=88) == STACK


def test_a_graph_is_shown_as_keras_shows_it(names):
    a, b = cornu.Input((4,), name="i"), cornu.Input((4,), name="input_layer_1")
    dense = Dense(3, name="dense_1")
    x = ops.concatenate([dense(a), dense(b)], axis=-1)[:, 1:] + 1.0
    sub = cornu.Sequential([Dense(2, name="dense_2")], name="sub")
    model = cornu.Model([a, b], [sub(x), x], name="two")
    text = summary_text(model, line_length=100, expand_nested=True, show_trainable=True)
    assert text == GRAPH


def test_only_a_range_of_layers_is_shown(stack):
    text = summary_text(stack, line_length=88, layer_range=["flatten", "den.*"])
    lines = text.split("\n")
    assert lines[4].startswith("│ flatten")
    assert lines[6].startswith("│ dense")
    assert lines[-3] == STACK.split("\n")[-3]
    with pytest.raises(ValueError, match="No layer matches 'nothing'"):
        summary_text(stack, layer_range=["nothing", "dense"])
    with pytest.raises(ValueError, match="list of two names"):
        summary_text(stack, layer_range=["flatten"])


def test_an_unbuilt_model_says_so():
    text = summary_text(cornu.Sequential([Dense(3)]), line_length=88)
    assert "│ ?" in text
    assert "0 (unbuilt)" in text


def test_a_subclassed_model_is_shown_after_its_first_data():
    class Net(cornu.Model):
        def __init__(self):
            super().__init__()
            self.dense = Dense(3)

        def call(self, x):
            return self.dense(x)

    model = Net()
    assert "(unbuilt)" in summary_text(model, line_length=88)
    model(np.ones((2, 4), "float32"))
    assert "(2, 3)" in summary_text(model, line_length=88)


def test_print_fn_gets_the_text_once(stack, capsys):
    texts = []
    stack.summary(print_fn=texts.append, line_length=88)
    assert texts == [STACK]
    stack.summary(line_length=88)
    assert capsys.readouterr().out == STACK + "\n"


def test_a_line_that_is_too_short_is_refused(stack):
    with pytest.raises(ValueError, match="too short"):
        summary_text(stack, line_length=10)


def test_one_position_per_column(stack):
    with pytest.raises(ValueError, match=r"must have 3 numbers.*Layer \(type\), Output Shape"):
        summary_text(stack, positions=[0.3, 0.5, 0.7, 1.0])


def test_a_console_without_unicode(stack, monkeypatch):
    class Console(io.StringIO):
        encoding = "ascii"

    monkeypatch.setattr("sys.stdout", Console())
    stack.summary(line_length=88)
    lines = sys.stdout.getvalue().splitlines()
    assert "\n".join(lines).isascii()
    assert lines[1].startswith("|====")
    assert [len(line) for line in lines] == [len(line) for line in STACK.splitlines()]


def test_a_model_that_was_shown_is_freed_without_the_collector(names):
    gc.collect()
    gc.disable()
    try:
        x = cornu.Input((4,))
        model = cornu.Model(x, Dense(2)(ops.relu(x)))
        model.summary(print_fn=lambda text: None)
        alive = [weakref.ref(part) for part in (model, *model.layers, *model.weights)]
        del model, x
        assert all(part() is None for part in alive)
    finally:
        gc.enable()


def test_models_far_inside_are_shown(names):
    model = cornu.Sequential([cornu.Input((2,)), Dense(2)])
    for _ in range(100):
        model = cornu.Sequential([model])
    lines = []
    model.summary(print_fn=lines.append, expand_nested=True)
    assert "└" in lines[0]
