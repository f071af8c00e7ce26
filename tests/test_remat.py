"""`keras.remat` and `keras.RematScope`: less memory, and the same numbers."""

import copy
import pickle

import numpy as np
import pytest

import cornu
from benchmarks import remat as remat_benchmark
from cornu import keras, layers, ops
from cornu.keras import RematScope, remat

DRAW = np.random.default_rng(0)


class Doubled(layers.Layer):
    """The layer of Keras' documentation."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.remat_function = remat(self.intermediate_function)

    def intermediate_function(self, x):
        for _ in range(2):
            x = x + ops.tanh(x) * 0.1
        return x

    def call(self, inputs):
        return self.remat_function(inputs)


def mlp(depth=32, units=64):
    deep = [layers.Dense(units, activation="relu") for _ in range(depth)]
    return cornu.Sequential([cornu.Input((units,)), *deep, layers.Dense(4)])


def with_dropout():
    hidden = [
        part
        for _ in range(4)
        for part in (layers.Dense(32, activation="gelu"), layers.Dropout(0.5))
    ]
    return cornu.Sequential([cornu.Input((16,)), *hidden, layers.Dense(4)])


def convolutional():
    inputs = cornu.Input((8, 8, 3))
    x = layers.Conv2D(8, 3, padding="same", activation="relu")(inputs)
    for _ in range(3):
        y = layers.Conv2D(8, 3, padding="same")(layers.ReLU()(layers.BatchNormalization()(x)))
        x = layers.add([x, y])
    return cornu.Model(inputs, layers.Dense(4)(layers.GlobalAveragePooling2D()(x)))


def recurrent():
    parts = [layers.LSTM(8, return_sequences=True), layers.GRU(8), Doubled(), layers.Dense(4)]
    return cornu.Sequential([cornu.Input((5, 3)), *parts])


def attentive():
    inputs = cornu.Input((6, 8))
    x = layers.MultiHeadAttention(2, 4, dropout=0.1)(inputs, inputs)
    x = layers.LayerNormalization()(x + inputs)
    return cornu.Model(inputs, layers.Dense(4)(layers.Flatten()(x)))


MODELS = {f.__name__: f for f in (mlp, with_dropout, convolutional, recurrent, attentive)}
MODES = {
    "full": {"mode": "full"},
    "activations": {"mode": "activations"},
    "larger_than": {"mode": "larger_than", "output_size_threshold": 100},
    "list_of_layers": {"mode": "list_of_layers", "layer_names": ["dense", "conv2d", "lstm"]},
}


def trained(make, scope, rows=32, steps=3, backend=None):
    """Return the model after some steps, and its losses."""
    cornu.set_seed(0)
    with scope or RematScope(None):
        model = make()
    model.compile(cornu.optimizers.SGD(0.05), "mse", backend=backend)
    draw = np.random.default_rng(1)
    x = draw.normal(size=(rows, *model.input_shape[1:])).astype("float32")
    y = draw.normal(size=(rows, 4)).astype("float32")
    losses = [float(model.train_on_batch(x, y)) for _ in range(steps)]
    return model, losses


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", MODELS)
def test_training_is_the_same_to_the_bit_where_the_calls_are(name, mode):
    """The definitions compute the same calls; backends may share work among threads otherwise."""
    plain, losses = trained(MODELS[name], None, rows=4, steps=2, backend="reference")
    again, found = trained(MODELS[name], RematScope(**MODES[mode]), 4, 2, backend="reference")
    assert found == losses
    for one, other in zip(plain.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", MODELS)
def test_training_is_the_same_on_the_usual_backend(name):
    plain, losses = trained(MODELS[name], None)
    again, found = trained(MODELS[name], RematScope("full"))
    np.testing.assert_allclose(found, losses, rtol=1e-5)
    for one, other in zip(plain.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    instructions = [len(m.program("train").plan().instructions) for m in (plain, again)]
    assert instructions[1] > instructions[0]


def test_a_deep_network_needs_half_the_memory():
    plain, _ = trained(mlp, None, rows=1024, steps=1)
    again, _ = trained(mlp, RematScope("full"), rows=1024, steps=1)
    assert again.program("train").memory < plain.program("train").memory / 2
    assert again.program("train").flops < 1.5 * plain.program("train").flops
    assert "again(" in str(again.program("train"))


@pytest.mark.parametrize("name", remat_benchmark.WORKLOADS)
def test_plans_need_half_the_memory(name):
    make, batch = remat_benchmark.WORKLOADS[name]
    kept, again = remat_benchmark.measure(make, batch, 1)
    assert again["plan"] < kept["plan"] / 2


def test_blocks_need_less_memory_too():
    class Block(layers.Layer):
        def __init__(self, again):
            super().__init__()
            self.parts = [layers.Dense(64, activation="relu") for _ in range(6)]
            self.computed = remat(self.compute) if again else self.compute

        def compute(self, x):
            for part in self.parts:
                x = part(x)
            return x

        def call(self, x):
            return self.computed(x)

    def blocks(again):
        parts = [Block(again) for _ in range(6)]
        return cornu.Sequential([cornu.Input((64,)), *parts, layers.Dense(4)])

    plain, losses = trained(lambda: blocks(False), None, rows=1024)
    again, found = trained(lambda: blocks(True), None, rows=1024)
    np.testing.assert_allclose(found, losses, rtol=1e-6)
    assert again.program("train").memory < plain.program("train").memory / 2


def test_dropout_draws_the_same_mask_again():
    x = np.ones((64, 64), "float32")
    weight = cornu.Variable(np.ones(64, "float32"))
    drop = layers.Dropout(0.5, seed=1)

    def slope(f):
        drop.seed_generator.state.assign(np.zeros_like(drop.seed_generator.state.array))
        outputs = []

        def loss(w):
            outputs.append(f(x * w))
            return ops.sum(outputs[-1] ** 2)

        return np.asarray(cornu.grad(loss)(weight.value)), outputs[-1]

    def dropped(v):
        return drop(v, training=True)

    kept, again = (slope(f)[0] for f in (dropped, remat(dropped)))
    np.testing.assert_array_equal(kept, again)
    assert len(set(kept.tolist())) > 1  # columns lost different numbers


def test_only_training_pays_for_it():
    model, _ = trained(mlp, RematScope("full"))
    model.predict(np.zeros((2, 64)), verbose=0)
    assert "again(" not in str(model.program("predict"))


def test_a_scope_ends_and_a_scope_inside_counts():
    with RematScope("full"):
        outer = layers.Dense(1)
        with RematScope(None):
            none = layers.Dense(1)
        with RematScope("larger_than", output_size_threshold=3):
            inner = layers.Dense(1)
    after = layers.Dense(1)
    modes = [layer._remat and layer._remat.mode for layer in (outer, none, inner, after)]
    assert modes == ["full", None, "larger_than", None]


def test_layers_of_a_scope_are_copied_and_saved(tmp_path):
    with RematScope("full"):
        model = mlp(depth=2)
        copy.deepcopy(model)
    model.compile("sgd", "mse")
    x = DRAW.normal(size=(4, 64)).astype("float32")
    model.save(tmp_path / "m.keras")
    for other in (
        copy.deepcopy(model),
        pickle.loads(pickle.dumps(model)),
        keras.models.load_model(tmp_path / "m.keras"),
    ):
        np.testing.assert_array_equal(other.predict(x, verbose=0), model.predict(x, verbose=0))
        other.train_on_batch(x, np.zeros((4, 4)))


def test_what_cannot_be_meant():
    with pytest.raises(ValueError, match=r"no mode 'ful' of RematScope.*Did you mean 'full'"):
        RematScope("ful")
    double = remat(lambda x: x * 2)
    with pytest.raises(TypeError, match=r"remat\(<lambda>\) was called on a symbolic tensor. Call"):
        double(cornu.Input((3,)))


def test_a_layer_can_be_wrapped():
    dense = layers.Dense(3)
    x = np.ones((2, 4), "float32")
    np.testing.assert_array_equal(remat(dense)(x), dense(x))
    assert dense.rematerialized_call(dense.call) == dense.call
