"""Mistakes more, met where a first model already works: a table as in `mistakes`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.beginners.mistakes import Mistake, X, Y, fit, net, saved


def stack(k: Any, shape: tuple[int, ...], *layers: Any) -> Any:
    """Put layers behind an input of that shape."""
    return k.Sequential([k.Input(shape), *layers])


def words(k: Any, x: Any, **options: Any) -> Any:
    """Train a model of word numbers."""
    embedding = k.layers.Embedding(10, 4, **options)
    model = stack(k, (3,), embedding, k.layers.Flatten(), k.layers.Dense(1))
    model.compile("sgd", "mse")
    return model.fit(x, np.zeros(len(x)), verbose=0)


def two(k: Any) -> Any:
    """Return a compiled model of two inputs and two outputs."""
    a, b = k.Input((2,), name="left"), k.Input((2,), name="right")
    joined = k.layers.concatenate([a, b])
    ends = [k.layers.Dense(1, name="price")(joined), k.layers.Dense(1, name="size")(joined)]
    model = k.Model([a, b], ends)
    model.compile("sgd", "mse")
    return model


def layer(k: Any, **methods: Any) -> Any:
    """Return a layer of a class of one's own."""
    return type("Own", (k.layers.Layer,), methods)()


def without_super(k: Any) -> Any:
    """Make a layer whose `__init__` forgets the base."""

    class Own(k.layers.Layer):
        def __init__(self) -> None:
            self.dense = k.layers.Dense(3)

        def call(self, x: Any) -> Any:
            return self.dense(x)

    return Own()(X)


def model_without_super(k: Any) -> Any:
    """Make a model whose `__init__` forgets the base."""

    class Own(k.Model):
        def __init__(self) -> None:
            self.dense = k.layers.Dense(3)

        def call(self, x: Any) -> Any:
            return self.dense(x)

    return Own()(X)


def stopped(k: Any, **options: Any) -> Any:
    """Train with early stopping."""
    return fit(k, callbacks=[k.callbacks.EarlyStopping(**options)], validation_split=0.25)


