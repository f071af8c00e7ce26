"""What callbacks see of a training: the data to validate on, and its beginning."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu.base.callback import Callback
from cornu_engine import tree
from cornu_keras.compat.keras2.training_utils import is_sequence

__all__ = ["begun", "show_validation"]


@contextlib.contextmanager
def begun(model: Any, x: Any, callbacks: Any, params: dict[str, Any]) -> Iterator[None]:
    """Let training begin for callbacks before a generator is asked for its first batch.

    A generator may so be made ready by a callback, which it often is itself.

    Parameters
    ----------
    model : Model
    x : object
        What is trained on: only a generator has to wait.
    callbacks : Callback, or list of them, or None
    params : dict
        What `set_params` is told.
    """
    waits = hasattr(x, "__next__") and not is_sequence(x) and model.built
    early = [c for c in _listed(callbacks) if waits and _hears(c)]
    for callback in early:
        callback.set_params({**params, "metrics": model.metrics_names})
        callback.set_model(model)
        callback.on_train_begin({})
        # the hook proper is the second call
        callback.__dict__["on_train_begin"] = lambda logs=None: None
    try:
        yield
    finally:
        for callback in early:
            callback.__dict__.pop("on_train_begin", None)


def _hears(callback: Any) -> bool:
    own = getattr(type(callback), "on_train_begin", None)
    return isinstance(callback, Callback) and not own.__module__.startswith("cornu")


def show_validation(callbacks: Any, data: Any, model: Any) -> None:
    """Let callbacks see the data to validate on: inputs, targets, weights, the phase of tests."""
    seen = None
    if isinstance(data, tuple):
        x, y, weights = (*data, None)[:3]
        targets = tree.flatten(y) if y is not None else []
        given = tree.flatten(weights) if weights is not None else []
        if len(given) != len(targets):
            given = [np.ones(len(target), "float32") for target in targets]
        seen = [*tree.flatten(x), *targets, *given, *([0.0] if _has_phases(model) else [])]
    for callback in _listed(callbacks):
        callback.validation_data = seen


def _listed(callbacks: Any) -> list[Any]:
    listed = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
    return [c for c in listed if c is not None and not hasattr(type(c), "callbacks")]


def _has_phases(model: Any) -> bool:
    """Tell whether some layer does something else while training."""
    kinds = ("Dropout", "Dropout1D", "Dropout2D", "Dropout3D", "GaussianNoise")
    return any(
        type(layer).__name__.endswith((*kinds, "BatchNormalization"))
        or getattr(layer, "dropout", 0)
        or getattr(layer, "recurrent_dropout", 0)
        for layer in model._flatten_layers()
    )
