"""Writes the list of groups that the native backend has compiled: `python -m tests.native_groups`.

Models are trained, tested and asked on that backend: the workloads of the benchmarks, and small
ones for each activation where it is met, each block, layer, loss and optimizer. What their groups
compute is listed, one a line, in `tapes.txt`. Build the kernels again after that.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.adapters.cornu_engine import CornuEngine
from benchmarks.workloads import WORKLOADS, Workload
from cornu import Input, Model, layers, losses, optimizers
from cornu.base import Layer, Loss, Optimizer
from cornu.plugins import registry
from cornu_backend_native import backend, fused
from cornu_backend_native.lower.listing import tapes_of
from cornu_backend_native.lower.program import Lowered, lower
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.trace import Trace

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
# What stands between two dense layers, for each activation: the last two for rare ones too.
ACTIVATED = [
    (IMAGE, lambda name: [L.Conv2D(4, 1), L.BatchNormalization(), L.Activation(name)]),
    (IMAGE, lambda name: [L.Conv2D(4, 1), L.Add(), L.Activation(name), L.MaxPooling2D()]),
    (IMAGE, lambda name: [L.Conv2D(4, 1), L.BatchNormalization(), L.Add(), L.Activation(name)]),
    (FLAT, lambda name: [L.Dense(5, activation=name), L.Dropout(0.3)]),
    (FLAT, lambda name: [L.Dense(5), L.LayerNormalization(), L.Activation(name), L.Dropout(0.3)]),
    (FLAT, lambda name: [L.Dense(5, activation=name)]),
    (FLAT, lambda name: [L.Dense(5, use_bias=False), L.Activation(name)]),
]
# Those that networks are mostly made of.
USUAL = (
    "elu", "gelu", "hard_silu", "leaky_relu", "mish", "relu", "relu6", "selu", "sigmoid", "silu",
    "softplus", "tanh",
)  # fmt: skip


def residual(join: Callable, *body: Callable) -> Callable:
    """Return what adds a value to what layers make of it, in the order that `join` says."""

    def call(value: Any) -> Any:
        made = value
        for layer in body:
            made = layer(made)
        return join(value, made)

    return call


def before(value: Any, made: Any) -> Any:
    return L.Add()([value, made])


def behind(value: Any, made: Any) -> Any:
    return L.Add()([made, value])


def times(value: Any, made: Any) -> Any:
    return L.Multiply()([value, made])


def kept(first: Callable, *body: Callable) -> Callable:
    """Return what makes a value, and puts beside it what layers make of it."""

    def call(value: Any) -> Any:
        made = value = first(value)
        for layer in body:
            made = layer(made)
        return L.Concatenate()([made, value])

    return call


def highway(gate: Layer, body: Layer) -> Callable:
    def call(value: Any) -> Any:
        share = gate(value)
        return share * body(value) + (1 - share) * value

    return call


def scaled(body: Layer) -> Callable:
    return lambda value: value + 0.1 * body(value)


def _conv(name: str | None = None) -> Layer:
    return L.Conv1D(4, 3, padding="causal", activation=name)


# What stands twice between two dense layers, for each usual activation.
BLOCKS = [
    lambda name: [residual(before, _conv(name), L.Dropout(0.1), _conv(name)), L.Activation(name)],
    lambda name: [residual(before, _conv(name), _conv(name))],
    lambda name: [residual(before, _conv(name), _conv()), L.Activation(name)],
    lambda name: [residual(before, L.BatchNormalization(), L.Activation(name), _conv())],
    lambda name: [residual(before, L.LayerNormalization(), L.Dense(8, name), L.Dense(4))],
    lambda name: [
        residual(before, L.LayerNormalization(), L.Dense(8, name), L.Dense(4), L.Dropout(0.1))
    ],
    lambda name: [
        residual(before, L.LayerNormalization(), L.Activation(name), L.Dense(4), L.Dropout(0.1))
    ],
    lambda name: [residual(before, L.Dense(4, name), L.Dropout(0.1)), L.LayerNormalization()],
    lambda name: [
        residual(before, _conv(), L.BatchNormalization(), L.Activation(name), _conv(),
                 L.BatchNormalization()),
        L.Activation(name),
    ],
    lambda name: [_conv(), L.BatchNormalization(), L.Activation(name), L.Dropout(0.2)],
    lambda name: [L.Dense(4, name, kernel_regularizer="l2"), L.Dropout(0.2)],
    lambda name: [L.Dense(4, name), L.BatchNormalization(), L.Dropout(0.2)],
    lambda name: [L.Dense(4, name, activity_regularizer="l1")],
    lambda name: [residual(times, L.Dense(4, "sigmoid")), L.Dense(4, name)],
    lambda name: [residual(before, _conv(name), L.LayerNormalization()), L.Activation(name)],
    lambda name: [
        residual(behind, L.Activation(name), L.SeparableConv1D(4, 3, padding="same"),
                 L.BatchNormalization()),
    ],
    lambda name: [kept(_conv(name), L.MaxPooling1D(), L.UpSampling1D()), _conv(name)],
    lambda name: [kept(_conv(name), _conv(name), L.GlobalMaxPooling1D(), L.RepeatVector(6))],
    lambda name: [highway(L.Dense(4, "sigmoid"), L.Dense(4, name))],
    lambda name: [scaled(_conv(name)), scaled(_conv())],
    lambda name: [_conv(name), L.SpatialDropout1D(0.1), _conv(name), L.GlobalMaxPooling1D(),
                  L.RepeatVector(6)],
    lambda name: [residual(before, _conv(name), residual(times, L.Dense(4, "sigmoid")))],
]  # fmt: skip
# What stands before labels of each place: words, pixels, and one number per sample.
HEADS = [
    ("BinaryCrossentropy", {}, "sigmoid", 1),
    ("BinaryCrossentropy", {}, "sigmoid", 3),
    ("BinaryCrossentropy", {"from_logits": True}, None, 1),
    ("BinaryCrossentropy", {"from_logits": True}, None, 3),
    ("BinaryCrossentropy", {"label_smoothing": 0.1}, "sigmoid", 1),
    ("CategoricalCrossentropy", {}, "softmax", 3),
    ("CategoricalCrossentropy", {"from_logits": True}, None, 3),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, "softmax", 3),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1, "from_logits": True}, None, 3),
    ("SparseCategoricalCrossentropy", {}, "softmax", 3),
    ("SparseCategoricalCrossentropy", {}, "softmax", 500),  # so many are compared twice
    ("SparseCategoricalCrossentropy", {"from_logits": True}, None, 3),
    ("SparseCategoricalCrossentropy", {"ignore_class": 0}, "softmax", 3),
    ("SparseCategoricalCrossentropy", {"from_logits": True, "ignore_class": 0}, None, 3),
    *((name, {}, None, units) for name in ("MeanSquaredError", "MeanAbsoluteError", "Huber")
      for units in (1, 3)),
    *((name, {}, head, 1) for name in ("MeanSquaredError", "MeanAbsoluteError")
      for head in ("sigmoid", "tanh")),
]  # fmt: skip
MASKED = [
    lambda: [L.Masking(), L.LSTM(5, return_sequences=True), L.LSTM(5)],
    lambda: [L.Masking(), L.GRU(5, return_sequences=True), L.GRU(5)],
    lambda: [L.Masking(), L.SimpleRNN(5, return_sequences=True), L.SimpleRNN(5)],
    lambda: [L.Masking(), L.Bidirectional(L.LSTM(5, return_sequences=True))],
    lambda: [L.Masking(), L.Bidirectional(L.GRU(5))],
]
# Each as it is, and with each of the settings below.
OPTIMIZERS = [
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("RMSprop", {"momentum": 0.9}),
    ("RMSprop", {"centered": True}),
    ("RMSprop", {"momentum": 0.9, "centered": True}),
    ("Adam", {"amsgrad": True}),
    *((name, {}) for name in ("SGD", "RMSprop", "Adam", "AdamW")),
]
SETTINGS: list[dict] = [
    {},
    {"weight_decay": 0.1},
    {"clipnorm": 1.0},
    {"clipvalue": 1.0},
    {"global_clipnorm": 1.0},
    {"use_ema": True},
    {"gradient_accumulation_steps": 2},
]
# Two operations on vectors (v), truth values (b) and single numbers (s), t what the first one made:
# others are put together from them.
FIRST = [
    *(f"{op} v0 {other}" for op in ("add", "mul", "maximum", "minimum") for other in ("v1", "s1")),
    *("sub v0 v1", "sub v0 s1", "sub s0 v1", "div v0 v1", "div v0 s1", "where b0 v1 s3"),
]
OPERANDS = {"v": ((8, 9), "float32"), "s": ((1, 1), "float32"), "b": ((8, 9), "bool")}
SECOND = [
    *(f"{op} t {other}" for op in ("add", "mul", "maximum", "minimum") for other in ("v2", "s2")),
    *("sub t v2", "sub v2 t", "sub s2 t", "div t v2", "div v2 t", "where b2 t s3"),
    *("abs t", "neg t", "mul t t"),
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
        if quick:
            return found
        named = set(found)
        for each in _small_models():
            _run(*each)
        _run_pairs()
    return named | without_served(found)


def without_served(found: set[str]) -> set[str]:
    """Leave out what a tape of the same operations computes that keeps one value more."""
    kept: dict[str, list[set[str]]] = {}
    for operations, written in (tape.split(" = ") for tape in found):
        kept.setdefault(operations, []).append({*written.split(" ")})

    def is_served(tape: str) -> bool:
        operations, written = tape.split(" = ")
        values = {*written.split(" ")}
        return any(values < more and len(more) == len(values) + 1 for more in kept[operations])

    return {tape for tape in found if not is_served(tape)}


def _run_pairs() -> None:
    """Run pairs of operations that keep both results: they serve where one is wanted, too."""
    for steps in product(FIRST, SECOND):
        names = sorted({w for step in steps for w in step.split(" ") if w[-1].isdigit()})
        with Trace("pair") as trace:
            values = {n: trace.input(n, *OPERANDS[n[0]]) for n in names}
            for step in steps:
                op, *operands = step.split(" ")
                before, values["t"] = values.get("t"), getattr(p, op)(*map(values.get, operands))
            backend.NativeBackend().compile(build_program("pair", trace, [before, values["t"]]))


def _run_workload(workload: Workload) -> None:
    engine = CornuEngine(workload)
    x, y = workload.data(quick=True)
    x, y = x[: workload.batch], y[: workload.batch]
    engine.fit(x, y, 1)
    engine.model.evaluate(x, y, batch_size=workload.batch, verbose=0)
    for rows in (workload.batch, 1):
        engine.model.predict(x[:rows], batch_size=rows, verbose=0)


def _run(
    model: Model, loss: Any, optimizer: object, metrics: tuple[str, ...] = ("accuracy",)
) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(16, *model.input_shape[1:])).astype("float32")
    y = rng.integers(0, 2, (16, *model.output_shape[1:])).astype("float32")
    if "Sparse" in str(loss):
        y = y[..., 0].astype("int32")
    try:
        model.compile(optimizer, loss, metrics=[*metrics])
        model.fit(x, y, batch_size=16, verbose=0)
        model.evaluate(x, y, batch_size=16, verbose=0)
        model.predict(x, batch_size=16, verbose=0)
    except (
        TypeError,
        ValueError,
        NotImplementedError,
    ) as error:  # a loss that asks for other labels, and the like
        print(f"left out: {loss}, {optimizer}: {error}"[:100])


def _small_models() -> Iterator[tuple]:
    for name, block in product(sorted({*USUAL} - {"hard_silu", "mish", "softplus"}), BLOCKS):
        yield _chain(SERIES, [*block(name), *block(name), L.Flatten()]), "mse", "adam"
    for (entry, config, head, units), shape in product(HEADS, (FLAT, SERIES, IMAGE)):
        loss = losses.get({"class_name": entry, "config": config})
        for metrics in ((), ("accuracy",)):
            model = _chain(shape, [L.Dense(8, activation="relu")], head, units)
            yield model, loss, "adam", metrics
    for masked in MASKED:
        yield _chain(SERIES, [*masked(), L.Flatten()]), "mse", "adam"
    for shape, between in LAYERS:
        yield _chain(shape, [*between(), L.Flatten()]), "mse", "adam"
    activations = {e.name for e in registry.entries("activation") if e.name == e.own_name}
    rare = product(sorted(activations - {*USUAL}), ACTIVATED[-2:])
    for entry, (shape, activated) in (*product(USUAL, ACTIVATED), *rare):
        yield _chain(shape, [*activated(entry), L.Flatten()]), "mse", "adam"
    for entry, units in product(_classes("loss", Loss), (1, 3)):
        head = "softmax" if "Categorical" in entry else "sigmoid"
        yield _chain(FLAT, [L.Dense(8, activation="relu")], head, units), entry, "adam"
        yield _chain(FLAT, [L.Dense(8, activation="relu")], None, units), entry, "adam"
    made = (
        optimizers.get({"class_name": name, "config": {**config, **setting}})
        for (name, config), setting in product(OPTIMIZERS, SETTINGS)
    )
    for optimizer in (*_classes("optimizer", Optimizer), *made):
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
