"""What `fit`, `evaluate` and `predict` go over: batches, their steps, the callbacks."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from cornu.training.callback_list import CallbackList
from cornu.training.programs import ends_of, has_host_stage, prepare_for, step_finder
from cornu.training.trainable import Trainable
from cornu_data import as_triple, is_arrays, is_batches, make_source
from cornu_data.numbers import written
from cornu_data.preferences import limit_steps, resolve_verbose
from cornu_data.source import BatchSource
from cornu_data.split import train_validation_split
from cornu_data.tables import by_columns
from cornu_data.unpack import unpack_x_y_sample_weight
from cornu_engine.errors import DataError
from cornu_ops import ranks

__all__ = [
    "callbacks_of",
    "check_epochs",
    "check_frequency",
    "one_pass",
    "source_of",
    "split_off",
    "validation_source",
]


def one_pass(
    model: Trainable, mode: str, data: tuple[Any, ...], callbacks: Any, verbose: Any, **options: Any
) -> tuple[BatchSource, Any, CallbackList]:
    """Return what `evaluate` and `predict` go over, what finds its step, and the callbacks."""
    source = source_of(model, *data, **options)
    source.prepare(functools.partial(prepare_for, model, mode))
    select = step_finder(model, mode)
    callback_list = callbacks_of(
        model,
        callbacks,
        verbose=verbose,
        show=resolve_verbose(verbose) != 0,
        epochs=1,
        steps=source.steps_per_epoch,
    )
    return source, select, callback_list


def source_of(
    model: Trainable, x: Any, y: Any = None, sample_weight: Any = None, **options: Any
) -> BatchSource:
    """Return the batches of some data, as this model takes them."""
    from cornu_ops.random import draw_seed

    shuffle = options.get("shuffle", False)
    inputs, outputs = ends_of(model)
    source = make_source(
        x,
        y,
        sample_weight,
        inputs=inputs,
        model_name=model.name,
        outputs=outputs,
        host=has_host_stage(model),
        generator=np.random.default_rng(draw_seed()) if shuffle else None,
        **options,
    )
    limit = limit_steps(source.steps_per_epoch)
    if limit is not None:  # the next epoch goes on where the cut was made
        source.steps = limit
    return source


def split_off(
    model: Trainable, x: Any, y: Any, sample_weight: Any, fraction: float
) -> tuple[Any, Any, Any, Any]:
    """Return the data to train on, and the last samples to validate on."""
    inputs, outputs = ends_of(model)
    x = by_columns(x, inputs)
    if not is_arrays(x) or (y is None and is_batches(x, inputs)):
        raise DataError(
            "validation_split takes the last samples of arrays, but x is a "
            f"{type(x).__name__}. Pass validation_data instead."
        )
    host = has_host_stage(model)
    triple = as_triple(x, y, sample_weight, inputs, model.name, host, outputs)
    train, validation = train_validation_split(list(triple), fraction)
    return (*train, tuple(validation))


def validation_source(
    model: Trainable, data: Any, batch_size: int | None, steps: int | None, options: dict[str, Any]
) -> BatchSource:
    """Return the batches of `validation_data`."""
    whole = not isinstance(data, (tuple, list)) or is_batches(data)
    x, y, sample_weight = (data, None, None) if whole else unpack_x_y_sample_weight(data)
    try:
        return source_of(model, x, y, sample_weight, batch_size=batch_size, steps=steps, **options)
    except DataError as error:
        raise type(error)(f"In validation_data: {error}") from error


def callbacks_of(
    model: Trainable, callbacks: Any, *, show: bool, add_history: bool = False, **params: Any
) -> CallbackList:
    """Return the callbacks of one call, with those that show and keep its logs."""
    if isinstance(callbacks, CallbackList):
        return callbacks
    callbacks, show = ranks.current.callbacks(callbacks, show)
    return CallbackList(callbacks, add_history=add_history, add_progbar=show, model=model, **params)


def check_epochs(epochs: Any, name: str = "epochs") -> None:
    """Raise TypeError for what is not a whole number."""
    if isinstance(epochs, bool) or not isinstance(epochs, (int, np.integer)):
        write = written(name, epochs, 10)
        raise TypeError(f"{name}={epochs!r} is not a whole number: write {write}.")


def check_frequency(frequency: Any) -> None:
    """Raise ValueError for what does not say after which epochs to validate."""
    if isinstance(frequency, bool) or not (
        (isinstance(frequency, (int, np.integer)) and frequency >= 1)
        or isinstance(frequency, (list, tuple, set, frozenset, range))
    ):
        raise ValueError(
            f"validation_freq={frequency!r} must be a whole number of epochs, or a list of epochs "
            "counted from 1."
        )
