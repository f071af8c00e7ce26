"""Recurrent layers against loops in float64."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import cornu
from cornu import layers, ops
from cornu.base.layer import get_mask
from cornu.errors import ShapeError
from cornu_engine.trace import Trace

RNG = np.random.default_rng(4)
X = RNG.normal(size=(3, 6, 5))
MASKS = {
    "none": None,
    "after": np.array([[1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1], [1, 0, 0, 0, 0, 0]], bool),
    "before": np.array([[0, 0, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]], bool),
    "between": np.array([[1, 0, 1, 0, 1, 1], [1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0]], bool),
}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_step(x, states, kernel, recurrent, bias):
    h, c = states
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
    return h, [h, c]


def gru_step(x, states, kernel, recurrent, bias):
    (h,) = states
    units = h.shape[-1]
    if bias.ndim == 2:
        xz, xr, xh = np.split(x @ kernel + bias[0], 3, axis=-1)
        hz, hr, hh = np.split(h @ recurrent + bias[1], 3, axis=-1)
        z, r = sigmoid(xz + hz), sigmoid(xr + hr)
        candidate = np.tanh(xh + r * hh)
    else:
        xz, xr, xh = np.split(x @ kernel + bias, 3, axis=-1)
        z = sigmoid(xz + h @ recurrent[:, :units])
        r = sigmoid(xr + h @ recurrent[:, units : 2 * units])
        candidate = np.tanh(xh + (r * h) @ recurrent[:, 2 * units :])
    h = z * h + (1 - z) * candidate
    return h, [h]


def simple_step(x, states, kernel, recurrent, bias):
    h = np.tanh(x @ kernel + states[0] @ recurrent + bias)
    return h, [h]


def slow_loop(step, weights, x, states, mask, backwards):
    """Return every step's output and the last states."""
    order = range(x.shape[1])[::-1] if backwards else range(x.shape[1])
    outputs, previous = [], states[0]
    for t in order:
        output, after = step(x[:, t], states, *weights)
        if mask is not None:
            keep = mask[:, t, None]
            output = np.where(keep, output, previous)
            after = [np.where(keep, a, b) for a, b in zip(after, states, strict=True)]
        states, previous = after, output
        outputs.append(output)
    return np.stack(outputs, axis=1), states