#: Each with what the answer must hold.
LATER: dict[str, Mistake] = {
    # Layers
    "Conv2D('3')": Mistake(lambda k: k.layers.Conv2D("3", 3), ("Conv2D", "filters", "'3'")),
    "Conv2D of a sequence": Mistake(
        lambda k: stack(k, (12, 3), k.layers.Conv2D(2, 3)),
        ("Conv2D", "(None, 12, 3)", "np.newaxis"),
    ),
    "Conv1D of a picture": Mistake(
        lambda k: stack(k, (8, 8, 3), k.layers.Conv1D(2, 3)), ("Conv1D", "(None, 8, 8, 3)")
    ),
    "a kernel larger than the picture": Mistake(
        lambda k: stack(k, (2, 2, 1), k.layers.Conv2D(2, 3)),
        ("Conv2D", "(None, 2, 2, 1)", "padding='same'"),
    ),
    "padding='SAME '": Mistake(
        lambda k: k.layers.Conv2D(2, 3, padding="same "), ("padding", "'same '", "'same'")
    ),
    "padding=1": Mistake(lambda k: k.layers.Conv2D(2, 3, padding=1), ("padding", "'valid'")),
    "strides=0": Mistake(lambda k: k.layers.Conv2D(2, 3, strides=0), ("strides", "0")),
    "a kernel of three sizes": Mistake(
        lambda k: k.layers.Conv2D(2, (3, 3, 3)), ("kernel_size", "(3, 3, 3)")
    ),
    "filters=0": Mistake(lambda k: k.layers.Conv2D(0, 3), ("filters", "0")),
    "units=-1": Mistake(lambda k: k.layers.Dense(-1), ("units", "-1")),
    "units as a list": Mistake(lambda k: k.layers.Dense([64, 32]), ("units", "[64, 32]")),
    "Dropout(50)": Mistake(lambda k: k.layers.Dropout(50), ("rate", "50")),
    "activation='softmx'": Mistake(
        lambda k: k.layers.Dense(3, activation="softmx"), ("'softmx'", "'softmax'")
    ),
    "initializer='xavier'": Mistake(
        lambda k: k.layers.Dense(3, kernel_initializer="xavier"), ("'xavier'", "cornu.initializers")
    ),
    "regularizer=0.01": Mistake(
        lambda k: k.layers.Dense(3, kernel_regularizer=0.01), ("0.01", "cornu.regularizers")
    ),
    "regularizer='L3'": Mistake(lambda k: k.layers.Dense(3, kernel_regularizer="l3"), ("'l3'",)),
    "LSTM of a table": Mistake(
        lambda k: stack(k, (4,), k.layers.LSTM(3)), ("LSTM", "(None, 4)", "Reshape((4, 1))")
    ),
    "LSTM of pictures": Mistake(
        lambda k: stack(k, (8, 8, 3), k.layers.LSTM(3)),
        ("LSTM", "(None, 8, 8, 3)", "TimeDistributed"),
    ),
    "a word beyond the table": Mistake(
        lambda k: words(k, np.full((4, 3), 10)), ("10", "input_dim=11")
    ),
    "a word below zero": Mistake(lambda k: words(k, np.full((4, 3), -1)), ("-1", "from 0")),
    "Flatten(x)": Mistake(lambda k: k.layers.Flatten(k.Input((3, 3))), ("Flatten", "data_format")),
    "Dense(3)(array of one axis)": Mistake(
        lambda k: k.layers.Dense(3)(np.ones(4)), ("Dense", "(None,)")
    ),
    "Reshape to another size": Mistake(
        lambda k: stack(k, (4,), k.layers.Reshape((3, 2))), ("Reshape", "(None, 3, 2)")
    ),
    "Add of two shapes": Mistake(
        lambda k: k.layers.Add()([k.Input((3,)), k.Input((4,))]), ("(None, 3)", "(None, 4)")
    ),
    "Concatenate of two shapes": Mistake(
        lambda k: k.layers.Concatenate()([k.Input((3, 2)), k.Input((4, 2))]),
        ("(None, 3, 2)", "axis 1"),
    ),
    "Concatenate of one": Mistake(
        lambda k: k.layers.Concatenate()(k.Input((3,))), ("Concatenate", "[a, b]")
    ),
    "Permute from zero": Mistake(
        lambda k: k.layers.Permute((0, 1))(k.Input((3, 2))), ("dims", "(0, 1)")
    ),
    "heads of no size": Mistake(
        lambda k: k.layers.MultiHeadAttention(4), ("MultiHeadAttention", "'key_dim'")
    ),
    "attention of one": Mistake(
        lambda k: k.layers.MultiHeadAttention(2, 4)(k.Input((3, 4))),
        ("call(query, value, key=None", "'value'"),
    ),
    "a slash in a name": Mistake(lambda k: k.layers.Dense(3, name="a/b"), ("'/'", "'a/b'")),
    "two layers of one name": Mistake(
        lambda k: stack(k, (4,), k.layers.Dense(3, name="a"), k.layers.Dense(3, name="a")),
        ("'a'", "name="),
    ),
    # Layers and models of one's own
    "a layer without super().__init__": Mistake(without_super, ("super().__init__()",)),
    "a model without super().__init__": Mistake(model_without_super, ("super().__init__()",)),
    "call without an input": Mistake(lambda k: layer(k, call=lambda self: 1)(X), ("Own", "call()")),
    "weights before build": Mistake(
        lambda k: k.layers.Dense(3).kernel, ("kernel", "build(input_shape)")
    ),
    "a layer that is not there": Mistake(lambda k: net(k).get_layer("none"), ("'none'",)),
    # compile
    "loss as a class": Mistake(
        lambda k: net(k, loss=k.losses.Huber).fit(X, Y, verbose=0), ("(batch,)", "(batch, 3)")
    ),
    "a loss for an output that is not there": Mistake(
        lambda k: (
            (m := two(k)).compile("sgd", {"price": "mse", "weight": "mse"})
            or m.fit([X[:, :2], X[:, 2:]], [Y, Y], verbose=0)
        ),
        ("'weight'", "'price', 'size'"),
    ),
    "three losses for two outputs": Mistake(
        lambda k: (
            (m := two(k)).compile("sgd", ["mse", "mse", "mse"])
            or m.fit([X[:, :2], X[:, 2:]], [Y, Y], verbose=0)
        ),
        ("3 entries", "2 outputs"),
    ),
    "Adam(lr='0.1')": Mistake(lambda k: k.optimizers.Adam(lr="0.1"), ("`learning_rate`", "'0.1'")),
    "momentum='0.9'": Mistake(
        lambda k: net(k, optimizer=k.optimizers.SGD(0.1, momentum="0.9")),
        ("SGD", "momentum=0.9"),
    ),
    "beta_1='0.9'": Mistake(
        lambda k: net(k, optimizer=k.optimizers.Adam(beta_1="0.9")).fit(X, Y, verbose=0),
        ("Adam", "beta_1=0.9"),
    ),
    "fit before compile": Mistake(
        lambda k: stack(k, (4,), k.layers.Dense(3)).fit(X, Y, verbose=0),
        ("compile(optimizer='adam'",),
    ),
    # fit
    "x of text": Mistake(lambda k: fit(k, X.astype(str), Y), ("text", "np.unique")),
    "x of another width": Mistake(
        lambda k: fit(k, X[:, :3], Y), ("(batch=24, 3)", "Input(shape=(3,))")
    ),
    "one input of two": Mistake(
        lambda k: two(k).fit(X[:, :2], [Y, Y], verbose=0), ("left, right",)
    ),
    "an input of another name": Mistake(
        lambda k: two(k).fit({"left": X[:, :2], "rigth": X[:, 2:]}, [Y, Y], verbose=0),
        ("'rigth'", "'right'"),
    ),
    "one target of two": Mistake(
        lambda k: two(k).fit([X[:, :2], X[:, 2:]], Y, verbose=0), ("price, size",)
    ),
    "classes from one": Mistake(lambda k: fit(k, X, Y + 1), ("y - 1",)),
    "one-hot for sparse": Mistake(
        lambda k: fit(k, X, np.eye(3)[Y]), ("categorical_crossentropy", "argmax")
    ),
    "numbers for one-hot": Mistake(
        lambda k: net(k, loss="categorical_crossentropy").fit(X, Y, verbose=0),
        ("sparse_categorical_crossentropy", "to_categorical"),
    ),
    "batch_size=0": Mistake(lambda k: fit(k, batch_size=0), ("batch_size=0", "batch_size=32")),
    "epochs='all'": Mistake(lambda k: fit(k, epochs="all"), ("epochs='all'", "epochs=10")),
    "validation_split=20": Mistake(
        lambda k: fit(k, validation_split=20), ("validation_split=20", "0.2")
    ),
    "verbose='yes'": Mistake(lambda k: net(k).fit(X, Y, verbose="yes"), ("verbose", "'yes'")),
    "callbacks as a function": Mistake(
        lambda k: fit(k, callbacks=[lambda: None]), ("function", "EarlyStopping(")
    ),
    "mode='minimum'": Mistake(
        lambda k: stopped(k, mode="minimum"), ("'minimum'", "'auto'"), "warning"
    ),
    "a class that has no weight": Mistake(
        lambda k: fit(k, class_weight={"a": 1.0}), ("class_weight", "'a'", "{0:")
    ),
    "evaluate(y, x)": Mistake(
        lambda k: net(k).evaluate(Y, X, verbose=0), ("(batch=24,)", "(batch, 4)", "1 axis ")
    ),
    # Files
    "save without a name": Mistake(lambda k: net(k).save(), ("filepath",)),
    "load_model of text": Mistake(
        lambda k: saved(
            k, lambda m, path: (Path(path).write_text("hello"), k.models.load_model(path))
        ),
        ("model.keras", "b'hello'"),
    ),
    "weights of another model": Mistake(
        lambda k: saved(
            k,
            lambda m, path: (m.save_weights(path), net(k, units=7).load_weights(path)),
            "m.weights.h5",
        ),
        ("(5, 7)", "(5, 3)", "skip_mismatch=True"),
    ),
}
