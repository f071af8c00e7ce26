"""What frameworks that speak Keras share: a record becomes a layer of the namespace given."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks import workloads as w


def _residual(layers: Any, record: w.Residual, tensor: Any) -> Any:
    body = chain(layers, record.body, tensor)
    shortcut = chain(layers, record.shortcut, tensor)
    return layers.Activation("relu")(layers.Add()([body, shortcut]))


def _conv(layers: Any, record: w.Conv2D, tensor: Any) -> Any:
    return layers.Conv2D(
        record.filters,
        record.size,
        strides=record.strides,
        padding=record.padding,
        use_bias=record.use_bias,
        activation=record.activation,
    )(tensor)


def _transformer(layers: Any, record: w.TransformerBlock, tensor: Any) -> Any:
    attention = layers.MultiHeadAttention(record.heads, record.width // record.heads)
    tensor = layers.LayerNormalization()(layers.Add()([tensor, attention(tensor, tensor)]))
    hidden = layers.Dense(record.hidden, activation="relu")(tensor)
    return layers.LayerNormalization()(layers.Add()([tensor, layers.Dense(record.width)(hidden)]))


#: record type -> what it does to a symbolic tensor
LAYERS = {
    w.Dense: lambda k, r, t: k.Dense(r.units, activation=r.activation)(t),
    w.Conv2D: _conv,
    w.MaxPooling2D: lambda k, r, t: k.MaxPooling2D(r.size)(t),
    w.Dropout: lambda k, r, t: k.Dropout(r.rate)(t),
    w.Flatten: lambda k, r, t: k.Flatten()(t),
    w.BatchNormalization: lambda k, r, t: k.BatchNormalization()(t),
    w.ReLU: lambda k, r, t: k.Activation("relu")(t),
    w.GlobalAveragePooling2D: lambda k, r, t: k.GlobalAveragePooling2D()(t),
    w.Embedding: lambda k, r, t: k.Embedding(r.input_dim, r.output_dim)(t),
    w.LSTM: lambda k, r, t: k.LSTM(r.units)(t),
    w.GRU: lambda k, r, t: k.GRU(r.units)(t),
    w.BidirectionalLSTM: lambda k, r, t: k.Bidirectional(k.LSTM(r.units))(t),
    w.Conv1D: lambda k, r, t: k.Conv1D(r.filters, r.size, activation=r.activation)(t),
    w.MaxPooling1D: lambda k, r, t: k.MaxPooling1D(r.size)(t),
    w.GlobalAveragePooling1D: lambda k, r, t: k.GlobalAveragePooling1D()(t),
    w.SeparableConv2D: lambda k, r, t: k.SeparableConv2D(r.filters, r.size, padding="same")(t),
    w.TransformerBlock: _transformer,
    w.Residual: _residual,
}


def chain(layers: Any, records: tuple, tensor: Any) -> Any:
    """Apply the layers of ``records`` to ``tensor``, one after the other."""
    for record in records:
        tensor = LAYERS[type(record)](layers, record, tensor)
    return tensor


class KerasStyle:
    """Build, ``fit`` and ``predict`` a workload with a namespace that has Keras' names.

    Subclasses set :attr:`namespace`: a module with ``Input``, ``Model`` and ``layers``.
    """

    namespace: Any

    def __init__(self, workload: w.Workload) -> None:
        k = self.namespace
        dtype = "int32" if workload.vocabulary else "float32"
        inputs = k.Input(workload.shape, dtype=dtype)
        binary = workload.classes == 1
        head = w.Dense(workload.classes, "sigmoid" if binary else "softmax")
        outputs = chain(k.layers, (*workload.layers, head), inputs)
        self.model = k.Model(inputs, outputs)
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
