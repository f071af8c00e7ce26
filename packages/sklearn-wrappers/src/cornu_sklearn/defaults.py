"""The networks that are trained where no model is given, sized from the data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cornu import Input, Sequential, layers, optimizers

STEPS = 600  # of training, as far as the number of epochs allows
FEWEST_EPOCHS, MOST_EPOCHS = 10, 60
CODE = "code"


def epochs_for(rows: int, batch_size: int) -> int:
    """Return how many epochs a default network is trained for.

    Examples
    --------
    >>> epochs_for(100, 32), epochs_for(640, 32), epochs_for(100_000, 32)
    (60, 30, 10)
    """
    steps = math.ceil(rows / batch_size)
    return min(max(STEPS // steps, FEWEST_EPOCHS), MOST_EPOCHS)


def width_for(rows: int) -> int:
    """Return the width of the first hidden layer: a power of two near the root of the rows.

    Examples
    --------
    >>> width_for(150), width_for(1_000), width_for(60_000)
    (16, 32, 256)
    """
    return int(np.clip(2 ** round(math.log2(max(rows, 1)) / 2), 16, 256))


def network(
    X: np.ndarray,
    meta: Mapping[str, Any],
    hidden: int | Sequence[int] | None = None,
    activation: str = "relu",
    dropout: float = 0.0,
    learning_rate: float = 0.005,
) -> Sequential:
    """Return a multilayer perceptron for this data.

    Columns are brought to mean 0 and deviation 1 first, and what it predicts in a regression is
    brought to the mean and deviation of y, so that neither has to be scaled by hand.

    Parameters
    ----------
    X : numpy.ndarray
        Rows to train on.
    meta : mapping
        What is known of the target.
    hidden : int or sequence of int, optional
        Units of each hidden layer; by default two, of a width that grows with the rows.
    activation : str
        Of the hidden layers.
    dropout : float
        Share of the hidden units left out at each step.
    learning_rate : float
        Of Adam.
    """
    width = width_for(len(X))
    hidden = (width, max(width // 2, 8)) if hidden is None else hidden
    parts: list[Any] = [Input(X.shape[1:]), *_scaled(X)]
    for units in [hidden] if isinstance(hidden, int) else hidden:
        parts.append(layers.Dense(units, activation=activation))
        if dropout:
            parts.append(layers.Dropout(dropout))
    target = meta["target_encoder_"]
    parts.append(layers.Dense(target.n_outputs_expected_, activation=target.activation))
    if "y_scale" in meta:
        scale, offset = meta["y_scale"]
        parts.append(layers.Rescaling(scale.tolist(), offset.tolist()))
    model = Sequential(parts)
    model.compile(optimizers.Adam(learning_rate), target.default_loss(target.n_outputs_expected_))
    return model


def autoencoder(
    X: np.ndarray,
    hidden: int | Sequence[int] | None = None,
    components: int | None = None,
    activation: str = "relu",
    learning_rate: float = 0.005,
) -> Sequential:
    """Return a network that has to restate its input from a few numbers: those of layer `CODE`.

    Parameters
    ----------
    X : numpy.ndarray
        Rows to train on.
    hidden : int or sequence of int, optional
        Units of each hidden layer on either side.
    components : int, optional
        Numbers in the middle; by default half as many as there are columns, and 32 at most.
    activation : str
        Of the hidden layers.
    learning_rate : float
        Of Adam.
    """
    columns = int(np.prod(X.shape[1:]))
    components = components or min(math.ceil(columns / 2), 32)
    width = width_for(len(X))
    hidden = (width,) if hidden is None else [hidden] if isinstance(hidden, int) else hidden
    encode = [layers.Dense(units, activation=activation) for units in hidden]
    start = [Input(X.shape[1:]), *_scaled(X), *encode, layers.Dense(components, name=CODE)]
    scale, offset = deviation(X.reshape(len(X), -1))
    decode = [layers.Dense(units, activation=activation) for units in reversed(hidden)]
    end = [layers.Dense(columns), layers.Rescaling(scale.tolist(), offset.tolist())]
    model = Sequential([*start, *decode, *end])
    model.compile(optimizers.Adam(learning_rate), "mse")
    return model


def deviation(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return deviation and mean of each column; 1 for the deviation of what does not change."""
    table = table.astype(np.float64)
    scale = table.std(axis=0)
    scale[~(scale > 1e-12 * abs(table).max(axis=0, initial=1.0))] = 1.0
    return scale, table.mean(axis=0)


def _scaled(X: np.ndarray) -> list[Any]:
    scale, mean = deviation(X.reshape(len(X), -1))
    flat = [] if X.ndim == 2 else [layers.Flatten()]
    return [*flat, layers.Rescaling((1 / scale).tolist(), (-mean / scale).tolist())]
