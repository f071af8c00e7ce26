"""Models of real sizes, by the usual thresholds in float32, against the definitions in float64.

Sizes are what people train with; what would take the definitions too long is made narrower.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cornu
from cornu import Input, Model
from cornu import layers as L
from cornu.backends import resolve

from .conftest import FEW

WORK = 3e8  # multiplications of a prediction, about: more takes the definitions too long
Sizes = Callable[..., int]


def _between(random: np.random.Generator) -> Sizes:
    """Return a function that draws a size: small ones as often as large ones."""
    return lambda low, high: round(np.exp(random.uniform(np.log(low), np.log(high))))


def _flat(size: Sizes, batch: int) -> tuple[Any, Any]:
    wide = size(16, min(1024, round((WORK / batch / 3) ** 0.5)))
    x = Input((size(2, wide),))
    h = L.Dense(wide, activation="relu")(x)
    h = L.BatchNormalization()(L.Concatenate()([h, L.Dense(size(1, wide), activation="tanh")(x)]))
    h = L.Add()([L.Dense(wide, activation="gelu")(h), L.Dense(wide)(x)])
    return x, [L.Dense(size(1, 100), activation="softmax")(h), L.Dense(1)(h)]


def _series(size: Sizes, batch: int) -> tuple[Any, Any]:
    steps = size(2, min(500, max(2, 20_000 // batch)))
    units = size(4, max(4, min(1024, round((WORK / batch / steps / 16) ** 0.5))))
    x = Input((steps, size(1, 64)))
    h = L.Conv1D(units, min(3, steps), padding="same", activation="relu")(x)
    cell = [L.LSTM, L.GRU, L.SimpleRNN][size(1, 100) % 3]
    h, *state = cell(units, return_sequences=True, return_state=True)(h)
    last = cell(units)(L.Dense(size(1, 32))(h[:, : min(steps, 20)]), initial_state=state)
    return x, [L.Dense(size(1, 10))(last), L.TimeDistributed(L.Dense(2))(h)]


def _encoder_decoder(size: Sizes, batch: int) -> tuple[Any, Any]:
    long, short = size(2, 60), size(2, 60)
    units = size(8, max(8, min(512, round((WORK / batch / (long + short) / 8) ** 0.5))))
    source, target = Input((long, size(2, 40))), Input((short, size(2, 40)))
    _, *state = L.LSTM(units, return_state=True)(source)
    h, *_ = L.LSTM(units, return_sequences=True, return_state=True)(target, initial_state=state)
    return [source, target], L.Dense(size(2, 40), activation="softmax")(h)


def _attention(size: Sizes, batch: int) -> tuple[Any, Any]:
    steps = size(2, min(256, max(2, 8_000 // batch)))
    width = 4 * size(1, max(1, min(128, round((WORK / batch / steps / 8) ** 0.5) // 4)))
    tokens = Input((steps,), dtype="int32")
    h = L.Embedding(1000, width)(tokens)
    h = L.LayerNormalization()(h + L.MultiHeadAttention(4, width // 4)(h, h, use_causal_mask=True))
    h = L.LayerNormalization()(L.Add()([h, L.Dense(width)(L.Dense(2 * width, "relu")(h))]))
    return tokens, L.Dense(size(1, 20))(L.GlobalAveragePooling1D()(h))


def _image(size: Sizes, batch: int) -> tuple[Any, Any]:
    side = size(8, min(224, max(8, round((WORK / 300 / batch) ** 0.5))))
    filters = size(2, max(2, min(64, round((WORK / 18 / batch) ** 0.5 / side))))
    x = Input((side, side, size(1, 4)))
    h = L.Conv2D(filters, 3, padding="same", activation="relu")(x)
    h = L.MaxPooling2D(2)(L.BatchNormalization()(L.Conv2D(filters, 3, use_bias=False)(h)))
    h = L.Add()([h, L.SeparableConv2D(filters, 3, padding="same", activation="relu")(h)])
    h = L.Conv2D(2 * filters, 3, strides=2, padding="same", activation="relu")(h)
    up = L.Conv2DTranspose(filters, 2, strides=2)(h)
    return x, [L.Dense(size(1, 10))(L.GlobalAveragePooling2D()(h)), L.Conv2D(1, 1)(up)]


FAMILIES = [_flat, _series, _encoder_decoder, _attention, _image]


def _model(seed: int) -> tuple[Model, list[Any], list[np.ndarray]]:
    """Build the model of a seed, with inputs and targets of a batch."""
    cornu.utils.set_random_seed(seed)
    random = np.random.default_rng(seed)
    size = _between(random)
    batch = size(1, 512)
    model = Model(*FAMILIES[seed % len(FAMILIES)](size, batch))
    x = [
        random.integers(0, 1000, (batch, *i.shape[1:]))
        if i.dtype[0] == "i"
        else random.normal(size=(batch, *i.shape[1:]))
        for i in model.inputs
    ]
    return model, x, [random.normal(size=(batch, *o.shape[1:])) for o in model.outputs]


def _step(model: Model, x: Any, y: Any, backend: str) -> dict[str, np.ndarray]:
    """Predict and take a step; return the results and the changes of all weights."""
    before = [w.astype("float64") for w in model.get_weights()]
    model.compile(cornu.optimizers.SGD(1.0), "mse", backend=backend)
    results = model.predict(x, batch_size=len(x[0]), verbose=0)
    results = results if isinstance(results, (list, tuple)) else [results]
    found = {f"result {i}": value for i, value in enumerate(results)}
    found["loss"] = np.array(model.train_on_batch(x, y))
    after = model.get_weights()
    for weight, old, new in zip(model.weights, before, after, strict=True):
        found[f"change of {weight.path}"] = new - old
    return found


@pytest.fixture
def real_sizes(examples: int, seed: int | None) -> range:
    """Seeds: as many as there are random models, but for the time that they take."""
    first = seed or 0
    return range(first, first + (examples if examples != FEW else 15))


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_models_of_real_sizes(
    backend: str, real_sizes: range, monkeypatch: pytest.MonkeyPatch
) -> None:
    available = resolve(backend).available()
    if not available.ok:
        pytest.skip(available.reason)
    for seed in real_sizes:
        small, x, y = _model(seed)
        weights = small.get_weights()
        found = _step(small, x, y, backend)
        with monkeypatch.context() as patch:
            patch.setattr("cornu_engine.config._floatx", "float64")
            exact, *_ = _model(seed)
            exact.set_weights(weights)
            expected = _step(exact, x, y, "reference")
        shapes = [(w.path, w.shape) for w in small.weights]
        for name, ours, theirs in zip(expected, found.values(), expected.values(), strict=True):
            error = np.linalg.norm(ours - theirs) / max(np.linalg.norm(theirs), 1e-3)
            assert error < 2e-3, f"seed {seed}, batch {len(x[0])}: {name} by {error:.1e}\n{shapes}"