KINDS = {
    "LSTM": (layers.LSTM, {}, lstm_step, 2),
    "GRU": (layers.GRU, {}, gru_step, 1),
    "GRU-before": (layers.GRU, {"reset_after": False}, gru_step, 1),
    "SimpleRNN": (layers.SimpleRNN, {}, simple_step, 1),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize("traced", [False, True])
def test_against_loop(kind, mask, backwards, unroll, traced):
    make, kwargs, step, count = KINDS[kind]
    layer = make(
        4,
        bias_initializer="normal",
        return_sequences=True,
        return_state=True,
        go_backwards=backwards,
        unroll=unroll,
        dtype="float64",
        **kwargs,
    )
    first = [RNG.normal(size=(3, 4)) for _ in range(count)]
    keep = MASKS[mask]
    layer.build(X.shape)
    if traced:
        found = run_traced(lambda x, *s: layer(x, initial_state=list(s), mask=keep), X, *first)
    else:
        found = layer(X, initial_state=first, mask=keep)
    outputs, states = slow_loop(step, layer.get_weights(), X, first, keep, backwards)
    for got, expected in zip(found, [outputs, *states], strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-12)
    layer.return_sequences = layer.return_state = False
    np.testing.assert_allclose(layer(X, initial_state=first, mask=keep), outputs[:, -1], atol=1e-12)


def run_traced(function, *arrays):
    from cornu_engine.program import build_program
    from cornu_engine.reference_backend import ReferenceExecutable

    with Trace("test") as trace:
        values = [trace.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
        outputs = function(*values)
    outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    return ReferenceExecutable(build_program("test", trace, outputs))(*arrays)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients(kind, check_layer_grads):
    make, kwargs, _, _ = KINDS[kind]
    for more in (
        {},
        {"return_sequences": True, "go_backwards": True},
        {"return_state": True, "unroll": True, "use_bias": False},
    ):
        check_layer_grads(make(4, dtype="float64", **kwargs, **more), X)
    check_layer_grads(make(4, dtype="float64", **kwargs), X, mask=MASKS["between"])


@pytest.mark.parametrize(
    ("kind", "shapes"),
    [
        ("LSTM", [(5, 16), (4, 16), (16,)]),
        ("GRU", [(5, 12), (4, 12), (2, 12)]),
        ("GRU-before", [(5, 12), (4, 12), (12,)]),
        ("SimpleRNN", [(5, 4), (4, 4), (4,)]),
    ],
)
def test_weights(kind, shapes):
    make, kwargs, _, _ = KINDS[kind]
    layer = make(4, name="r", **kwargs)
    layer.build((None, None, 5))
    assert [w.shape for w in layer.weights] == shapes
    assert [w.path.rpartition("/")[2] for w in layer.weights] == [
        "kernel",
        "recurrent_kernel",
        "bias",
    ]
    assert layer.weights[0].path.startswith("r/")


def test_forget_bias():
    layer = layers.LSTM(2)
    layer.build((None, None, 3))
    np.testing.assert_array_equal(layer.get_weights()[2], [0, 0, 1, 1, 0, 0, 0, 0])
    layer = layers.LSTM(2, unit_forget_bias=False)
    layer.build((None, None, 3))
    np.testing.assert_array_equal(layer.get_weights()[2], 0)


def test_shapes():
    layer = layers.LSTM(4, return_sequences=True, return_state=True)
    assert layer.compute_output_shape((None, None, 5)) == ((None, None, 4), (None, 4), (None, 4))
    assert layers.GRU(4).compute_output_shape((2, 7, 5)) == (2, 4)
    sequences, h, c = layer(cornu.Input((None, 5)))
    assert (sequences.shape, h.shape, c.shape) == ((None, None, 4), (None, 4), (None, 4))


def test_mask_goes_on_only_with_sequences():
    mask = MASKS["after"]
    np.testing.assert_array_equal(
        get_mask(layers.GRU(4, return_sequences=True)(X, mask=mask)), mask
    )
    assert get_mask(layers.GRU(4)(X, mask=mask)) is None


def test_zero_output_for_mask():
    mask = MASKS["between"]
    layer = layers.RNN(layers.GRUCell(4), return_sequences=True, zero_output_for_mask=True)
    plain = layers.RNN(layer.cell, return_sequences=True)
    found, expected = layer(X, mask=mask), plain(X, mask=mask)
    np.testing.assert_array_equal(found[~mask], 0)
    np.testing.assert_array_equal(found[mask], expected[mask])


def test_initial_state_forms():
    layer = layers.LSTM(4, dtype="float64")
    h, c = RNG.normal(size=(2, 3, 4))
    expected = layer(X, initial_state=[h, c])
    np.testing.assert_array_equal(layer([X, h, c]), expected)
    with pytest.raises(ShapeError, match="2 state"):
        layer(X, initial_state=[h])


def test_encoder_decoder():
    inputs, targets = cornu.Input((None, 5)), cornu.Input((None, 2))
    _, *states = layers.LSTM(4, return_state=True)(inputs)
    outputs = layers.LSTM(4, return_sequences=True)(targets, initial_state=states)
    model = cornu.Model([inputs, targets], outputs)
    assert model.output_shape == (None, None, 4)
    assert len(model.weights) == 6


def test_stateful():
    layer = layers.GRU(4, stateful=True, dtype="float64")
    one, two = layer(X[:, :3]), layer(X[:, 3:])
    whole = layers.GRU(4, weights=layer.get_weights(), dtype="float64")(X)
    np.testing.assert_allclose(two, whole, atol=1e-12)
    layer.reset_states()
    np.testing.assert_allclose(layer(X[:, :3]), one, atol=1e-12)
    assert len(layer.weights) == 3
    with pytest.raises(ShapeError, match=r"3 samples.*batch of 2"):
        layer(X[:2])
    with pytest.raises(ShapeError, match="batch_shape"):
        layers.GRU(4, stateful=True)(cornu.Input((None, 5)))


def test_reset_to_given_states():
    layer = layers.GRU(4, stateful=True, dtype="float64")
    layer(X)
    state = RNG.normal(size=(3, 4))
    layer.reset_states([state])
    expected = layers.GRU(4, weights=layer.get_weights(), dtype="float64")(X, initial_state=[state])
    np.testing.assert_allclose(layer(X), expected, atol=1e-12)
    with pytest.raises(ValueError, match="keeps 1 states"):
        layer.reset_states([state, state])


def test_time_major():
    layer = layers.LSTM(4, return_sequences=True, dtype="float64")
    expected = layer(X, mask=MASKS["after"])
    turned = layers.LSTM(4, return_sequences=True, time_major=True, dtype="float64")
    turned.build((6, 3, 5))
    turned.set_weights(layer.get_weights())
    found = turned(X.transpose(1, 0, 2), mask=MASKS["after"].T)
    np.testing.assert_allclose(found.transpose(1, 0, 2), expected, atol=1e-12)


class DoubledOutput(layers.Layer):
    """A cell whose output is not its state, and has another size."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units
        self.output_size = 2 * units

    def build(self, input_shape):
        self.kernel = self.add_weight("kernel", (input_shape[-1], self.units))

    def call(self, inputs, states):
        state = 0.5 * states[0] + inputs @ self.kernel
        return ops.concatenate([state, -state], axis=-1), [state]


@pytest.mark.parametrize("unroll", [False, True])
def test_custom_cell(unroll):
    layer = layers.RNN(DoubledOutput(2), return_sequences=True, unroll=unroll, dtype="float64")
    found = layer(X)
    kernel = layer.get_weights()[0].astype("float64")
    state, expected = np.zeros((3, 2)), []
    for t in range(6):
        state = 0.5 * state + X[:, t].astype("float32") @ kernel
        expected.append(np.concatenate([state, -state], axis=-1))
    np.testing.assert_allclose(found, np.stack(expected, axis=1), rtol=1e-5)
    assert layer.compute_output_shape((None, 6, 5)) == (None, 6, 4)


def test_custom_cell_masked_repeats_its_output():
    layer = layers.RNN(DoubledOutput(2), return_sequences=True)
    mask = MASKS["between"]
    found = layer(X, mask=mask)
    np.testing.assert_array_equal(found[2], 0)  # no step counts, so there is nothing to repeat
    np.testing.assert_array_equal(found[0, 1], found[0, 0])
    np.testing.assert_array_equal(found[0, 3], found[0, 2])
    layer.return_sequences = False
    np.testing.assert_array_equal(layer(X, mask=mask), found[:, -1])


def test_stacked_cells():
    stack = layers.RNN(
        [layers.LSTMCell(4), layers.GRUCell(3)],
        return_sequences=True,
        return_state=True,
        dtype="float64",
    )
    outputs, first, second = stack(X)
    assert [s.shape for s in first] == [(3, 4), (3, 4)]
    below = layers.LSTM(4, return_sequences=True)
    above = layers.GRU(3, return_sequences=True)
    weights = stack.get_weights()
    below.build((3, 6, 5))
    above.build((3, 6, 4))
    below.set_weights(weights[:3])
    above.set_weights(weights[3:])
    np.testing.assert_allclose(outputs, above(below(X)), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(outputs[:, -1], second[0] if isinstance(second, list) else second)


@pytest.mark.parametrize("implementation", [1, 2])
def test_dropout_is_one_draw_per_sequence(implementation):
    """An input of ones gives the same product at every step, so one draw shows as equal outputs."""
    cell = layers.SimpleRNNCell(
        3, dropout=0.5, recurrent_initializer="zeros", activation=None, seed=1
    )
    layer = layers.RNN(cell, return_sequences=True)
    ones = np.ones((4, 5, 6), "float32")
    found = layer(ones, training=True)
    for t in range(1, 5):
        np.testing.assert_array_equal(found[:, t], found[:, 0])
    assert (layer(ones, training=True) != found).any()  # the next batch draws anew
    np.testing.assert_array_equal(layer(ones, training=False), layer(ones))
    lstm = layers.LSTM(3, dropout=0.5, recurrent_dropout=0.5, seed=1, implementation=implementation)
    assert (lstm(ones, training=True) != lstm(ones)).any()


def test_dropout_rate():
    cell = layers.SimpleRNNCell(1, dropout=0.25, kernel_initializer="ones", activation=None, seed=3)
    found = layers.RNN(cell)(np.ones((2000, 1, 1), "float32"), training=True)
    assert set(np.unique(found.round(4))) == {0.0, np.float32(1 / 0.75).round(4)}
    assert abs((found == 0).mean() - 0.25) < 0.03


def test_dropout_in_a_program_advances():
    layer = layers.LSTM(3, dropout=0.5, seed=1)
    model = cornu.Sequential([cornu.Input((5, 6)), layer])
    ones = np.ones((4, 5, 6), "float32")
    np.testing.assert_array_equal(model(ones), model(ones))
    assert (model(ones, training=True) != model(ones, training=True)).any()


def test_config():
    layer = layers.LSTM(
        4,
        activation="relu",
        dropout=0.1,
        return_sequences=True,
        kernel_regularizer="l2",
        stateful=True,
    )
    config = layer.get_config()
    assert "cell" not in config
    twin = layers.LSTM.from_config(config)
    assert twin.get_config() == config
    assert twin.stateful is True
    generic = layers.RNN([layers.LSTMCell(4), layers.GRUCell(3, reset_after=False)])
    again = layers.RNN.from_config(generic.get_config())
    assert [type(c).__name__ for c in again.cell.cells] == ["LSTMCell", "GRUCell"]
    assert again.cell.cells[1].reset_after is False


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (object(), "call"),
        (layers.Dense(2), "state_size"),
        (type("Odd", (), {"call": None, "state_size": "two"})(), "state_size must be"),
    ],
)
def test_bad_cell(cell, words):
    with pytest.raises(ValueError, match=words):
        layers.RNN(cell)


def test_shape_error():
    with pytest.raises(
        ShapeError, match=r"\(batch, steps, features\).*\(None, 6\).*return_sequences=True"
    ):
        layers.LSTM(4)(np.ones((3, 6)))


class Attending(layers.Layer):
    """A cell of Keras 2's kind: it is built with, and called with, a constant."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = units

    def build(self, input_shape):
        step, constant = input_shape
        self.of_input = self.add_weight("of_input", (step[-1], self.units))
        self.of_constant = self.add_weight("of_constant", (constant[-1], self.units))

    def call(self, inputs, states, constants):
        state = 0.5 * states[0] + inputs @ self.of_input + constants[0] @ self.of_constant
        return state, [state]


def test_constants():
    constant = RNG.normal(size=(3, 2)).astype("float32")
    layer = layers.RNN(Attending(4))
    found = layer(X, constants=[constant])
    of_input, of_constant = layer.get_weights()
    state = np.zeros((3, 4))
    for t in range(6):
        state = 0.5 * state + X[:, t] @ of_input + constant @ of_constant
    np.testing.assert_allclose(found, state, rtol=1e-5, atol=1e-6)
    twin = layers.RNN.from_config(layer.get_config(), custom_objects={"Attending": Attending})
    assert type(twin.cell) is Attending


class Offset(layers.Layer):
    """A cell whose sizes are known when it is built; constants are added to the state."""

    state_size = None
    output_size = None

    def build(self, input_shape):
        step = input_shape[0] if isinstance(input_shape, list) else input_shape
        self.state_size = self.output_size = step[-1]

    def call(self, inputs, states, constants=()):
        state = sum(constants, states[0] + inputs)
        return state, [state]


def test_a_cell_may_learn_its_sizes_when_it_is_built():
    x = np.ones((2, 3, 4), "float32")
    np.testing.assert_array_equal(layers.RNN(Offset())(x), np.full((2, 4), 3.0))


def test_constants_alone_in_a_list_and_stacked():
    x, c = np.ones((2, 3, 4), "float32"), np.full((2, 4), 0.5, "float32")
    expected = np.full((2, 4), 4.5)
    np.testing.assert_array_equal(layers.RNN(Offset())(x, constants=c), expected)
    np.testing.assert_array_equal(layers.RNN(Offset())(x, constants=[c]), expected)
    stacked = layers.RNN([layers.SimpleRNNCell(4), Offset()])
    assert stacked(x, constants=[c]).shape == (2, 4)


def test_initial_states_for_inputs():
    layer = layers.LSTM(3)
    states = layer.get_initial_state(np.ones((2, 5, 4), "float32"))
    assert [s.shape for s in states] == [(2, 3), (2, 3)]
    states = layer.get_initial_state(cornu.Input((5, 4)))
    assert [s.shape for s in states] == [(None, 3), (None, 3)]
    conv = layers.ConvLSTM1D(3, 2)
    assert conv.get_initial_state(np.ones((2, 5, 8, 4), "float32"))[0].shape == (2, 7, 3)


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU", "ConvLSTM2D", "CuDNNLSTM"])
def test_signatures_show_every_argument(name):
    parameters = inspect.signature(getattr(layers, name)).parameters
    assert {"kernel_initializer", "recurrent_constraint", "return_sequences"} <= set(parameters)
    layer = getattr(layers, name)(4, **({"kernel_size": 3} if name == "ConvLSTM2D" else {}))
    for argument in parameters:
        if argument not in ("kwargs", "activity_regularizer"):
            assert hasattr(layer, argument), argument
