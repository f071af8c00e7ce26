"""A compiled model that has seen no data, and the check every message must pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

import cornu


@pytest.fixture
def classifier() -> cornu.Model:
    """Take 4 features, tell 3 classes."""
    model = cornu.Sequential(
        [
            cornu.Input((4,)),
            cornu.layers.Dense(8, activation="relu", name="hidden"),
            cornu.layers.Dense(3, activation="softmax", name="scores"),
        ],
        name="classifier",
    )
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture
def regressor() -> cornu.Model:
    """Take 4 features, give one number."""
    model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(1, name="value")])
    model.compile("sgd", "mse")
    return model


@pytest.fixture
def x() -> np.ndarray:
    """Ten samples of 4 features."""
    return np.random.default_rng(0).normal(size=(10, 4)).astype("float32")


@pytest.fixture
def classes() -> np.ndarray:
    """Ten labels out of 3."""
    return np.random.default_rng(1).integers(0, 3, 10)


Saying = Callable[..., "Iterator[None]"]


@pytest.fixture
def saying() -> Saying:
    """Return a context in which an error must be raised whose message holds all texts given."""

    @contextmanager
    def expect(kind: type[Exception], *texts: str) -> Iterator[None]:
        with pytest.raises(kind) as caught:
            yield
        message = "\n".join([str(caught.value), *getattr(caught.value, "__notes__", [])])
        absent = [text for text in texts if text not in message]
        assert not absent, f"{absent} not said in: {message}"

    return expect
