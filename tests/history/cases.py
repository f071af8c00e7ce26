"""Trainings whose History is compared with Keras', and what writes Keras' side down.

KERAS_BACKEND=jax python tests/history/cases.py    # with Keras 3.15: writes recorded.json
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np

RECORDED = Path(__file__).with_name("recorded.json")
ROWS = 23

_draw = np.random.default_rng(0)
X = _draw.normal(size=(ROWS, 3)).astype("float32")
BINARY = (X.sum(1, keepdims=True) > 0).astype("float32")
CLASSES = _draw.integers(0, 3, ROWS)
WEIGHTS = np.linspace(0.5, 2, ROWS).astype("float32")

SPARSE = "sparse_categorical_crossentropy"
COMPILE: dict[str, list[dict[str, Any]]] = {
    "one": [
        {"loss": "mse"},
        {"loss": "mse", "metrics": ["acc"]},
        {"loss": "binary_crossentropy", "metrics": ["accuracy", "mae"]},
        {"loss": "mse", "metrics": ["mse", "AUC"]},
        {"loss": "mse", "metrics": ["mae"], "weighted_metrics": ["mae"]},
        {"loss": "mse", "weighted_metrics": ["acc"]},
        {"loss": "mse", "metrics": ["Precision", "Recall"]},
        {"loss": "mse", "metrics": [["mae"]]},
        {"loss": ["mse"], "metrics": ["mae"]},
    ],
    "list": [
        {"loss": ["mse", SPARSE]},
        {"loss": ["mse", SPARSE], "metrics": [["acc"], ["acc"]]},
        {"loss": {"a": "mse", "b": SPARSE}, "metrics": {"b": ["acc"]}},
        {
            "loss": {"a": "mse", "b": SPARSE},
            "metrics": {"a": "mae", "b": ["acc"]},
            "loss_weights": {"a": 1.0, "b": 0.5},
        },
        {"loss": ["mse", SPARSE], "weighted_metrics": [["mae"], ["acc"]]},
        {
            "loss": ["mse", SPARSE],
            "metrics": [["acc", "mae"], ["acc"]],
            "weighted_metrics": [["mae"], ["acc"]],
        },
    ],
    "dict": [
        {"loss": {"b": "mse", "a": SPARSE}},
        {"loss": {"b": "mse", "a": SPARSE}, "metrics": {"b": ["acc"], "a": ["acc"]}},
    ],
}
FIT: list[dict[str, Any]] = [
    {},
    {"sample_weight": True},
    {"validation_split": 0.2},
    {"validation_split": 0.35, "batch_size": 4},
    {"validation_split": 0.1, "epochs": 2},
    {"validation_split": 0.2, "sample_weight": True},
    {"validation_split": 0.2, "validation_freq": [1, 3], "epochs": 4},
    {"validation_data": True},
    {"validation_data": True, "validation_freq": 2, "epochs": 5},
    {"validation_data": True, "validation_steps": 1, "validation_batch_size": 5},
    {"epochs": 4, "initial_epoch": 2},
    {"steps_per_epoch": 2, "batch_size": 5, "epochs": 2},
]
EVERY = {("one", 4), ("list", 3)}  # compiled like this, every way to fit is tried


def names() -> list[str]:
    """Names of the cases: outputs, how it is compiled, how it is fitted."""
    return [
        f"{outputs}/{i}/{j}"
        for outputs, compiled in COMPILE.items()
        for i in range(len(compiled))
        for j in range(len(FIT))
        if j in (0, 1 + i % 2) or (outputs, i) in EVERY
    ]


def run(keras: Any, name: str) -> dict[str, Any]:
    """Train, and return what `History`, callbacks and `evaluate` say."""
    outputs, i, j = name.split("/")
    model, y, weights = _model(keras, outputs)
    model.compile("sgd", **COMPILE[outputs][int(i)])
    options = {"shuffle": False, "verbose": 0, **FIT[int(j)]}
    if options.get("sample_weight"):
        options["sample_weight"] = weights
    if options.get("validation_data"):
        options["validation_data"] = (X[:7], _first(y, 7))
    counter = _counter(keras)
    history = model.fit(X, y, callbacks=[counter], **options)
    found = model.evaluate(X, y, verbose=0, return_dict=True)
    return {
        "history": {key: [float(v) for v in values] for key, values in history.history.items()},
        "epoch": history.epoch,
        "batches": counter.batches,
        "logs": counter.logs,
        "evaluate": {key: float(value) for key, value in found.items()},
    }


def _model(keras: Any, outputs: str) -> tuple[Any, Any, Any]:
    layers = keras.layers
    inputs = layers.Input((3,))
    if outputs == "one":
        model = keras.Model(inputs, layers.Dense(1, activation="sigmoid", name="out")(inputs))
        y: Any = BINARY
        weights: Any = WEIGHTS
    else:
        first, second = ("a", "b") if outputs == "list" else ("b", "a")
        one = layers.Dense(1, activation="sigmoid", name=first)(inputs)
        two = layers.Dense(3, activation="softmax", name=second)(inputs)
        as_dict = outputs == "dict"
        model = keras.Model(inputs, {first: one, second: two} if as_dict else [one, two])
        y = {first: BINARY, second: CLASSES} if as_dict else [BINARY, CLASSES]
        weights = dict.fromkeys("ab", WEIGHTS) if as_dict else [WEIGHTS, WEIGHTS]
    draw = np.random.default_rng(1)
    model.set_weights([draw.normal(size=w.shape) * 0.5 for w in model.weights])
    return model, y, weights


def _first(y: Any, rows: int) -> Any:
    if isinstance(y, dict):
        return {name: part[:rows] for name, part in y.items()}
    return [part[:rows] for part in y] if isinstance(y, list) else y[:rows]


def _counter(keras: Any) -> Any:
    class Counter(keras.callbacks.Callback):
        def __init__(self) -> None:
            super().__init__()
            self.batches = {"train": 0, "test": 0}
            self.logs: list[str] = []

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.batches["train"] += 1
            self.logs = sorted(logs)

        def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
            self.batches["test"] += 1

    return Counter()


if __name__ == "__main__":
    import keras

    warnings.simplefilter("ignore")
    RECORDED.write_text(json.dumps({name: run(keras, name) for name in names()}, indent=1))
