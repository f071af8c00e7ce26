"""Models of Keras 2 as descriptions: their masks by hand, their nodes, their layers as a list."""

import cornu.compat.keras2 as keras
import numpy as np
import pytest
from cornu.compat.keras2 import backend as K
from cornu.compat.keras2 import layers
from cornu.compat.keras2.engine import saving
from cornu.compat.keras2.models import Model, Sequential

from cornu_keras.files.keras1 import from_keras1

# Masks


def test_masks_of_symbols_are_functions_of_the_inputs():
    """By hand, layer after layer: as in Keras 2.3.1's test of masked embeddings."""
    model = Sequential(
        [
            layers.TimeDistributed(
                layers.Embedding(5, 6, mask_zero=True), input_shape=(None, None)
            ),
            layers.TimeDistributed(layers.SimpleRNN(7, return_sequences=True)),
            layers.TimeDistributed(layers.SimpleRNN(8)),
            layers.SimpleRNN(1),
        ]
    )
    x = np.random.default_rng(0).integers(1, 5, size=(10, 3, 4))
    x[[0, 1, 2], [0, 1, 2], 2:] = 0
    x[3, 1] = 0
    masks = [model.layers[0].compute_mask(model.input)]
    for layer in model.layers[1:]:
        masks.append(layer.compute_mask(layer.input, masks[-1]))
    assert masks[-1] is None
    found = K.function([model.input], masks[:-1])([x])
    for got, want in zip(found, [x > 0, x > 0, (x > 0).any(axis=-1)], strict=True):
        np.testing.assert_array_equal(got, want)


def test_a_model_says_its_masks():
    x = layers.Input((4,), dtype="int32")
    model = Model(x, layers.Embedding(5, 2, mask_zero=True)(x))
    mask = model.compute_mask(x, None)
    data = np.array([[1, 0, 2, 0]])
    np.testing.assert_array_equal(K.function([x], [mask])([data])[0], data > 0)
    dense = Sequential([layers.Dense(1, input_dim=2)])
    assert dense.compute_mask(dense.input, None) is None


def test_a_mask_that_a_layer_has_no_use_for_is_an_error():
    layer = layers.Conv2D(1, 2)
    x = layers.Input((3, 3, 1))
    layer(x)
    assert layer.compute_mask([x], [None]) is None
    for mask in (np.ones(2), [np.ones(2)]):
        with pytest.raises(TypeError, match="does not support masking"):
            layer.compute_mask([x], mask)


@pytest.mark.parametrize("axis", [1, -1])
def test_what_is_laid_side_by_side_counts_in_every_input(axis):
    a, b = np.ones((2, 3, 4)), np.ones((2, 3, 4))
    left, right = np.array([[1, 1, 0], [1, 0, 1]], bool), np.array([[1, 0, 0], [1, 1, 1]], bool)
    found = layers.Concatenate(axis=axis).compute_mask([a, b], [left, right])
    want = np.concatenate([left, right], axis=1) if axis == 1 else left & right
    np.testing.assert_array_equal(found, want)


def test_one_input_is_nothing_to_concatenate():
    with pytest.raises(ValueError, match="at least 2 inputs"):
        layers.Concatenate()([layers.Input((2,))])


# Nodes, and the layers of a model


def chain():
    x = layers.Input((4,), name="x")
    h = layers.Activation("relu", name="relu")(layers.Dense(3, name="dense")(x))
    return Model(x, layers.Dense(2, name="top")(h))


def test_layers_know_the_calls_around_them():
    model = chain()
    x, dense, relu, _ = model.layers
    assert [node.outbound_layer for node in x._outbound_nodes] == [dense]
    assert [node.outbound_layer for node in dense.outbound_nodes] == [relu]
    assert dense._inbound_nodes[0].inbound_layers == [x]
    assert dense.inbound_nodes[0].get_config()["inbound_layers"] == ["x"]
    assert dense.inbound_nodes[0].input_shapes == [(None, 4)]
    assert dense.input_shape == dense.get_input_shape_at(0) == (None, 4)
    assert dense.output_shape == dense.get_output_shape_at(0) == K.int_shape(dense.output)


def test_a_layer_is_put_in_by_walking_over_the_nodes():
    """As a widely copied answer does it: each layer is called again on what stands before it."""
    model = chain()
    before, made = {}, {"x": model.input}
    for layer in model.layers:
        for node in layer._outbound_nodes:
            before.setdefault(node.outbound_layer.name, []).append(layer.name)
    for layer in model.layers[1:]:
        (source,) = before[layer.name]
        out = layer(made[source])
        made[layer.name] = layers.Lambda(lambda t: t * 0)(out) if layer.name == "relu" else out
    changed = Model(model.inputs, out)
    bias = model.layers[-1].get_weights()[1]
    np.testing.assert_array_equal(changed.predict(np.ones((1, 4)))[0], bias)


def test_the_top_is_taken_off():
    model, x = chain(), np.random.default_rng(0).normal(size=(2, 4))
    want = Model(model.input, model.get_layer("relu").output).predict(x)
    model.layers.pop()
    model.outputs = [model.layers[-1].output]
    model.layers[-1].outbound_nodes = []
    np.testing.assert_allclose(model.predict(x), want)
    assert len(model.weights) == 2


