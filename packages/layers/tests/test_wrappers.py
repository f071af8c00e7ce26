"""Bidirectional, TimeDistributed, Wrapper, and convolutional LSTM."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.base.layer import get_mask
from cornu.errors import ShapeError

RNG = np.random.default_rng(10)
X = RNG.normal(size=(3, 6, 5)).astype("float32")
MERGES = {
    "concat": lambda a, b: np.concatenate([a, b], axis=-1),
    "sum": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "ave": lambda a, b: (a + b) / 2,
}


@pytest.mark.parametrize("cell", [layers.LSTM, layers.GRU, layers.SimpleRNN])
@pytest.mark.parametrize("merge", [*MERGES, None])
@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_bidirectional(cell, merge, sequences, masked):
    layer = layers.Bidirectional(cell(4, return_sequences=sequences), merge_mode=merge)
    mask = np.array([[1, 1, 1, 1, 0, 0], [1] * 6, [1, 1, 0, 0, 0, 0]], bool) if masked else None
    found = layer(X, mask=mask)
    weights = layer.get_weights()
    half = len(weights) // 2
    kwargs = {"return_sequences": sequences, "zero_output_for_mask": sequences}
    forth = cell(4, weights=weights[:half], **kwargs)(X, mask=mask)
    back = cell(4, weights=weights[half:], go_backwards=True, **kwargs)(X, mask=mask)
    back = back[:, ::-1] if sequences else back
    if merge is None:
        np.testing.assert_array_equal(found[0], forth)
        np.testing.assert_array_equal(found[1], back)
    else:
        np.testing.assert_allclose(found, MERGES[merge](forth, back), atol=1e-6)
        if masked and sequences:
            np.testing.assert_array_equal(get_mask(found), mask)
    shapes = layer.compute_output_shape((None, 6, 5))
    expected = [f.shape for f in found] if merge is None else found.shape
    assert np.shape(shapes) == np.shape(expected)


def test_bidirectional_states():
    layer = layers.Bidirectional(layers.LSTM(4, return_state=True))
    output, *states = layer(X)
    assert [s.shape for s in states] == [(3, 4)] * 4
    np.testing.assert_array_equal(output, np.concatenate([states[0], states[2]], axis=-1))
    given = [RNG.normal(size=(3, 4)).astype("float32") for _ in range(4)]
    one = layer.forward_layer(X, initial_state=given[:2])
    np.testing.assert_array_equal(layer(X, initial_state=given)[1], one[1])
    assert layer.compute_output_shape((None, 6, 5)) == ((None, 8), *[(None, 4)] * 4)


def test_bidirectional_names_and_config():
    layer = layers.Bidirectional(layers.LSTM(4, name="memory"), name="both")
    layer.build((None, 6, 5))
    assert [w.path for w in layer.weights][::3] == [
        "both/forward_memory/lstm_cell/kernel",
        "both/backward_memory/lstm_cell/kernel",
    ]
    assert (layer.weights[0].numpy() != layer.weights[3].numpy()).any()
    twin = layers.deserialize(layers.serialize(layer))
    twin.build((None, 6, 5))
    twin.set_weights(layer.get_weights())
    np.testing.assert_array_equal(twin(X), layer(X))
    assert [x.name for x in (twin.forward_layer, twin.backward_layer)] == [
        "forward_memory",
        "backward_memory",
    ]


def test_own_backward_layer():
    layer = layers.Bidirectional(
        layers.LSTM(4), backward_layer=layers.GRU(3, go_backwards=True), merge_mode="concat"
    )
    assert layer(X).shape == (3, 7)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: layers.Bidirectional(layers.LSTM(2), merge_mode="max"), "merge_mode"),
        (lambda: layers.Bidirectional(layers.Dense(2)), "go_backwards"),
        (
            lambda: layers.Bidirectional(layers.LSTM(2), backward_layer=layers.LSTM(2)),
            "other way",
        ),
        (
            lambda: layers.Bidirectional(
                layers.LSTM(2),
                backward_layer=layers.LSTM(2, go_backwards=True, return_sequences=True),
            ),
            "return_sequences",
        ),
    ],
)
def test_bad_bidirectional(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize(
    ("inner", "shape"),
    [
        (lambda: layers.Dense(4), (3, 5, 6)),
        (lambda: layers.Conv2D(4, 2), (2, 3, 5, 5, 2)),
        (lambda: layers.Flatten(), (2, 3, 4, 5)),
        (lambda: layers.LSTM(4), (2, 3, 4, 5)),
        (lambda: cornu.Sequential([layers.Dense(4), layers.Dense(2)]), (3, 5, 6)),
    ],
)
def test_time_distributed(inner, shape):
    x = RNG.normal(size=shape).astype("float32")
    layer = layers.TimeDistributed(inner())
    found = layer(x)
    expected = np.stack([layer.layer(x[:, t]) for t in range(shape[1])], axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert layer.compute_output_shape((None, *shape[1:])) == (None, *found.shape[1:])


def test_time_distributed_statistics_are_of_one_step():
    x = RNG.normal(size=(8, 3, 4)).astype("float32") + np.arange(3)[:, None]
    found = layers.TimeDistributed(layers.BatchNormalization())(x, training=True)
    np.testing.assert_allclose(found.mean(0), 0, atol=1e-5)


def test_time_distributed_masks():
    mask = np.array([[True, False, True]])
    layer = layers.TimeDistributed(layers.Dense(2))
    x = np.ones((1, 3, 4), "float32")
    np.testing.assert_array_equal(get_mask(layer(x, mask=mask)), mask)
    with pytest.raises(ShapeError, match="first two axes"):
        layer(x, mask=mask[:, :2])
    with pytest.raises(ShapeError, match="rank 3 or more"):
        layer(x[0])


def test_wrapper_takes_a_layer():
    with pytest.raises(ValueError, match="as in Dense"):
        layers.TimeDistributed(layers.Dense)


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_conv_lstm(rank, data_format):
    sizes = (6, 5, 4)[:rank]
    x = RNG.normal(size=(2, 3, *sizes, 2))
    first = data_format == "channels_first"
    given = np.moveaxis(x, -1, 2) if first else x
    layer = getattr(layers, f"ConvLSTM{rank}D")(
        3, 2, return_sequences=True, return_state=True, data_format=data_format, dtype="float64"
    )
    found, h, c = layer(given)
    kernel, recurrent, bias = layer.get_weights()
    np.testing.assert_array_equal(bias[3:6], 1)
    conv = getattr(layers, f"Conv{rank}D")
    of_input = conv(12, 2, weights=[kernel, bias], dtype="float64")
    of_state = conv(12, 2, padding="same", weights=[recurrent], use_bias=False, dtype="float64")
    state = memory = np.zeros((2, *(n - 1 for n in sizes), 3))
    outputs = []
    for t in range(3):
        i, f, g, o = np.split(of_input(x[:, t]) + of_state(state), 4, axis=-1)
        memory = _sigmoid(f) * memory + _sigmoid(i) * np.tanh(g)
        state = _sigmoid(o) * np.tanh(memory)
        outputs.append(state)
    expected = np.stack(outputs, axis=1)
    np.testing.assert_allclose(np.moveaxis(found, 2, -1) if first else found, expected, atol=1e-12)
    np.testing.assert_allclose(np.moveaxis(c, 1, -1) if first else c, memory, atol=1e-12)
    assert layer.compute_output_shape(given.shape) == (found.shape, h.shape, c.shape)


def test_conv_lstm_gradients(check_layer_grads):
    layer = layers.ConvLSTM2D(2, 2, padding="same", dtype="float64")
    check_layer_grads(layer, RNG.normal(size=(2, 3, 4, 4, 2)))


def test_conv_lstm_stateful_and_config():
    layer = layers.ConvLSTM2D(2, 2, stateful=True, dtype="float64", dropout=0.1)
    x = RNG.normal(size=(2, 4, 4, 4, 1))
    layer(x[:, :2])
    whole = layers.ConvLSTM2D(2, 2, weights=layer.get_weights(), dtype="float64")
    np.testing.assert_allclose(layer(x[:, 2:]), whole(x), atol=1e-12)
    twin = layers.ConvLSTM2D.from_config(layer.get_config())
    assert twin.get_config() == layer.get_config()


@pytest.mark.parametrize("make", [lambda: layers.Recurrent(), lambda: layers.ConvRecurrent2D(2, 3)])
def test_abstract(make):
    with pytest.raises(TypeError, match=r"is abstract\. Use"):
        make()


def test_cudnn_names():
    assert isinstance(layers.CuDNNLSTM(4), layers.LSTM)
    assert layers.CuDNNGRU(4).reset_after is True


def test_pipeline_is_its_layers_in_order():
    steps = [layers.Rescaling(2.0), layers.Dense(3), layers.Dropout(0.5, seed=1)]
    pipeline = layers.Pipeline(steps, name="before")
    found = pipeline(X, training=False)
    np.testing.assert_array_equal(found, steps[1](steps[0](X)))
    assert (pipeline(X) == 0).any()  # alone, it is training
    assert pipeline.layers == steps
    assert len(pipeline.trainable_weights) == 2


def test_pipeline_inside_of_a_model():
    inputs = cornu.Input((6, 5))
    pipeline = layers.Pipeline([layers.Dense(4), layers.Dropout(0.5)])
    model = cornu.Model(inputs, pipeline(inputs))
    assert model.output_shape == (None, 6, 4)
    np.testing.assert_allclose(model(X, training=False), pipeline.layers[0](X), atol=1e-6)


def test_pipeline_comes_back_from_its_config():
    pipeline = layers.Pipeline([layers.Dense(4, activation="relu"), layers.Cropping1D(1)])
    config = pipeline.get_config()
    assert set(config) == {"name", "layers"}
    twin = layers.Pipeline.from_config(config)
    assert [type(x) for x in twin.layers] == [layers.Dense, layers.Cropping1D]
    assert twin.layers[0].activation is pipeline.layers[0].activation


def test_pipeline_passes_masks_on():
    mask = np.array([[1, 1, 1, 0, 0, 0]] * 3, bool)
    pipeline = layers.Pipeline([layers.Masking(), layers.LSTM(2)])
    padded = X * mask[..., None]
    lstm = pipeline.layers[1]
    np.testing.assert_array_equal(pipeline(padded), lstm(X, mask=mask))
    keeps = layers.Pipeline([layers.Masking(), layers.Dense(2)])
    np.testing.assert_array_equal(get_mask(keeps(padded)), mask)
