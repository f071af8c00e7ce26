"""Writes the list of groups that the native backend has compiled: `python -m tests.native_groups`.

Models are trained, tested and asked on that backend: the workloads of the benchmarks, and small
ones for each activation where it is met, each layer, loss and optimizer. What their groups compute
is listed, one a line, in `tapes.txt`. Build the kernels again after that.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from functools import partial
from itertools import product
from unittest import mock

import numpy as np

from benchmarks.adapters.cornu_engine import CornuEngine
from benchmarks.workloads import WORKLOADS, Workload
from cornu import Input, Model, layers, optimizers
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
    (IMAGE, lambda: [L.LayerNormalization(), L.Conv2D(4, 1), L.UpSampling2D(), L.Rescaling(2.0)]),
    (SERIES, lambda: [lambda x: L.MultiHeadAttention(2, 2)(x, x, use_causal_mask=True)]),
    (SERIES, lambda: [L.LayerNormalization(), L.Add(), L.RMSNormalization(), L.Dropout(0.1)]),
    (SERIES, lambda: [L.GRU(5, return_sequences=True), L.Dropout(0.2), L.LSTM(5)]),
    (SERIES, lambda: [L.Bidirectional(L.GRU(3, return_sequences=True)), L.Attention()]),
]
# What stands between two dense layers, for each activation.
ACTIVATED = [
    (IMAGE, lambda name: [L.Conv2D(4, 1), L.BatchNormalization(), L.Activation(name)]),
    (IMAGE, lambda name: [L.Conv2D(4, 1), L.Add(), L.Activation(name), L.MaxPooling2D()]),
    (IMAGE, lambda name: [L.Conv2D(4, 1), L.BatchNormalization(), L.Add(), L.Activation(name)]),
    (FLAT, lambda name: [L.Dense(5, activation=name)]),
    (FLAT, lambda name: [L.Dense(5, activation=name), L.Dropout(0.3)]),
    (FLAT, lambda name: [L.Dense(5, use_bias=False), L.Activation(name)]),
    (FLAT, lambda name: [L.Dense(5), L.LayerNormalization(), L.Activation(name), L.Dropout(0.3)]),
]
OPTIMIZERS = [
    lambda: optimizers.SGD(momentum=0.9),
    lambda: optimizers.SGD(momentum=0.9, nesterov=True),
    lambda: optimizers.Adam(amsgrad=True),
    lambda: optimizers.RMSprop(momentum=0.9, centered=True),
    *(
        partial(optimizers.get, {"class_name": name, "config": each})
        for name in ("SGD", "Adam")
        for each in (
            {"weight_decay": 0.1},
            {"clipnorm": 1.0},
            {"clipvalue": 1.0},
            {"global_clipnorm": 1.0},
            {"use_ema": True},
            {"gradient_accumulation_steps": 2},
        )
    ),
]
# Two operations of two or three vectors or numbers, from which others are put together.
STEPS = ("add", "sub", "mul", "div", "maximum", "minimum")


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
            found.update(_pairs())
    return found


def _pairs() -> Iterator[str]:
    for first, second in product(STEPS, STEPS):
        for one, other in product(("v0 v1", "v0 s1"), ("t0 v2", "t0 s2")):
            yield f"{first}_f4 {one}; {second}_f4 {other} = t1"


def _run_workload(workload: Workload) -> None:
    engine = CornuEngine(workload)
    x, y = workload.data(quick=True)
    x, y = x[: workload.batch], y[: workload.batch]
    engine.fit(x, y, 1)
    engine.model.evaluate(x, y, batch_size=workload.batch, verbose=0)
    for rows in (workload.batch, 1):
        engine.model.predict(x[:rows], batch_size=rows, verbose=0)


def _run(model: Model, loss: str, optimizer: object) -> None:
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


def _small_models() -> Iterator[tuple[Model, str, object]]:
    for shape, between in LAYERS:
        yield _chain(shape, [*between(), L.Flatten()]), "mse", "adam"
    activations = {e.name for e in registry.entries("activation") if e.name == e.own_name}
    for entry, (shape, activated) in product(sorted(activations), ACTIVATED):
        yield _chain(shape, [*activated(entry), L.Flatten()]), "mse", "adam"
    for entry, units in product(_classes("loss", Loss), (1, 3)):
        head = "softmax" if "Categorical" in entry else "sigmoid"
        yield _chain(FLAT, [L.Dense(8, activation="relu")], head, units), entry, "adam"
        yield _chain(FLAT, [L.Dense(8, activation="relu")], None, units), entry, "adam"
    for optimizer in [*_classes("optimizer", Optimizer), *(make() for make in OPTIMIZERS)]:
        middle = [L.Dense(8, activation="relu"), L.BatchNormalization()]
        yield _chain(FLAT, middle), "mse", optimizer


def _chain(shape: tuple[int, ...], middle: list, head: str | None = None, units: int = 3) -> Model:
    inputs = value = Input(shape)
    before = inputs
    for layer in [*middle, L.Dense(units, activation=head)]:
        takes_two = isinstance(layer, L.Add | L.Attention)
        before, value = value, layer([value, before] if takes_two else value)
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
