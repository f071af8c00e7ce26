"""Files that Cornu writes, read by live Keras; files that Keras writes, read by Cornu.

tf_keras and Keras 2 are represented by the files in `tests/saving/golden`.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest

import cornu
from tests.parity.layers import CASES, Case
from tests.parity.sides import generator

SAVED = [case for case in CASES if case.name.partition("-")[0] != "Lambda"]
#: The first row of each class: the others differ in what their configuration says, not in how;
#: a gate, though, is one more layer inside.
FIRST = list({case.symbol: case for case in reversed(SAVED)}.values())[::-1]
FIRST += [case for case in SAVED if case.name.endswith("-gate")]
TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}


def drawn(model, name):
    random = generator(name)
    model.set_weights([
        random.uniform(0.1, 0.9, w.shape).astype(w.dtype) if w.dtype.kind == "f" else w
        for w in model.get_weights()
    ])  # fmt: skip
    return model


def listed(outputs):
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return [np.asarray(x) for x in outputs]


def same(found, expected):
    for one, two in zip(listed(found), listed(expected), strict=True):
        np.testing.assert_allclose(one, two, **TOLERANCE)


@pytest.mark.parametrize("case", FIRST, ids=lambda case: case.name)
def test_keras_reads_what_cornu_writes(case: Case, tmp_path) -> None:
    model = drawn(case.model(cornu), case.name)
    x = case.batch(generator(case.name))
    expected = model.predict(x, verbose=0)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    same(again(x, training=False), expected)
    again.set_weights([w * 0 for w in again.get_weights()])
    model.save_weights(tmp_path / "m.weights.h5")
    again.load_weights(tmp_path / "m.weights.h5")
    same(again(x, training=False), expected)


@pytest.mark.parametrize("case", FIRST, ids=lambda case: case.name)
def test_cornu_reads_what_keras_writes(case: Case, tmp_path) -> None:
    model = drawn(case.model(keras), case.name)
    x = case.batch(generator(case.name))
    expected = model(x, training=False)
    for name in ("m.keras", "m.h5"):
        model.save(tmp_path / name)
        again = cornu.models.load_model(tmp_path / name)
        same(again.predict(x, verbose=0), expected)
    model.save_weights(tmp_path / "m.weights.h5")
    again.set_weights([w * 0 for w in again.get_weights()])
    again.load_weights(tmp_path / "m.weights.h5")
    same(again.predict(x, verbose=0), expected)


# Layers whose configuration in Keras 2's words Keras 3.15 does not read, in its own words:
# "Keras 3.15.1 loads 19 of 39 files of Keras 2.3.1". They are read from .keras.
ONLY_ZIP = {
    "Attention": "Keras takes the score mode for a function",
    "Attention-scaled": "Keras takes the score mode for a function",
    "LayerNormalization-axes": "Keras reads one of the axes",
    "Softmax-two axes": "Keras reads one of the axes",
    "UnitNormalization-axes": "Keras reads one of the axes",
    "MultiHeadAttention": "Keras does not see a tensor among keyword arguments",
    "MultiHeadAttention-gate": "Keras does not see a tensor among keyword arguments",
    "MultiHeadAttention-bias": "Keras does not see a tensor among keyword arguments",
    "MultiHeadAttention-in one": "Keras does not see a tensor among keyword arguments",
}
ONE_INPUT = [c for c in FIRST if c.name not in ONLY_ZIP and "GroupQuery" not in c.name]


@pytest.mark.parametrize("case", ONE_INPUT, ids=lambda case: case.name)
def test_keras_reads_hdf5_in_the_words_of_keras_2(case: Case, tmp_path) -> None:
    model = drawn(case.model(cornu), case.name)
    x = case.batch(generator(case.name))
    model.save(tmp_path / "m.h5")
    same(keras.models.load_model(tmp_path / "m.h5")(x, training=False), model.predict(x, verbose=0))


OPTIMIZERS = {
    "SGD": lambda k: k.optimizers.SGD(0.1),
    "SGD momentum": lambda k: k.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "RMSprop": lambda k: k.optimizers.RMSprop(0.01, centered=True, momentum=0.5),
    "Adagrad": lambda k: k.optimizers.Adagrad(0.1),
    "Adadelta": lambda k: k.optimizers.Adadelta(1.0),
    "Adam": lambda k: k.optimizers.Adam(0.01),
    "Adam amsgrad": lambda k: k.optimizers.Adam(0.01, amsgrad=True),
    "Adam average": lambda k: k.optimizers.Adam(0.01, use_ema=True),
    "AdamW": lambda k: k.optimizers.AdamW(0.01, weight_decay=0.1),
    "Adamax": lambda k: k.optimizers.Adamax(0.01),
    "Adafactor": lambda k: k.optimizers.Adafactor(0.01),
    "Nadam": lambda k: k.optimizers.Nadam(0.01),
    "Ftrl": lambda k: k.optimizers.Ftrl(0.1),
    "Lion": lambda k: k.optimizers.Lion(0.001),
    "Lamb": lambda k: k.optimizers.Lamb(0.01),
    "Muon": lambda k: k.optimizers.Muon(0.01),
    "SGD accumulated": lambda k: k.optimizers.SGD(0.1, gradient_accumulation_steps=2),
    "schedule": lambda k: k.optimizers.Adam(
        k.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
    ),
}  # fmt: skip


def trained(k, name):
    x = k.Input((4,))
    h = k.layers.Dense(5, activation="tanh", name="a")(x)
    model = k.Model(x, k.layers.Dense(1, activation="sigmoid", name="b")(h))
    drawn(model, name)
    model.compile(OPTIMIZERS[name](k), loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(*batch(name), epochs=2, batch_size=8, shuffle=False, verbose=0)
    return model


def batch(name):
    x = generator(name).normal(size=(16, 4)).astype("float32")
    return x, (x.sum(axis=1, keepdims=True) > 0).astype("float32")


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("there", [False, True], ids=["Keras reads", "Cornu reads"])
def test_training_goes_on_on_the_other_side(name, there, tmp_path) -> None:
    if there and name == "Adam average":
        pytest.skip("Keras on JAX cannot train on after averaging: it donates one buffer twice")
    one, two = (keras, cornu) if there else (cornu, keras)
    model = trained(one, name)
    model.save(tmp_path / "m.keras")
    again = two.models.load_model(tmp_path / "m.keras")
    x, y = batch(name)
    for side in (model, again):
        side.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0)
    np.testing.assert_allclose(
        again.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-4, atol=1e-4
    )


# Keras 2 has these; others are written as tf_keras wants them, which Keras 3 refuses.
OF_KERAS_2 = ("SGD", "SGD momentum", "Adagrad", "Adadelta", "Adam", "Adam amsgrad", "Adamax")


@pytest.mark.parametrize("name", OF_KERAS_2)
def test_keras_reads_optimizers_in_hdf5(name, tmp_path) -> None:
    model = trained(cornu, name)
    model.save(tmp_path / "m.h5")
    again = keras.models.load_model(tmp_path / "m.h5")
    assert type(again.optimizer).__name__ == type(model.optimizer).__name__
    x, _ = batch(name)
    same(again(x), model.predict(x, verbose=0))


def nested(k):
    inner = k.Sequential([k.Input((4,)), k.layers.Dense(4), k.layers.BatchNormalization()])
    x = k.Input((4,))
    h = inner(inner(x)) * 2.0 + x
    return k.Model(x, k.ops.mean(h[:, 1:], axis=-1, keepdims=True))


@pytest.mark.parametrize("there", [False, True], ids=["Keras reads", "Cornu reads"])
def test_models_within_models_and_functions_between_layers(there, tmp_path) -> None:
    one, two = (keras, cornu) if there else (cornu, keras)
    model = drawn(nested(one), "nested")
    model.save(tmp_path / "m.keras")
    x = generator("nested").normal(size=(3, 4)).astype("float32")
    same(two.models.load_model(tmp_path / "m.keras")(x), model(x))


@pytest.mark.parametrize("there", [False, True], ids=["Keras reads", "Cornu reads"])
def test_weights_in_several_files(there, tmp_path) -> None:
    def stack(side):
        dense = (side.layers.Dense(n) for n in (40, 30, 2))
        return drawn(side.Sequential([side.Input((20,)), *dense]), side.__name__)

    writer, reader = (stack(side) for side in ((keras, cornu) if there else (cornu, keras)))
    path = tmp_path / "m.weights.json"
    writer.save_weights(str(path), max_shard_size=5000 / 2**30)
    assert len(list(tmp_path.glob("m_0000?.weights.h5"))) == 3
    reader.load_weights(str(path))
    same(reader.get_weights(), writer.get_weights())


@pytest.mark.parametrize("there", [False, True], ids=["Keras reads", "Cornu reads"])
@pytest.mark.parametrize("scaled", [False, True])
def test_several_optimizers_go_on_on_the_other_side(scaled, there, tmp_path) -> None:
    writer, reader = (keras, cornu) if there else (cornu, keras)
    x = generator("x").normal(size=(32, 4)).astype("float32")
    y = x.sum(axis=1, keepdims=True)
    inputs, layers, chosen = writer.Input((4,)), writer.layers, writer.optimizers
    outputs = layers.Dense(1, name="b")(layers.Dense(3, name="a")(inputs))
    model = drawn(writer.Model(inputs, outputs), "m")
    optimizer = chosen.MultiOptimizer(
        chosen.OptimizerMap(chosen.Adam(0.01), {"a/.*": chosen.SGD(0.1, momentum=0.9)})
    )
    model.compile(chosen.LossScaleOptimizer(optimizer) if scaled else optimizer, "mse")
    steps = {"batch_size": 8, "shuffle": False, "verbose": 0}
    model.fit(x, y, **steps)
    model.save(str(tmp_path / "m.keras"))
    again = reader.models.load_model(str(tmp_path / "m.keras"))
    for each in (model, again):
        each.fit(x, y, **steps)
    same(again.get_weights(), model.get_weights())


def shared_between_models(k):
    dense = k.layers.Dense(4, name="shared")
    a = k.Input((4,))
    inner = k.Model(a, dense(a) + 1.0, name="inner")
    x = k.Input((4,))
    return k.Model(x, inner(x) + dense(x))


def a_model_in_two(k):
    one = k.Sequential([k.Input((4,)), k.layers.Dense(4)], name="one")
    two = k.Sequential([k.Input((4,)), one, k.layers.Dense(4)], name="two")
    x = k.Input((4,))
    return k.Model(x, two(x) + one(x))


def a_layer_and_its_wrapper(k):
    dense = k.layers.Dense(3, name="shared")
    x = k.Input((2, 4))
    return k.Model(x, k.layers.TimeDistributed(dense)(x) + dense(x))


@pytest.mark.parametrize(
    "make", [shared_between_models, a_model_in_two, a_layer_and_its_wrapper]
)  # fmt: skip
def test_what_stands_in_two_models_comes_back(make, tmp_path) -> None:
    """Keras cannot read its own files of these models."""
    model = drawn(make(cornu), make.__name__)
    x = generator("x").normal(size=(3, *model.input_shape[1:])).astype("float32")
    model.save(tmp_path / "m.keras")
    for side in (cornu, keras):
        same(side.models.load_model(tmp_path / "m.keras")(x), model(x))
    weights = model.get_weights()
    model.save_weights(tmp_path / "m.weights.h5")
    model.set_weights([0 * w for w in weights])
    model.load_weights(tmp_path / "m.weights.h5")
    same(model.get_weights(), weights)


def of_a_dense_in_and_beside_a_wrapper(side, x):
    shared = side.layers.Dense(4)
    return side.layers.TimeDistributed(shared)(x) + shared(x)


def of_a_dense_in_two_wrappers(side, x):
    shared = side.layers.Dense(4)
    return side.layers.TimeDistributed(shared)(side.layers.TimeDistributed(shared)(x))


def of_a_cell_in_two_rnns(side, x):
    shared = side.layers.LSTMCell(3)
    return side.layers.RNN(shared)(x) + side.layers.RNN(shared, go_backwards=True)(x)


def of_a_model_in_two_wrappers(side, x):
    shared = side.Sequential([side.Input((4,)), side.layers.Dense(4)])
    return side.layers.TimeDistributed(shared)(x) + side.layers.TimeDistributed(shared)(x * 2)


def of_a_dense_in_a_model_and_beside_it(side, x):
    shared = side.layers.Dense(4)
    return side.Sequential([side.Input((5, 4)), shared])(x) + shared(x * 2)


def of_a_dense_in_two_models(side, x):
    shared, inputs = side.layers.Dense(4), side.Input((5, 4))
    one = side.Sequential([side.Input((5, 4)), shared])
    return one(x) + side.Model(inputs, shared(inputs) * 2)(x)


SHARED = {
    of_a_dense_in_and_beside_a_wrapper: 2,
    of_a_dense_in_two_wrappers: 2,
    of_a_cell_in_two_rnns: 3,
    of_a_model_in_two_wrappers: 2,
    # Keras numbers the calls of a layer over all models of a file, if it makes it once.
    of_a_dense_in_a_model_and_beside_it: 4,
    of_a_dense_in_two_models: 4,
}


@pytest.mark.parametrize("made", SHARED)
def test_a_layer_that_keras_marks_as_shared_is_one_layer(made, tmp_path) -> None:
    """Keras itself refuses these files: it looks for weights at the places that have none."""
    x = keras.Input((5, 4))
    model = drawn(keras.Model(x, made(keras, x)), made.__name__)
    model.save(tmp_path / "m.keras")
    again = cornu.models.load_model(tmp_path / "m.keras")
    values = generator(made.__name__).normal(size=(2, 5, 4)).astype("float32")
    same(again.predict(values, verbose=0), model.predict(values, verbose=0))
    assert [w.shape for w in again.weights] == [tuple(w.shape) for w in model.weights]


@pytest.mark.parametrize("made", SHARED)
def test_keras_reads_layers_that_are_shared_here(made, tmp_path) -> None:
    x = cornu.Input((5, 4))
    model = drawn(cornu.Model(x, made(cornu, x)), made.__name__)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    values = generator(made.__name__).normal(size=(2, 5, 4)).astype("float32")
    same(again.predict(values, verbose=0), model.predict(values, verbose=0))
    assert len(again.weights) == SHARED[made]


#: Operations where a layer takes a function; Keras finds activations by their name alone.
FUNCTIONS = {
    **{name: lambda k, name=name: getattr(k.ops, name) for name in
       ("tanh", "sigmoid", "relu", "softmax", "leaky_relu", "gelu", "sin", "square")},
    "image": lambda k: k.ops.image.hsv_to_rgb,
    "activation": lambda k: k.activations.mish,
}  # fmt: skip


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("layer", ["Activation", "Lambda"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_operations_as_functions_are_read_by_both(name, layer, suffix, tmp_path) -> None:
    x = cornu.Input((4, 4, 3))
    y = getattr(cornu.layers, layer)(FUNCTIONS[name](cornu))(x)
    model = cornu.Model(x, y)
    model.save(tmp_path / f"m{suffix}")
    values = generator(name).uniform(0, 1, (2, 4, 4, 3)).astype("float32")
    for reader in (keras, cornu):
        again = reader.models.load_model(tmp_path / f"m{suffix}")
        same(again.predict(values, verbose=0), model.predict(values, verbose=0))


UNBUILT = {
    "rows": (lambda k: [k.Dense(4), k.BatchNormalization(), k.Dense(2)], (5,)),
    "normalized": (lambda k: [k.BatchNormalization(), k.Dense(2)], (5,)),
    "image": (
        lambda k: [k.Conv2D(4, 3), k.BatchNormalization(), k.Flatten(), k.Dense(2)],
        (8, 6, 3),
    ),
}


@pytest.mark.parametrize("file", ["m.keras", "m.h5", "w.weights.h5"])
@pytest.mark.parametrize("case", UNBUILT)
def test_a_stack_without_input_takes_weights_of_keras(case, file, tmp_path) -> None:
    layers, shape = UNBUILT[case]
    model = drawn(keras.Sequential([keras.Input(shape), *layers(keras.layers)]), case)
    path = str(tmp_path / file)
    model.save(path) if file.startswith("m") else model.save_weights(path)
    again = cornu.Sequential(layers(cornu.layers))
    if case == "image" and file == "w.weights.h5":
        with pytest.raises(cornu.errors.NotBuiltError, match=r"\(None, height, width, 3\)"):
            again.load_weights(path)
        again.build((None, *shape))
    again.load_weights(path)
    x = generator(case).normal(size=(3, *shape)).astype("float32")
    same(again.predict(x, verbose=0), model.predict(x, verbose=0))