def test_a_model_begins_at_its_inputs():
    x = layers.Input((4,))
    hidden = layers.Dense(3)(x)
    with pytest.raises(ValueError, match="Graph disconnected"):
        Model(hidden, layers.Dense(2)(hidden))


def test_depths_are_those_of_keras():
    """An input lies as deep as the deepest one; numbers of Keras 2.3.1's own test of it."""
    one, two = layers.Input((10,), name="one"), layers.Input((10,), name="two")
    embedding = layers.Embedding(5, 10)
    deep = layers.Dense(6)(layers.Dense(5)(embedding(two)))
    model = Model([one, two], layers.Dense(2)(layers.Concatenate()([embedding(one), deep])))
    by_depth = model._layers_by_depth
    assert {layer.name for layer in by_depth[max(by_depth)]} == {"one", "two"}
    assert len(by_depth[0]) == 1


# Weights of Keras 1


def gates_apart(weights, count, order):
    parts = [np.split(w, count, axis=-1) for w in weights]
    return [parts[i][g] for g in order for i in range(3)]


@pytest.mark.parametrize(
    ("layer", "count", "order"),
    [
        (layers.GRU(2, input_shape=(3, 5)), 3, (0, 1, 2)),
        (layers.LSTM(2, input_shape=(3, 5)), 4, (0, 2, 1, 3)),
        (layers.ConvLSTM2D(5, 3, input_shape=(6, 6, 6, 6)), 4, (0, 2, 1, 3)),
    ],
    ids=["GRU", "LSTM", "ConvLSTM2D"],
)
def test_gates_of_keras_1_are_joined(layer, count, order):
    Sequential([layer])
    want = layer.get_weights()
    old = gates_apart(want, count, order)
    found = saving.preprocess_weights_for_loading(layer, old, original_keras_version="1")
    for got, expected in zip(found, want, strict=True):
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize(
    ("layer", "axes"),
    [
        (layers.Conv2D(2, 3, data_format="channels_first"), (3, 2, 0, 1)),
        (layers.Conv2DTranspose(2, 5, data_format="channels_first"), (2, 3, 0, 1)),
        (layers.Conv2DTranspose(2, 5), (0, 1, 3, 2)),
    ],
)
def test_kernels_of_keras_1_are_turned(layer, axes):
    layer.build((None, 7, 7, 7))
    kernel, bias = layer.get_weights()
    found = from_keras1(layer, [np.transpose(kernel, axes), bias])
    np.testing.assert_array_equal(found[0], kernel)


def test_a_file_of_keras_1_is_read(tmp_path):
    h5py = pytest.importorskip("h5py")
    model = Sequential([layers.LSTM(2, input_shape=(3, 5), name="lstm_1")])
    want = [np.random.default_rng(i).normal(size=w.shape) for i, w in enumerate(model.weights)]
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.attrs["layer_names"] = [b"lstm_1"]
        group = file.create_group("lstm_1")
        old = gates_apart(want, 4, (0, 2, 1, 3))
        names = [f"lstm_1_{part}_{gate}" for gate in "icfo" for part in "WUb"]
        group.attrs["weight_names"] = [name.encode() for name in names]
        for name, array in zip(names, old, strict=True):
            group[name] = array
    model.load_weights(tmp_path / "w.h5")
    for got, expected in zip(model.get_weights(), want, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-6)
    assert keras.__version__ == "2.3.1"


def test_a_copy_begins_at_numbers():
    """As in Keras 2.3.1's test of clone_model: on variables, nobody passes x."""
    rng = np.random.default_rng(0)
    a, b, y = (rng.normal(size=(10, 4)) for _ in range(3))
    inputs = [layers.Input((4,)), layers.Input((4,))]
    functional = Model(inputs, layers.add([layers.Dense(4)(x) for x in inputs]))
    stack = Sequential([layers.Dense(4, input_shape=(4,)), layers.Dense(4)])
    for model, given in [(functional, [K.variable(a), K.variable(b)]), (stack, K.variable(a))]:
        copy = keras.models.clone_model(model, input_tensors=given)
        assert type(copy) is type(model)
        copy.set_weights(model.get_weights())
        copy.compile("sgd", "mse")
        want = ((model.predict([a, b] if model is functional else a) - y) ** 2).mean()
        assert copy.train_on_batch(None, y) == pytest.approx(want, rel=1e-5)


def test_an_input_stands_once():
    x = layers.Input((4,))
    with pytest.raises(ValueError, match="redundant"):
        Model([x, x], layers.Dense(2)(x))


def test_a_function_in_a_layer_refers_to_tensors_of_the_model():
    x = layers.Input((4,))
    a = layers.Dense(4, kernel_initializer="ones")(x)
    y = layers.Lambda(lambda t: t * a + K.sum(a, axis=-1, keepdims=True))(x)
    model, given = Model(x, y), np.arange(8.0).reshape(2, 4)
    total = given.sum(1, keepdims=True)
    np.testing.assert_allclose(model.predict(given), given * total + 4 * total, rtol=1e-5)
    assert K.int_shape(y) == (None, 4)
