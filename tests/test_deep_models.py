"""Models in models in models, two hundred deep."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu
from cornu.layers import Dense, Layer

DEEP = 200
X = np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)


def alternating() -> Any:
    x = cornu.Input((4,))
    model: Any = cornu.Model(x, Dense(4)(x))
    for i in range(DEEP):
        x = cornu.Input((4,))
        model = cornu.Model(x, model(x)) if i % 2 else cornu.Sequential([x, model])
    return model


def unbuilt() -> Any:
    model: Any = Dense(4)
    for _ in range(DEEP):
        model = cornu.Sequential([model])
    return model


class Holder(cornu.Model):
    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner

    def call(self, x: Any) -> Any:
        return self.inner(x)


def subclassed() -> Any:
    model: Any = Dense(4)
    for _ in range(DEEP):
        model = Holder(model)
    return model


@pytest.mark.parametrize("make", [alternating, unbuilt, subclassed])
def test_it_is_trained_shown_and_exported(make: Callable[[], Any], tmp_path: Path) -> None:
    model = make()
    model(X)
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(model.predict(X, verbose=0), X @ kernel + bias, rtol=1e-5, atol=1e-6)
    model.compile("sgd", "mse")
    model.fit(X, X, verbose=0)
    assert not np.array_equal(model.get_weights()[0], kernel)
    lines: list[str] = []
    model.summary(print_fn=lines.append)
    assert "20 (80.00 B)" in "\n".join(lines)
    expected = model.predict(X, verbose=0)
    model.export(tmp_path / "m.cornu", verbose=False)
    served = cornu.saved_model.load(tmp_path / "m.cornu")
    np.testing.assert_allclose(served.serve(X), expected, rtol=1e-6)
    model.save_weights(tmp_path / "m.weights.h5")
    model.set_weights([kernel, bias])
    model.load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_array_equal(model.predict(X, verbose=0), expected)


@pytest.mark.parametrize("make", [alternating, unbuilt])
def test_it_is_copied(make: Callable[[], Any]) -> None:
    model = make()
    expected = model.predict(X, verbose=0)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(other.predict(X, verbose=0), expected)


def test_what_calls_itself_without_end_is_told_so() -> None:
    class Endless(Layer):
        def call(self, x: Any) -> Any:
            return self(x)

    with pytest.raises(RecursionError):
        Endless()(X)


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_its_file_is_read(name: str, tmp_path: Path) -> None:
    model = alternating()
    model.save(tmp_path / name)
    loaded = cornu.models.load_model(tmp_path / name)
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0))
