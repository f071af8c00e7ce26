"""Mistakes of beginners as a table: what they write, in a library of Keras' API, and what helps.

A row is the call, texts that the answer must hold (what was written, and the edit that mends it)
and the kind of answer: `error` or `warning`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 4)).astype("float32")
Y = RNG.integers(0, 3, 24)
IMAGES = RNG.random((8, 12, 12, 1)).astype("float32")


class Mistake(NamedTuple):
    """What was written, how it is answered, and what the answer holds."""

    make: Callable[[Any], Any]
    texts: tuple[str, ...]
    kind: str = "error"


def net(k: Any, units: int = 3, activation: str | None = "softmax", **options: Any) -> Any:
    """Return a compiled classifier of 4 features in library `k`."""
    model = k.Sequential(
        [k.Input((4,)), k.layers.Dense(5), k.layers.Dense(units, activation=activation)]
    )
    model.compile(**{"optimizer": "sgd", "loss": "sparse_categorical_crossentropy", **options})
    return model


def fit(k: Any, *data: Any, **options: Any) -> Any:
    """Train a classifier, on the usual data where none are given."""
    return net(k).fit(*(data or (X, Y)), verbose=0, **options)


def compiled(k: Any, **options: Any) -> Any:
    """Train a classifier that was compiled so."""
    return net(k, **options).fit(X, Y, verbose=0)


def sub(k: Any, call: Callable[..., Any], y: Any = Y) -> Any:
    """Train a model of a class with that `call`."""
    model = type("Net", (k.Model,), {"call": call} if call else {})()
    model.compile("sgd", "mse")
    return model.fit(X, y, verbose=0)


def saved(k: Any, then: Callable[[Any, str], Any], name: str = "model.keras") -> Any:
    """Do something with a model and a path that holds nothing yet."""
    import os
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return then(net(k), os.path.join(folder, name))


def frame(**columns: Any) -> Any:
    """Return a table of pandas."""
    import pandas

    return pandas.DataFrame(columns)


def branch(tensor: Any) -> Any:
    """Ask a symbolic value."""
    return 1 if tensor[0, 0] > 0 else 2


def unregistered(k: Any) -> Any:
    """Load a file in which a layer stands whose class is not told."""

    class Doubling(k.layers.Layer):
        def call(self, x: Any) -> Any:
            return 2 * x

    def roundtrip(_: Any, path: str) -> Any:
        k.Sequential([k.Input((4,)), Doubling()]).save(path)
        return k.models.load_model(path)

    return saved(k, roundtrip)


def convolutions(k: Any, *layers: Any) -> Any:
    """Train a model of images that ends as given."""
    model = k.Sequential([k.Input((12, 12, 1)), k.layers.Conv2D(2, 3), *layers])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model.fit(IMAGES, np.arange(8) % 3, verbose=0)


#: Those by which a user's day was lost; the first ten were met.
MISTAKES: dict[str, Mistake] = {
    "rows in a list": Mistake(lambda k: fit(k, list(X), Y), ("np.stack(x)",)),
    "validation_data=x": Mistake(lambda k: fit(k, validation_data=X), ("validation_data=(x, y)",)),
    "softmax of one unit": Mistake(
        lambda k: net(k, 1, loss="binary_crossentropy").fit(X, Y > 0, verbose=0),
        ("softmax", "sigmoid"),
        "warning",
    ),
    "NaN in x": Mistake(
        lambda k: fit(k, np.where(X > 1.5, np.nan, X), Y), ("x holds NaN", "np.isnan"), "warning"
    ),
    "epochs=2.0": Mistake(lambda k: fit(k, epochs=2.0), ("epochs=2.0", "epochs=2.")),
    "validation_split='0.2'": Mistake(
        lambda k: fit(k, validation_split="0.2"), ("validation_split='0.2'", "validation_split=0.2")
    ),
    "kernelsize=": Mistake(
        lambda k: k.layers.Conv2D(3, kernelsize=3), ("Conv2D", "'kernelsize'", "'kernel_size'")
    ),
    "model.predic": Mistake(lambda k: net(k).predic(X), ("predic", "'predict'")),
    "Dense(unit=3)": Mistake(lambda k: k.layers.Dense(unit=3), ("Dense", "'unit'", "'units'")),
    # Layers
    "units as text": Mistake(lambda k: k.layers.Dense("10"), ("'10'", "10")),
    "half a unit": Mistake(lambda k: k.layers.Dense(10.5), ("units", "10.5")),
    "units left out": Mistake(lambda k: k.layers.Dense(activation="relu"), ("Dense", "units")),
    "a blank behind a name": Mistake(
        lambda k: k.layers.Dense(3, activation="relu "), ("'relu '", "'relu'")
    ),
    "input_shape=4": Mistake(
        lambda k: k.Sequential([k.layers.Dense(3, input_shape="4")]), ("'4'",)
    ),
    "Input('784')": Mistake(lambda k: k.Input(shape="784"), ("'784'", "(784,)")),
    "Input(batchsize=)": Mistake(lambda k: k.Input((4,), batchsize=2), ("'batchsize'",)),
    "Input of floats": Mistake(lambda k: k.Input((28.5,)), ("28.5",)),
    "Embedding('100')": Mistake(lambda k: k.layers.Embedding("100", 8), ("input_dim", "'100'")),
    "return_sequence=": Mistake(
        lambda k: k.layers.LSTM(8, return_sequence=True),
        ("LSTM", "'return_sequence'", "'return_sequences'"),
    ),
    "LSTM on LSTM": Mistake(
        lambda k: k.Sequential([k.Input((7, 2)), k.layers.LSTM(3), k.layers.LSTM(3)]),
        ("return_sequences=True",),
    ),
    "Dropout('0.5')": Mistake(lambda k: k.layers.Dropout("0.5"), ("rate", "'0.5'")),
    "Conv2D without a kernel": Mistake(lambda k: k.layers.Conv2D(32), ("Conv2D", "kernel_size")),
    "an image without channels": Mistake(
        lambda k: k.Sequential([k.Input((28, 28)), k.layers.Conv2D(3, 3)]),
        ("(None, 28, 28)", "channels"),
    ),
    "stride= of a pool": Mistake(
        lambda k: k.layers.MaxPooling2D(2, stride=2), ("MaxPooling2D", "'stride'", "'strides'")
    ),
    "eps=": Mistake(lambda k: k.layers.BatchNormalization(eps=1e-3), ("'eps'", "'epsilon'")),
    "Reshape(3, 4)": Mistake(lambda k: k.layers.Reshape(3, 4), ("(3, 4)",)),
    "Activation()": Mistake(lambda k: k.layers.Activation(), ("Activation", "activation")),
    "TimeDistributed(Dense)": Mistake(
        lambda k: k.layers.TimeDistributed(k.layers.Dense), ("Dense(",)
    ),
    "Bidirectional('lstm')": Mistake(lambda k: k.layers.Bidirectional("lstm"), ("'lstm'", "LSTM")),
    "layers.dense": Mistake(lambda k: k.layers.dense, ("'dense'", "'Dense'")),
    "keras.optimizer": Mistake(lambda k: k.optimizer, ("'optimizer'", "'optimizers'")),
    "layer.wieghts": Mistake(lambda k: net(k).layers[0].wieghts, ("'wieghts'", "'weights'")),
    # Models
    "Sequential(layer, layer)": Mistake(
        lambda k: k.Sequential(k.layers.Dense(3), k.layers.Dense(2)), ("[",)
    ),
    "a name in the stack": Mistake(
        lambda k: k.Sequential([k.Input((4,)), "relu"]), ("'relu'", "Activation")
    ),
    "add(None)": Mistake(lambda k: net(k).add(None), ("None",)),
    "add of a list": Mistake(lambda k: net(k).add([k.layers.Dense(3)]), ("list",)),
    "a layer of a layer": Mistake(lambda k: k.layers.Dense(3)(k.layers.Dense(2)), ("Dense",)),
    "concatenate(a, b)": Mistake(
        lambda k: k.layers.concatenate(k.Input((3,)), k.Input((3,))), ("[a, b]",)
    ),
    "Model(array, outputs)": Mistake(
        lambda k: k.Model(X, k.layers.Dense(3)(k.Input((4,)))), ("Input",)
    ),
    "another input": Mistake(
        lambda k: k.Model(k.Input((4,), name="new"), k.layers.Dense(3)(k.Input((4,), name="old"))),
        ("old",),
    ),
    "if tensor": Mistake(lambda k: branch(k.Input((4,))), ("cornu.ops",)),
    "float(tensor)": Mistake(lambda k: float(k.Input(())), ("float",)),
    "get_layer(99)": Mistake(lambda k: net(k).get_layer(index=99), ("99",)),
    "model.summry": Mistake(lambda k: net(k).summry(), ("summry", "'summary'")),
    "history.histroy": Mistake(lambda k: fit(k).histroy, ("histroy",)),
    "a weight too few": Mistake(lambda k: net(k).set_weights([X]), ("4", "1")),
    "a weight of another shape": Mistake(
        lambda k: net(k).layers[0].set_weights([np.zeros((5, 5)), np.zeros(5)]),
        ("(4, 5)", "(5, 5)"),
    ),
    "a model without call": Mistake(lambda k: sub(k, None), ("Net", "call")),
    "a call without return": Mistake(lambda k: sub(k, lambda self, x: None), ("return",)),
    # compile
    "optimiser=": Mistake(lambda k: compiled(k, optimiser="adam"), ("'optimiser'", "'optimizer'")),
    "adam(0.1) as text": Mistake(
        lambda k: compiled(k, optimizer="adam(0.1)"), ("'adam(0.1)'", "'adam'")
    ),
    "learning_rate as text": Mistake(
        lambda k: k.optimizers.Adam(learning_rate="0.01"), ("learning_rate", "'0.01'")
    ),
    "metrics='accuracy'": Mistake(
        lambda k: compiled(k, metrics="accuracy"), ("metrics=['accuracy']",)
    ),
    "metrics=['f1']": Mistake(lambda k: compiled(k, metrics=["f1"]), ("'f1'", "F1Score")),
    "a loss of one argument": Mistake(
        lambda k: compiled(k, loss=lambda y: y), ("(y_true, y_pred)",)
    ),
    "a loss without return": Mistake(lambda k: compiled(k, loss=lambda y, p: None), ("return",)),
    "a metric of one argument": Mistake(
        lambda k: compiled(k, metrics=[lambda y: y]), ("(y_true, y_pred)",)
    ),
    "no loss": Mistake(lambda k: compiled(k, loss=None), ("loss",)),
    # fit
    "fit(X=)": Mistake(lambda k: net(k).fit(X=X, y=Y), ("'X'", "'x'")),
    "batchsize=": Mistake(lambda k: fit(k, batchsize=8), ("'batchsize'", "'batch_size'")),
    "batch_size='8'": Mistake(lambda k: fit(k, batch_size="8"), ("batch_size='8'", "batch_size=8")),
    "epochs='3'": Mistake(lambda k: fit(k, epochs="3"), ("epochs='3'", "epochs=3")),
    "validation_data=[x]": Mistake(
        lambda k: fit(k, validation_data=[X]), ("validation_data=(x, y)",)
    ),
    "validation_data as text": Mistake(
        lambda k: fit(k, validation_data="x"), ("validation_data", "str")
    ),
    "a callback's class": Mistake(
        lambda k: fit(k, callbacks=[k.callbacks.EarlyStopping]), ("EarlyStopping()",)
    ),
    "a callback's name": Mistake(
        lambda k: fit(k, callbacks=["EarlyStopping"]), ("'EarlyStopping'",)
    ),
    "a monitor without validation": Mistake(
        lambda k: fit(k, callbacks=[k.callbacks.EarlyStopping("val_loss", patience=1)]),
        ("val_loss", "loss"),
        "warning",
    ),
    "class_weight='balanced'": Mistake(
        lambda k: fit(k, class_weight="balanced"), ("class_weight", "'balanced'", "{")
    ),
    "class_weight as a list": Mistake(
        lambda k: fit(k, class_weight=[1, 2, 3]), ("class_weight", "{0: 1")
    ),
    "weights of another shape": Mistake(
        lambda k: fit(k, sample_weight=np.ones((24, 3))), ("sample_weight", "(24, 3)")
    ),
    "a path as data": Mistake(lambda k: fit(k, "data.csv", Y), ("str",)),
    "a column of words": Mistake(
        lambda k: fit(k, frame(a=[1.0] * 24, b=["s"] * 24, c=[1] * 24, d=[2] * 24), Y), ("b",)
    ),
    "labels as words in a list": Mistake(lambda k: fit(k, X, ["cat", "dog"] * 12), ("np.unique",)),
    "labels of halves": Mistake(lambda k: fit(k, X, Y + 0.5), (".5 (at y[0])",)),
    "three units for a yes or no": Mistake(
        lambda k: net(k, 3, "sigmoid", loss="binary_crossentropy").fit(X, Y > 0, verbose=0),
        ("(batch, 3)",),
    ),
    "no Flatten": Mistake(
        lambda k: convolutions(k, k.layers.Dense(3, activation="softmax")), ("Flatten",)
    ),
    "one sample": Mistake(lambda k: fit(k, X[0], Y[0]), ("y", "batch")),
    "evaluate without y": Mistake(lambda k: net(k).evaluate(X, verbose=0), ("y",)),
    "predict without x": Mistake(lambda k: net(k).predict(), ("x",)),
    "labels beyond num_classes": Mistake(
        lambda k: k.utils.to_categorical([0, 5], 3), ("num_classes", "5", "6")
    ),
    # Files
    "a file that is not there": Mistake(
        lambda k: saved(k, lambda model, path: k.models.load_model(path)), ("model.keras",)
    ),
    "weights that are not there": Mistake(
        lambda k: saved(k, lambda model, path: model.load_weights(path), "m.weights.h5"),
        ("m.weights.h5",),
    ),
    "a class that is not told": Mistake(unregistered, ("Doubling", "custom_objects")),
    # Last, as it is the last thing that Keras does in a process
    "set_backend('cuda')": Mistake(lambda k: k.config.set_backend("cuda"), ("'cuda'", "opencl")),
}
