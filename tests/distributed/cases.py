"""Trainings that come to the same on one process and on several: a table of functions.

Each returns what `run.py` writes down: numbers that must agree with those of one process.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import numpy as np

import cornu
from cornu import layers, ops
from cornu_ops import ranks

CASES: dict[str, Callable[[], Any]] = {}
ONLY_EQUAL = {"batch statistics of each", "dropout"}  # all ranks alike, but not as one process
ROUNDED = {"half precision": 1e-2}  # sums of half precision depend on their order


def case(name: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    def add(function: Callable[[], Any]) -> Callable[[], Any]:
        CASES[name] = function
        return function

    return add


def data(rows: int = 33, features: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    x = rng.standard_normal((rows, features))
    return x, x @ rng.standard_normal((features, 2)) + 0.3


def dense(*more: Any) -> cornu.Sequential:
    return cornu.Sequential(
        [cornu.Input((5,)), layers.Dense(4, activation="tanh"), *more, layers.Dense(2)]
    )


def trained(model: Any, *args: Any, **options: Any) -> Any:
    options = {"batch_size": 8, "epochs": 2, "verbose": 0, **options}
    return model, model.fit(*args, **options).history


@case("dense, uneven last batch")  # 33 rows: the last batch has one, for one rank
def _():
    model = dense()
    model.compile("adam", "mse", metrics=["mae"])
    return trained(model, *data(), validation_data=data(7))


@case("clipped by global norm")
def _():
    model = dense()
    model.compile(cornu.optimizers.SGD(0.3, momentum=0.9, global_clipnorm=0.2), "mse")
    return trained(model, *data())


@case("weights of samples")
def _():
    model = dense()
    model.compile("sgd", "mse", metrics=["mae"], weighted_metrics=["mse"])
    return trained(model, *data(), sample_weight=np.random.default_rng(1).random(33))


def _reduced(reduction: Any) -> Callable[[], Any]:
    def run() -> Any:
        model = dense()
        loss = cornu.losses.MeanSquaredError(reduction=reduction)
        model.compile(cornu.optimizers.SGD(0.01), loss)
        return trained(model, *data(), sample_weight=np.random.default_rng(1).random(33))

    return run


for _reduction in ("sum", "mean_with_sample_weight", "none"):
    CASES[f"reduction {_reduction}"] = _reduced(_reduction)


@case("weights of classes, metrics by thresholds")
def _():
    x, y = data()
    model = cornu.Sequential([cornu.Input((5,)), layers.Dense(1, activation="sigmoid")])
    names = "AUC F1Score Precision R2Score".split()
    metrics = ["accuracy", *(getattr(cornu.metrics, name)() for name in names)]
    metrics.append(cornu.metrics.SensitivityAtSpecificity(0.5))
    model.compile("sgd", "binary_crossentropy", metrics=metrics)
    return trained(model, x, (y[:, :1] > 0).astype("int32"), class_weight={0: 1.0, 1: 3.0})


@case("every metric")
def _():
    given = {
        "num_classes": 2,
        "target_class_ids": [0],
        **dict.fromkeys(("specificity", "sensitivity", "recall", "precision"), 0.5),
        "normalizer": [1.0, 2.0],
    }
    made = []
    for name in dir(cornu.metrics):
        kind = getattr(cornu.metrics, name)
        if isinstance(kind, type) and issubclass(kind, cornu.metrics.Metric):
            needs = [p.name for p in inspect.signature(kind).parameters.values() if not_given(p)]
            takes = inspect.signature(kind.update_state).parameters
            if set(needs) <= set(given) and "y_pred" in takes and "Sparse" not in name:
                made.append(kind(**{need: given[need] for need in needs}))
    assert len(made) > 30
    x, y = data()
    model = cornu.Sequential([cornu.Input((5,)), layers.Dense(2, activation="softmax")])
    model.compile("sgd", "mse", metrics=made)
    return trained(model, x, np.eye(2)[(y[:, 0] > 0).astype(int)])


def not_given(parameter: inspect.Parameter) -> bool:
    plain = parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
    return plain and parameter.default is parameter.empty


def _overlap(loss: str, **options: Any) -> Callable[[], Any]:
    def run() -> Any:
        x, y = data()
        model = cornu.Sequential([cornu.Input((5,)), layers.Dense(2, activation="sigmoid")])
        model.compile(cornu.optimizers.SGD(0.5), getattr(cornu.losses, loss)(**options))
        return trained(model, x, (y > 0).astype("float64"))

    return run


CASES["regions across samples"] = _overlap("Dice")
CASES["regions of each class"] = _overlap("Tversky", axis=(0,), alpha=0.3, beta=0.7)
CASES["regions of each class, added"] = _overlap("Dice", axis=0, reduction="sum")
CASES["regions of each class, as they are"] = _overlap("Dice", axis=0, reduction="none")
CASES["regions of each sample"] = _overlap("Dice", axis=-1)


@case("masks")
def _():
    rng = np.random.default_rng(3)
    x = rng.integers(0, 4, (33, 6))
    model = cornu.Sequential(
        [
            cornu.Input((6,), dtype="int32"),
            layers.Embedding(4, 3, mask_zero=True),
            layers.LSTM(3, return_sequences=True),
            layers.Dense(1),
        ]
    )
    model.compile("adam", "mse", metrics=["mae"])
    return trained(model, x, rng.standard_normal((33, 6, 1)))


@case("batch statistics of all")
def _():
    model = dense(layers.BatchNormalization(synchronized=True))
    model.compile("sgd", "mse")
    return trained(model, *data())


@case("batch statistics of each")
def _():
    model = dense(layers.BatchNormalization())
    model.compile("sgd", "mse")
    return trained(model, *data(32))


@case("dropout")
def _():
    model = dense(layers.Dropout(0.5))
    model.compile("sgd", "mse")
    return trained(model, *data())


@case("accumulated gradients")
def _():
    model = dense()
    model.compile(cornu.optimizers.SGD(0.1, gradient_accumulation_steps=2), "mse")
    return trained(model, *data())


@case("terms added by layers")
def _():
    model = dense(layers.ActivityRegularization(l2=0.1), layers.Dense(3, kernel_regularizer="l2"))
    model.compile("sgd", "mse")
    return trained(model, *data())


@case("a train_step of one's own")
def _():
    class Own(cornu.Sequential):
        def train_step(self, batch):
            x, y = batch
            loss = ops.mean(ops.square(y - self(x, training=True)))
            self.optimizer.apply(self.compute_gradients(loss), self.trainable_variables)
            return {"own": loss}

    model = Own(dense().layers)
    model.compile("sgd")
    return trained(model, *data(32))


@case("a train_step that tracks its loss")
def _():
    class Own(cornu.Sequential):
        def train_step(self, batch):
            x, y = batch
            loss = ops.mean(ops.square(y - self(x, training=True)))
            self.optimizer.apply(self.compute_gradients(loss), self.trainable_variables)
            self.tracker.update_state(loss)
            return {"loss": self.tracker.result()}

    model = Own(dense().layers)
    model.tracker = cornu.metrics.Mean(name="loss")
    model.compile("sgd")
    return trained(model, *data())


@case("what a layer counts")
def _():
    class Counts(layers.Layer):
        def build(self, shape):
            self.seen = self.add_weight((), "zeros", "int32", trainable=False, name="seen")
            self.average = self.add_weight((4,), "zeros", trainable=False, name="average")

        def call(self, x):
            self.seen.assign_add(ops.sum(ops.cast(x > 0, "int32")))
            self.average.assign(0.9 * self.average + 0.1 * ops.mean(x, axis=0))
            return x

    model = dense(Counts())
    model.compile("sgd", "mse")
    return trained(model, *data())


@case("two outputs")
def _():
    x, y = data()
    given = cornu.Input((5,))
    hidden = layers.Dense(4, "tanh")(given)
    a, b = layers.Dense(2, name="a")(hidden), layers.Dense(1, "sigmoid", name="b")(hidden)
    model = cornu.Model(given, {"a": a, "b": b})
    losses = {"a": "mse", "b": "binary_crossentropy"}
    metrics = {"a": ["mae"], "b": ["accuracy", cornu.metrics.AUC()]}
    model.compile("adam", losses, loss_weights={"a": 0.3, "b": 2.0}, metrics=metrics)
    weights = {"a": np.random.default_rng(1).random(33)}
    targets = {"a": y, "b": (y[:, :1] > 0).astype("int32")}
    return trained(model, x, targets, sample_weight=weights)


@case("stopping early, at rates that fall")
def _():
    model = dense()
    model.compile(cornu.optimizers.SGD(0.9), "mse")
    stops = cornu.callbacks.EarlyStopping("val_loss", patience=1, restore_best_weights=True)
    falls = cornu.callbacks.ReduceLROnPlateau("val_loss", patience=0)
    model, history = trained(
        model, *data(64), validation_split=0.25, epochs=12, callbacks=[stops, falls]
    )
    assert len(history["loss"]) < 12
    return model, history


@case("several steps at a time, fewer than there are")
def _():
    model = dense()
    model.compile("adam", "mse", steps_per_execution=2)
    return trained(model, *data(), steps_per_epoch=3)


def _half(scale: float) -> Any:
    half = {"dtype": "mixed_float16"}
    model = cornu.Sequential(
        [cornu.Input((5,)), layers.Dense(4, "tanh", **half), layers.Dense(2, **half)]
    )
    optimizer = cornu.optimizers.SGD(0.1)
    model.compile(cornu.optimizers.LossScaleOptimizer(optimizer, initial_scale=scale), "mse")
    return trained(model, *data())


@case("half precision")
def _():
    return _half(2.0**9)


@case("half precision that overflows")  # in each step, on each rank
def _():
    return _half(2.0**26)


@case("stored data, shuffled by blocks")
def _():
    class Stored:
        """Rows that are not in memory, as far as `fit` knows."""

        def __init__(self, array: np.ndarray) -> None:
            self.array, self.shape, self.dtype = array, array.shape, array.dtype
            self.chunks = (90, 5)

        def __getitem__(self, rows: slice) -> np.ndarray:
            return self.array[rows]

    x, y = data(8001)
    model = dense()
    model.compile("sgd", "mse")
    with patch.dict(os.environ, {"CORNU_DATA_MEMORY": "1"}):
        return trained(model, Stored(x), y, batch_size=500, validation_split=0.1)


@case("a Sequence")
def _():
    x, y = data()

    class Batches(cornu.utils.Sequence):
        def __len__(self):
            return 5

        def __getitem__(self, i):
            return x[i * 8 : i * 8 + 8], y[i * 8 : i * 8 + 8]

    model = dense()
    model.compile("sgd", "mse")
    return trained(model, Batches(), batch_size=None, shuffle=True)


@case("a generator")
def _():
    x, y = data()

    def batches():
        while True:
            for i in range(0, 33, 8):
                yield x[i : i + 8], y[i : i + 8]

    model = dense()
    model.compile("sgd", "mse")
    return trained(model, batches(), batch_size=None, steps_per_epoch=5)


@case("batches of each, after an uneven one")
def _():
    x, y = data(12)
    rank, size = ranks.current.rank, ranks.current.size
    own = slice(rank * 12 // size, (rank + 1) * 12 // size)
    model = dense()
    model.compile("sgd", "mse")
    trained(model, *data())
    losses = [float(model.train_on_batch(x[own], y[own])) for _ in range(2)]
    return model, {"loss": losses}


@case("evaluate and predict")
def _():
    model = dense()
    model.compile("sgd", "mse", metrics=["mae"])
    x, y = data()
    found = model.evaluate(x, y, batch_size=8, verbose=0, return_dict=True)
    predicted = model.predict(x, batch_size=8, verbose=0).ravel().tolist()
    by_all = cornu.distributed.predict(model, x, batch_size=8).ravel().tolist()
    return model, {**found, "predicted": predicted, "predicted by all": by_all}
