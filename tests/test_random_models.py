"""Models put together at random train alike on the NumPy backend and by the definitions.

Whatever can be cut into rows is cut, for more threads than there are rows at times, and memory is
full of NaN when it is handed out: what a program reads it must have written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import cornu
from cornu import Input, Model
from cornu import layers as L
from cornu.engine.thresholds import extreme

Step = Callable[[Any, str | None], Any]


def _residual(layer: Callable[..., Any]) -> Step:
    return lambda x, act: L.Add()([x, layer(x.shape[-1], activation=act)(x)])


IMAGE: list[Step] = [
    lambda x, act: L.Conv2D(8, 3, padding="same", activation=act)(x),
    lambda x, act: L.Conv2D(5, (1, 3), strides=2, padding="same", use_bias=False)(x),
    lambda x, act: L.Conv2D(8, 3, padding="same", dilation_rate=2, activation=act)(x),
    lambda x, act: L.DepthwiseConv2D(3, padding="same", depth_multiplier=2, activation=act)(x),
    lambda x, act: L.SeparableConv2D(4, 3, padding="same", activation=act)(x),
    lambda x, act: L.Conv2DTranspose(4, 3, strides=2, activation=act)(x),
    lambda x, act: L.AveragePooling2D(2, strides=1, padding="same")(x),
    lambda x, act: L.MaxPooling2D(2, padding="same")(x),
    lambda x, act: L.UpSampling2D(2, interpolation="bilinear")(x),
    lambda x, act: L.ZeroPadding2D(((1, 0), (2, 1)))(x),
    lambda x, act: L.BatchNormalization()(x),
    lambda x, act: L.Permute((2, 1, 3))(x),
    _residual(lambda units, activation: L.Conv2D(units, 3, padding="same", activation=activation)),
]

SEQUENCE: list[Step] = [
    lambda x, act: L.LSTM(4, return_sequences=True, go_backwards=act is None)(x),
    lambda x, act: L.GRU(4, return_sequences=True, reset_after=act is None)(x),
    lambda x, act: L.Bidirectional(L.SimpleRNN(3, return_sequences=True))(x),
    lambda x, act: L.Conv1D(4, 3, padding="causal", activation=act)(x),
    lambda x, act: L.MultiHeadAttention(2, 4)(x, x, use_causal_mask=act is None),
    lambda x, act: L.LayerNormalization()(x),
    lambda x, act: L.TimeDistributed(L.Dense(6, activation=act))(x),
    lambda x, act: L.Permute((2, 1))(x),
    _residual(L.Dense),
]

FLAT: list[Step] = [
    lambda x, act: L.Dense(17, activation=act)(x),
    lambda x, act: L.BatchNormalization()(x),
    lambda x, act: L.Concatenate()([x, L.Dense(5, activation=act)(x)]),
    lambda x, act: L.Multiply()([x, L.Dense(x.shape[-1], activation="sigmoid")(x)]),
]

KINDS = {
    "image": (IMAGE, (7, 6, 3), L.Flatten),
    "sequence": (SEQUENCE, (5, 4), L.GlobalAveragePooling1D),
    "flat": (FLAT, (9,), L.Flatten),
}
ACTIVATIONS = [None, "relu", "tanh", "gelu", "softplus", "softmax"]


def _train(kind: str, seed: int, batch: int, backend: str) -> list[np.ndarray]:
    """Build a model of three random steps, train it for two epochs, return what is left."""
    cornu.utils.set_random_seed(seed)
    random = np.random.default_rng(seed)
    steps, shape, end = KINDS[kind]
    x = inputs = Input(shape)
    for step in random.integers(len(steps), size=3):
        x = steps[step](x, ACTIVATIONS[random.integers(len(ACTIVATIONS))])
    model = Model(inputs, L.Dense(2)(end()(x)))
    model.compile("adam", "mse", metrics=["mae"], backend=backend)
    images, targets = random.normal(size=(2 * batch + 1, *shape)), random.normal(size=(9, 2))
    targets = np.resize(targets, (2 * batch + 1, 2))
    history = model.fit(images, targets, batch_size=batch, epochs=2, verbose=0, shuffle=False)
    figures = [np.array(values) for values in history.history.values()]
    return [*figures, *model.get_weights(), model.predict(images, verbose=0)]


@pytest.fixture(params=[1, 3], ids=["1 thread", "3 threads"])
def _cut(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("CORNU_NUM_THREADS", raising=False)
    with extreme(f"always+threads{request.param}+dirty"):
        yield


@pytest.mark.usefixtures("_cut")
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", KINDS)
def test_both_backends_train_alike(kind: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cornu.config._settings, "floatx", "float64")
    batch = [1, 2, 4, 7][seed % 4]
    expected = _train(kind, seed, batch, "reference")
    for ours, theirs in zip(_train(kind, seed, batch, "numpy"), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-9)
