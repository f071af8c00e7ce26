"""Five small trainings as scripts for Keras 2 write them; the module `keras` is given.

Run as a script with tf_keras or Cornu: `python tasks.py SIDE DATA SEEDS` prints one line of JSON,
the loss on held-out data for each task and seed.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["TASKS"]

SIDES = {"cornu": "cornu.compat.tfkeras", "tf_keras": "tf_keras"}


def tabular(keras: Any, data: dict[str, Any]) -> tuple[Any, Any, Any, dict[str, Any]]:
    """A perceptron with dropout on a table, RMSprop."""
    from_layers = keras.layers
    model = keras.models.Sequential()
    model.add(from_layers.Dense(32, activation="relu", input_dim=10))
    model.add(from_layers.Dropout(0.2))
    model.add(from_layers.Dense(32, activation="relu"))
    model.add(from_layers.Dense(1))
    model.compile(loss="mse", optimizer="rmsprop")
    return model, data["table"], data["table_y"], {"batch_size": 32, "epochs": 15}


def digits(keras: Any, data: dict[str, Any]) -> tuple[Any, Any, Any, dict[str, Any]]:
    """A convolutional network with batch normalization on images of digits, SGD with momentum."""
    from_layers = keras.layers
    model = keras.models.Sequential()
    model.add(from_layers.Conv2D(8, (3, 3), activation="relu", input_shape=(8, 8, 1)))
    model.add(from_layers.BatchNormalization())
    model.add(from_layers.MaxPooling2D(pool_size=(2, 2)))
    model.add(from_layers.Flatten())
    model.add(from_layers.Dropout(0.25))
    model.add(from_layers.Dense(10, activation="softmax"))
    optimizer = keras.optimizers.SGD(learning_rate=0.02, momentum=0.9, nesterov=True)
    model.compile(loss="categorical_crossentropy", optimizer=optimizer)
    labels = keras.utils.to_categorical(data["digits_y"], 10)
    return model, data["digits"][..., None], labels, {"batch_size": 64, "epochs": 5}


def sequence(keras: Any, data: dict[str, Any]) -> tuple[Any, Any, Any, dict[str, Any]]:
    """An LSTM that adds the two marked numbers of a sequence, Adam."""
    model = keras.models.Sequential()
    model.add(keras.layers.LSTM(16, input_shape=(8, 2)))
    model.add(keras.layers.Dense(1))
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(learning_rate=0.01))
    return model, data["sequences"], data["sequences_y"], {"batch_size": 32, "epochs": 12}


def autoencoder(keras: Any, data: dict[str, Any]) -> tuple[Any, Any, Any, dict[str, Any]]:
    """An autoencoder of the functional API with a penalty on its code, Adam."""
    image = keras.layers.Input(shape=(64,))
    penalty = keras.regularizers.l1(1e-5)
    code = keras.layers.Dense(16, activation="relu", activity_regularizer=penalty)(image)
    decoded = keras.layers.Dense(64, activation="sigmoid")(code)
    model = keras.models.Model(image, decoded)
    model.compile(optimizer="adam", loss="binary_crossentropy")
    flat = data["digits"].reshape(-1, 64)
    return model, flat, flat, {"batch_size": 64, "epochs": 12, "shuffle": True}


def text(keras: Any, data: dict[str, Any]) -> tuple[Any, Any, Any, dict[str, Any]]:
    """An embedding that tells two kinds of texts apart, Nadam."""
    model = keras.models.Sequential()
    model.add(keras.layers.Embedding(200, 8, input_length=20))
    model.add(keras.layers.GlobalAveragePooling1D())
    model.add(keras.layers.Dense(8, activation="relu"))
    model.add(keras.layers.Dropout(0.3))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(loss="binary_crossentropy", optimizer="nadam")
    return model, data["texts"], data["texts_y"], {"batch_size": 32, "epochs": 25}


Task = Callable[[Any, dict[str, Any]], tuple[Any, Any, Any, dict[str, Any]]]
TASKS: dict[str, Task] = {
    "tabular": tabular,
    "digits": digits,
    "sequence": sequence,
    "autoencoder": autoencoder,
    "text": text,
}


def final_loss(keras: Any, task: Task, data: dict[str, Any], seed: int) -> float:
    """Train with a seed, and return the loss on the last quarter of the data."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    model, x, y, options = task(keras, data)
    cut = 3 * len(x) // 4
    model.fit(x[:cut], y[:cut], verbose=0, **options)
    return float(model.evaluate(x[cut:], y[cut:], verbose=0))


def main(side: str, path: str, seeds: str) -> None:
    """Print the losses of one side."""
    keras = importlib.import_module(SIDES[side])
    data = dict(np.load(path))
    losses = {
        name: [final_loss(keras, task, data, seed) for seed in range(int(seeds))]
        for name, task in TASKS.items()
    }
    print(json.dumps(losses))


if __name__ == "__main__":
    main(*sys.argv[1:])
