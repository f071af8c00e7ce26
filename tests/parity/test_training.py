"""``compile``, ``fit``, ``evaluate``: the same history, key by key and number by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.parity.sides import Pair, Recipe, assert_agree, floats, generator

SAMPLES = 26

float64 = pytest.mark.usefixtures("float64")


def _classifier(k: Any) -> Any:
    return k.Sequential(
        [
            k.Input((5,)),
            k.layers.Dense(8, activation="tanh"),
            k.layers.BatchNormalization(),
            k.layers.Dense(3, activation="softmax"),
        ]
    )


def _two_headed(k: Any) -> Any:
    left, right = k.Input((4,), name="left"), k.Input((3,), name="right")
    shared = k.layers.Dense(6, activation="tanh", name="shared")
    joined = k.layers.Concatenate(name="joined")([shared(left), k.layers.Dense(6)(right)])
    kind = k.layers.Dense(3, activation="softmax", name="kind")(joined)
    size = k.layers.Dense(1, name="size")(joined)
    return k.Model([left, right], [kind, size])


def _masked(k: Any) -> Any:
    return k.Sequential(
        [
            k.Input((6,), dtype="int32"),
            k.layers.Embedding(9, 4, mask_zero=True),
            k.layers.LSTM(5, return_sequences=True),
            k.layers.Dense(3, activation="softmax"),
        ]
    )


def _nested(k: Any) -> Any:
    tower = k.Sequential([k.Input((4,)), k.layers.Dense(3, activation="tanh")], name="tower")
    left, right = k.Input((4,)), k.Input((4,))
    joined = k.layers.Subtract()([tower(left), tower(right)])
    return k.Model([left, right], k.layers.Dense(1)(joined))


def _convolutional(k: Any) -> Any:
    L = k.layers
    inputs = k.Input((8, 8, 1))
    x = L.Conv2D(6, 3, padding="same", use_bias=False)(inputs)
    x = L.Activation("relu")(L.BatchNormalization()(x))
    y = L.Conv2D(6, 3, padding="same", activation="relu")(x)
    x = L.MaxPooling2D(2)(L.add([x, y]))
    x = L.GlobalAveragePooling2D()(x)
    return k.Model(inputs, L.Dense(3, activation="softmax")(x))


MODELS = [_classifier, _two_headed, _masked, _nested, _convolutional]


def _name(recipe: Recipe) -> str:
    return recipe.__name__.strip("_")


@pytest.mark.parametrize("recipe", MODELS, ids=_name)
def test_untrained_models(recipe: Recipe) -> None:
    """The same names and shapes; the same predictions, in float32."""
    random = generator(_name(recipe))
    pair = Pair.build(recipe, random)
    ours, theirs = pair.both(lambda m: [(w.path, tuple(w.shape)) for w in m.weights])
    assert ours == theirs
    ours, theirs = pair.both(lambda m: [layer.name for layer in m.layers])
    assert ours == theirs
    assert_agree(*pair.both(lambda m: m.count_params()), "parameters")
    shapes = [x.shape[1:] for x in pair.theirs.inputs]
    x = [
        random.integers(0, 9, (SAMPLES, *shape))
        if recipe is _masked
        else floats(random.normal(size=(SAMPLES, *shape)))
        for shape in shapes
    ]
    pair.agree(lambda m: m.predict(x if len(x) > 1 else x[0], verbose=0), "predictions")


def _compiled(name: str, **arguments: Any) -> tuple[Pair, np.ndarray, np.ndarray]:
    random = generator(name)
    pair = Pair.build(_classifier, random)
    given = {"metrics": ["accuracy"], **arguments}
    pair.compile(lambda k: k.optimizers.SGD(0.1), "sparse_categorical_crossentropy", **given)
    x = floats(random.normal(size=(SAMPLES, 5)))
    return pair, x, random.integers(0, 3, SAMPLES)


def _weights() -> np.ndarray:
    return floats(generator("sample weights").random(SAMPLES))


def _pairs(x: np.ndarray, y: np.ndarray) -> Callable[[], Any]:
    """Return a generator of batches that never ends."""

    def batches() -> Any:
        while True:
            for start in range(0, SAMPLES, 7):
                yield x[start : start + 7], y[start : start + 7]

    return batches


#: what is special -> arguments of fit, given x and y
FITS: dict[str, Callable[[np.ndarray, np.ndarray], dict]] = {
    "plain": lambda x, y: {"x": x, "y": y, "batch_size": 8},
    "whole batches": lambda x, y: {"x": x, "y": y, "batch_size": 13},
    "one batch": lambda x, y: {"x": x, "y": y, "batch_size": 100},
    "split": lambda x, y: {"x": x, "y": y, "batch_size": 8, "validation_split": 0.3},
    "validation": lambda x, y: {"x": x, "y": y, "validation_data": (x[:9], y[:9])},
    "weighted validation": lambda x, y: {
        "x": x,
        "y": y,
        "validation_data": (x[:9], y[:9], _weights()[:9]),
    },
    "every second": lambda x, y: {
        "x": x,
        "y": y,
        "epochs": 5,
        "validation_data": (x, y),
        "validation_freq": 2,
    },
    "chosen epochs": lambda x, y: {
        "x": x,
        "y": y,
        "epochs": 5,
        "validation_data": (x, y),
        "validation_freq": [1, 4],
    },
    "class weights": lambda x, y: {
        "x": x,
        "y": y,
        "batch_size": 8,
        "class_weight": {0: 0.2, 1: 1.0, 2: 3.0},
    },
    "sample weights": lambda x, y: {"x": x, "y": y, "batch_size": 8, "sample_weight": _weights()},
    "split sample weights": lambda x, y: {
        "x": x,
        "y": y,
        "sample_weight": _weights(),
        "validation_split": 0.25,
    },
    "later epochs": lambda x, y: {"x": x, "y": y, "initial_epoch": 2, "epochs": 4},
    "fewer steps": lambda x, y: {"x": x, "y": y, "batch_size": 4, "steps_per_epoch": 3},
    "generator": lambda x, y: {"x": _pairs(x, y)(), "steps_per_epoch": 4, "epochs": 2},
}


@float64
@pytest.mark.parametrize("name", FITS)
def test_history(name: str) -> None:
    pair, x, y = _compiled(name)

    def fit(model: Any) -> Any:
        arguments = {"epochs": 3, "shuffle": False, "verbose": 0, **FITS[name](x, y)}
        history = model.fit(**arguments)
        return {**history.history, "epoch": history.epoch}

    pair.agree(fit, name)
    pair.agree_on_weights(name)


@pytest.mark.usefixtures("precision")
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_evaluate(weighted: bool) -> None:
    weights = _weights() if weighted else None
    pair, x, y = _compiled("evaluate")
    pair.agree(
        lambda m: m.evaluate(x, y, batch_size=8, sample_weight=weights, verbose=0), "evaluate"
    )
    # As a list, live Keras repeats a metric that is weighted and unweighted.
    pair, x, y = _compiled("weighted metrics", weighted_metrics=["accuracy"])
    pair.agree(
        lambda m: m.evaluate(x, y, sample_weight=weights, verbose=0, return_dict=True), "by name"
    )


@float64
def test_one_batch_at_a_time() -> None:
    pair, x, y = _compiled("batches")
    pair.agree(lambda m: m.train_on_batch(x[:8], y[:8]), "train_on_batch")
    pair.agree(lambda m: m.train_on_batch(x[8:16], y[8:16], return_dict=True), "as a dict")
    weights = {0: 0.5, 1: 2.0, 2: 1.0}
    pair.agree(lambda m: m.train_on_batch(x[:8], y[:8], class_weight=weights), "class weights")
    pair.agree(lambda m: m.test_on_batch(x[8:], y[8:]), "test_on_batch")
    pair.agree(lambda m: m.predict_on_batch(x[:3]), "predict_on_batch")
    pair.agree_on_weights("batches")


#: what is special -> loss, and further arguments of compile
TWO_HEADS: dict[str, tuple[Any, dict]] = {
    "list": (["sparse_categorical_crossentropy", "mse"], {}),
    "weighed": (["sparse_categorical_crossentropy", "mse"], {"loss_weights": [0.3, 2.0]}),
    "metrics": (
        ["sparse_categorical_crossentropy", "mse"],
        {"metrics": [["accuracy"], ["mae", "mse"]]},
    ),
    "one list of metrics each": (
        ["sparse_categorical_crossentropy", "mse"],
        {"metrics": [["accuracy"], ["mae"]], "weighted_metrics": [["accuracy"], ["mse"]]},
    ),
}


@float64
@pytest.mark.parametrize("name", TWO_HEADS)
def test_two_inputs_and_two_outputs(name: str) -> None:
    random = generator(name)
    pair = Pair.build(_two_headed, random)
    loss, arguments = TWO_HEADS[name]
    pair.compile(lambda k: k.optimizers.SGD(0.02), loss, **arguments)
    x = [floats(random.normal(size=(SAMPLES, n))) for n in (4, 3)]
    y = [random.integers(0, 3, SAMPLES), floats(random.normal(size=(SAMPLES, 1)))]

    def fit(model: Any) -> Any:
        options = {"epochs": 2, "batch_size": 8, "shuffle": False, "verbose": 0}
        return model.fit(x, y, validation_split=0.25, **options).history

    pair.agree(fit, name)
    pair.agree_on_weights(name)
    pair.agree(lambda m: m.evaluate(x, y, verbose=0), f"{name}: evaluate")
    pair.agree(lambda m: m.predict(x, verbose=0), f"{name}: predict")


@float64
def test_inputs_and_outputs_by_name() -> None:
    random = generator("by name")

    def model(k: Any) -> Any:
        built = _two_headed(k)
        kind, size = built.outputs
        return k.Model(built.inputs, {"kind": kind, "size": size})

    pair = Pair.build(model, random)
    pair.compile(
        lambda k: k.optimizers.SGD(0.02),
        {"kind": "sparse_categorical_crossentropy", "size": "mse"},
        loss_weights={"kind": 0.5, "size": 2.0},
        metrics={"kind": ["accuracy"], "size": ["mae"]},
    )
    x = {
        "left": floats(random.normal(size=(SAMPLES, 4))),
        "right": floats(random.normal(size=(SAMPLES, 3))),
    }
    y = {
        "kind": random.integers(0, 3, SAMPLES),
        "size": floats(random.normal(size=(SAMPLES, 1))),
    }
    options: dict[str, Any] = {"epochs": 2, "batch_size": 8, "shuffle": False, "verbose": 0}
    pair.agree(lambda m: m.fit(x, y, **options).history, "by name")
    pair.agree_on_weights("by name")
    pair.agree(lambda m: m.predict(x, verbose=0), "by name")


@float64
def test_masks_reach_the_loss() -> None:
    random = generator("masked loss")
    pair = Pair.build(_masked, random)
    pair.compile(
        lambda k: k.optimizers.SGD(0.5), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    x, y = random.integers(0, 9, (12, 6)).astype("int32"), random.integers(0, 3, (12, 6))
    pair.agree(lambda m: m.evaluate(x, y, batch_size=4, verbose=0), "masked")
    # On jax, live Keras loses the mask of metrics in `fit`, not that of the loss.
    pair.agree(
        lambda m: m.fit(x, y, batch_size=4, shuffle=False, verbose=0).history["loss"], "masked"
    )
    pair.agree_on_weights("masked")


@float64
def test_frozen_layers_stay() -> None:
    pair, x, y = _compiled("frozen")
    for model in (pair.ours, pair.theirs):
        model.layers[0].trainable = False
    loss = "sparse_categorical_crossentropy"
    pair.compile(lambda k: k.optimizers.Adam(0.1), loss, metrics=["accuracy"])
    pair.agree(lambda m: m.fit(x, y, shuffle=False, verbose=0).history, "frozen")
    pair.agree_on_weights("frozen")
    ours, theirs = pair.both(lambda m: [len(m.trainable_weights), len(m.non_trainable_weights)])
    assert ours == theirs


@float64
def test_added_losses_and_metrics() -> None:
    random = generator("added")

    def model(k: Any) -> Any:
        class Penalty(k.layers.Layer):
            def call(self, inputs: Any) -> Any:
                self.add_loss(0.1 * k.ops.mean(k.ops.square(inputs)))
                return inputs

        return k.Sequential([k.Input((5,)), k.layers.Dense(4), Penalty(), k.layers.Dense(1)])

    pair = Pair.build(model, random)
    pair.compile(lambda k: k.optimizers.SGD(0.1), "mse", metrics=["mae"])
    x = floats(random.normal(size=(SAMPLES, 5)))
    y = floats(random.normal(size=(SAMPLES, 1)))
    pair.agree(
        lambda m: m.fit(x, y, batch_size=8, shuffle=False, verbose=0, epochs=2).history, "added"
    )
    pair.agree_on_weights("added")


@float64
def test_shared_and_nested_models() -> None:
    random = generator("nested")

    pair = Pair.build(_nested, random)
    pair.compile(lambda k: k.optimizers.Adam(0.05), "mse")
    x = [floats(random.normal(size=(SAMPLES, 4))) for _ in range(2)]
    y = floats(random.normal(size=(SAMPLES, 1)))
    pair.agree(
        lambda m: m.fit(x, y, batch_size=8, shuffle=False, verbose=0, epochs=3).history, "nested"
    )
    pair.agree_on_weights("nested")


@float64
def test_a_small_convolutional_network() -> None:
    random = generator("convolutional")

    pair = Pair.build(_convolutional, random)
    pair.compile(
        lambda k: k.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    x = floats(random.normal(size=(SAMPLES, 8, 8, 1)))
    y = random.integers(0, 3, SAMPLES)
    pair.agree(
        lambda m: m.fit(x, y, batch_size=8, shuffle=False, verbose=0, epochs=2).history, "network"
    )
    pair.agree_on_weights("network")
