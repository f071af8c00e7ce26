"""What frameworks that speak Keras share: the namespace of layers is their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

import numpy as np

from benchmarks.workloads import Workload


def chained(layers: Iterable[Callable], tensor: Any) -> Any:
    """Apply layers to a tensor, one after the other."""
    return reduce(lambda value, layer: layer(value), layers, tensor)


class Layers:
    """A framework's layers, and the two blocks that Keras writes with several of them."""

    def __init__(self, layers: Any) -> None:
        self.layers = layers

    def __getattr__(self, name: str) -> Any:
        return getattr(self.layers, name)

    def Residual(self, body: list, shortcut: list) -> Callable:
        """``relu(body(x) + shortcut(x))``; an empty shortcut passes ``x`` on."""
        k = self.layers
        return lambda x: k.ReLU()(k.Add()([chained(body, x), chained(shortcut, x)]))

    def TransformerBlock(self, heads: int, width: int, hidden: int) -> Callable:
        """Attention and two dense layers, each added to its input and normalised; no dropout."""
        k = self.layers

        def block(x: Any) -> Any:
            attention = k.MultiHeadAttention(heads, width // heads)
            x = k.LayerNormalization()(k.Add()([x, attention(x, x)]))
            dense = [k.Dense(hidden, activation="relu"), k.Dense(width)]
            return k.LayerNormalization()(k.Add()([x, chained(dense, x)]))

        return block


class KerasStyle:
    """Build, ``fit`` and ``predict`` a workload with a namespace that has Keras' names.

    Subclasses set :attr:`namespace`: a module with ``Input``, ``Model`` and ``layers``.
    """

    namespace: Any

    def __init__(self, workload: Workload) -> None:
        k = self.namespace
        inputs = k.Input(workload.shape, dtype="int32" if workload.vocabulary else "float32")
        self.model = k.Model(inputs, chained(workload.chain(Layers(k.layers)), inputs))
        binary = workload.classes == 1
        loss = "binary_crossentropy" if binary else "sparse_categorical_crossentropy"
        self.model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
        self.batch = workload.batch

    def fit(self, x: np.ndarray, y: np.ndarray, epochs: int) -> float:
        history = self.model.fit(x, y, batch_size=self.batch, epochs=epochs, verbose=0)
        return float(history.history["loss"][-1])

    def predict(self, x: np.ndarray) -> np.ndarray:
        return self.model.predict(x, batch_size=self.batch, verbose=0)

    def parameters(self) -> int:
        return int(sum(np.prod(weight.shape) for weight in self.model.trainable_weights))

    def plan_bytes(self) -> int | None:
        return None
