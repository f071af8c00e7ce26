"""Writes the list of groups that the native backend has compiled: `python -m tests.native_groups`.

Models are trained, tested and asked on that backend: the workloads of the benchmarks, and small
ones for each activation, layer, loss and optimizer. What their groups compute is listed, one a
line, in `tapes.txt`. Build the kernels again after that.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from unittest import mock

import numpy as np

from benchmarks.adapters.cornu_engine import CornuEngine
from benchmarks.workloads import WORKLOADS, Workload
from cornu import Input, Model, layers
from cornu.base import Loss, Optimizer
from cornu.plugins import registry
from cornu_backend_native import backend
from cornu_backend_native.lower import fused
from cornu_backend_native.lower.listing import tapes_of
from cornu_backend_native.lower.program import Lowered, lower

L = layers
IMAGE, SERIES, FLAT = (8, 8, 4), (6, 4), (12,)
# What stands between two dense layers: the shape that it takes, and itself.
LAYERS = [
    (FLAT, lambda: [L.BatchNormalization()]),
    (IMAGE, lambda: [L.BatchNormalization(), L.ReLU()]),
    (IMAGE, lambda: [L.BatchNormalization(center=False), L.Activation("swish")]),
    (IMAGE, lambda: [L.Conv2D(4, 3, activation="relu"), L.MaxPooling2D(), L.Dropout(0.3)]),
    (IMAGE, lambda: [L.SeparableConv2D(4, 3, activation="relu"), L.GlobalAveragePooling2D()]),
    (IMAGE, lambda: [L.DepthwiseConv2D(3), L.AveragePooling2D(), L.SpatialDropout2D(0.3)]),
    (IMAGE, lambda: [L.Conv2DTranspose(4, 3, activation="leaky_relu"), L.GlobalMaxPooling2D()]),
    (IMAGE, lambda: [L.GroupNormalization(2)]),
    (SERIES, lambda: [L.LayerNormalization(), L.Conv1D(4, 3, activation="gelu")]),
    (SERIES, lambda: [L.LSTM(5)]),
    (SERIES, lambda: [L.GRU(5)]),
    (SERIES, lambda: [L.GRU(5, reset_after=False, return_sequences=True)]),
    (SERIES, lambda: [L.SimpleRNN(5, return_sequences=True), L.GlobalAveragePooling1D()]),
    (SERIES, lambda: [L.Bidirectional(L.LSTM(3, return_sequences=True))]),
    (SERIES, lambda: [lambda x: L.MultiHeadAttention(2, 2)(x, x)]),
    (FLAT, lambda: [L.UnitNormalization(), L.GaussianNoise(0.1), L.GaussianDropout(0.2)]),
    (FLAT, lambda: [L.PReLU(), L.Dense(12, kernel_regularizer="l1_l2")]),
    (FLAT, lambda: [L.Dense(12, kernel_constraint="max_norm"), L.ELU(), L.LeakyReLU()]),
]


def tapes(quick: bool = False) -> set[str]:
    """Return what the groups of all models compute; `quick`: of the workloads alone."""
    found: set[str] = set()

    def noted(*arguments: object) -> Lowered:
        lowered = lower(*arguments)  # type: ignore[arg-type]
        found.update(tapes_of(lowered.steps))
        return lowered

    native = mock.patch.dict(os.environ, {"CORNU_BACKEND": "native"})
    with native, mock.patch.object(backend, "lower", noted), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for workload in WORKLOADS.values():
            _run_workload(workload)
        if not quick:
            for model, loss, optimizer in _small_models():
                _run(model, loss, optimizer)
    return found


def _run_workload(workload: Workload) -> None:
    engine = CornuEngine(workload)
    x, y = workload.data(quick=True)
    x, y = x[: workload.batch], y[: workload.batch]
    engine.fit(x, y, 1)
    engine.model.evaluate(x, y, batch_size=workload.batch, verbose=0)
    for rows in (workload.batch, 1):
        engine.model.predict(x[:rows], batch_size=rows, verbose=0)


def _run(model: Model, loss: str, optimizer: str) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(16, *model.input_shape[1:])).astype("float32")
    y = rng.integers(0, 2, (16, *model.output_shape[1:])).astype("float32")
    if loss.startswith("Sparse"):
        y = y[:, 0].astype("int32")
    try:
        model.compile(optimizer, loss, metrics=["accuracy"])
        model.fit(x, y, batch_size=16, verbose=0)
        model.evaluate(x, y, batch_size=16, verbose=0)
        model.predict(x, batch_size=16, verbose=0)
    except (
        TypeError,
        ValueError,
        NotImplementedError,
    ) as error:  # a loss that asks for other labels, and the like
        print(f"left out: {loss}, {optimizer}: {error}"[:100])


def _small_models() -> Iterator[tuple[Model, str, str]]:
    for shape, between in LAYERS:
        yield _chain(shape, [*between(), L.Flatten()]), "mse", "adam"
    for entry in sorted({e.name for e in registry.entries("activation") if e.name == e.own_name}):
        yield _chain(FLAT, [L.Dense(5, activation=entry)]), "mse", "adam"
    for entry in _classes("loss", Loss):
        head = "softmax" if "Categorical" in entry else "sigmoid"
        yield _chain(FLAT, [L.Dense(8, activation="relu")], head), entry, "adam"
        yield _chain(FLAT, [L.Dense(8, activation="relu")]), entry, "adam"
    for entry in _classes("optimizer", Optimizer):
        yield _chain(FLAT, [L.Dense(8, activation="relu"), L.BatchNormalization()]), "mse", entry


def _chain(shape: tuple[int, ...], middle: list, head: str | None = None) -> Model:
    inputs = value = Input(shape)
    for layer in [*middle, L.Dense(3, activation=head)]:
        value = layer(value)
    return Model(inputs, value)


def _classes(kind: str, base: type) -> list[str]:
    every = (e for e in registry.entries(kind) if e.name == e.own_name)
    return sorted(
        e.name for e in every if isinstance(e.object, type) and issubclass(e.object, base)
    )


if __name__ == "__main__":
    listed = sorted(tapes())
    fused.TAPES.write_text("".join(f"{tape}\n" for tape in listed), "utf-8")
    print(f"{len(listed)} groups")
