"""The loops of `fit`, `evaluate` and `predict`: epochs, batches, callbacks."""

from __future__ import annotations

import contextlib
import functools
import warnings
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu.training.callback_list import CallbackList
from cornu.training.run import Run
from cornu_data import BatchSource
from cornu_data.gathered import Gathered, joined
from cornu_data.logs import StepLogs, flat_logs, plain_logs
from cornu_data.source import Select
from cornu_engine import tree
from cornu_engine.interrupt import StepGuard
from cornu_ops import ranks

__all__ = ["evaluate", "fit", "predict", "validation_is_due"]


def fit(
    model: Any,
    source: BatchSource,
    select: Select,
    callbacks: CallbackList,
    *,
    epochs: int,
    initial_epoch: int = 0,
    validation: tuple[BatchSource, Select] | None = None,
    validation_freq: Any = 1,
) -> None:
    """Train for some epochs.

    Parameters
    ----------
    model : Model
    source : BatchSource
    select : callable
        From the spec of a batch to its step.
    callbacks : CallbackList
    epochs, initial_epoch : int
        Last epoch (exclusive) and first, counted from 0.
    validation : tuple, optional
        Source and `select` of the validation.
    validation_freq : int or collection of int
        Every how many epochs, or after which (counted from 1), to validate.
    """
    model.stop_training = False
    model._initial_epoch = None
    run = Run(
        model,
        callbacks.callbacks,
        source,
        validation[0] if validation else None,
        initial_epoch,
        functools.partial(source.try_out, select),
    )
    outer = model.training_run  # a callback of which calls `fit`
    model.training_run = run
    logs: dict[str, Any] | None = None
    try:
        callbacks.on_train_begin()
        run.epoch = model._initial_epoch or run.epoch
        with _guarded(callbacks) as guard:
            for epoch in range(run.epoch, epochs):
                if run.step == 0:
                    run.resume()
                if model.stop_training:  # what was resumed had come to its end
                    break
                model.reset_metrics()
                callbacks.on_epoch_begin(epoch)
                run.resume()
                to_try = validation if logs is None else None
                steps, read = _run(model, "train", source, select, callbacks, guard, run, to_try)
                if steps == 0:  # a generator that has nothing left
                    _warn_ended(epoch, epochs)
                    break
                if callbacks.params is not None and callbacks.params.get("steps") is None:
                    callbacks.params["steps"] = steps
                logs = read()
                if validation is not None and validation_is_due(epoch, validation_freq):
                    validated = evaluate(model, *validation, callbacks)
                    if not validated and validation[0].finished:
                        _warn_unvalidated(epoch)
                    logs.update({f"val_{name}": value for name, value in validated.items()})
                    logs = plain_logs(logs)
                run.epoch, run.step = epoch + 1, 0
                callbacks.on_epoch_end(epoch, logs)
                if source.counts_anew:
                    params = callbacks.params or {}
                    callbacks.set_params({**params, "steps": source.steps_per_epoch})
                if model.stop_training:
                    break
                if source.finished and epoch + 1 < epochs:
                    _warn_ended(epoch + 1, epochs)
                    break
            run.resume()  # no epoch was left
    finally:
        model.training_run = outer
        finalize = getattr(model.optimizer, "finalize_variable_values", None)
        if finalize is not None and epochs > 0:
            finalize(model._trained)
    callbacks.on_train_end(logs)


def evaluate(
    model: Any, source: BatchSource, select: Select, callbacks: CallbackList
) -> dict[str, float]:
    """Return the logs of one pass of test steps."""
    model.stop_evaluating = False
    callbacks.on_test_begin()
    model.reset_metrics()
    with _guarded(callbacks) as guard:
        _, read = _run(model, "test", source, select, callbacks, guard)
    logs = read()
    callbacks.on_test_end(logs)
    return logs


def predict(model: Any, source: BatchSource, select: Select, callbacks: CallbackList) -> Any:
    """Return the outputs of all batches, one after the other."""
    model.stop_predicting = False
    callbacks.on_predict_begin()
    samples = source.samples if source.steps is None else None
    gathered = Gathered(samples)
    begin, end = (callbacks.hooks(f"on_predict_batch_{when}") for when in ("begin", "end"))
    group = model.steps_per_execution
    structure: Any = None
    since: list[list[np.ndarray]] = []  # outputs since the hooks were last called

    def call_end(batch: int) -> None:
        outputs = tree.pack_sequence_as(structure, joined(since))
        since.clear()
        for hook in end:
            hook(batch, {"outputs": outputs})

    steps = 0
    with _guarded(callbacks) as guard:
        for token in source.epoch():
            if begin and steps % group == 0:
                for hook in begin:
                    hook(steps, {})
            bound = source.load(token, select)
            guard.inside = True
            outputs = bound.run()
            guard.inside = False
            if guard.pending:
                guard.deliver()
            structure = bound.step.result
            gathered.add(outputs, None if samples is None else _rows(token))
            steps += 1
            if end:
                since.append(outputs)
                if steps % group == 0:
                    call_end(steps - 1)
                    if model.stop_predicting:
                        break
        if since:
            call_end(_end_of_group(steps, group))
    callbacks.on_predict_end()
    return tree.pack_sequence_as(structure, gathered.arrays())


def _run(
    model: Any,
    mode: str,
    source: BatchSource,
    select: Select,
    callbacks: CallbackList,
    guard: StepGuard,
    run: Run | None = None,
    to_try: tuple[BatchSource, Select] | None = None,
) -> tuple[int, Callable[[], dict[str, Any]]]:
    """Run one epoch of steps; return their number and a function that reads the logs.

    What hooks change before the first step counts, so the step is not traced before; that of the
    validation is traced then too, so that its data is checked before anything is trained.
    """
    begin = callbacks.hooks(f"on_{mode}_batch_begin")
    end = callbacks.hooks(f"on_{mode}_batch_end")
    before = callbacks.hooks("_before_step") if mode == "train" else ()
    stop = {"train": "stop_training", "test": "stop_evaluating"}[mode]
    group = model.steps_per_execution  # hooks are called around so many steps
    load = ranks.current.loader(source)
    steps = 0 if run is None else run.step
    bound: Any = None
    outputs: list[Any] = []
    held: Callable[[], StepLogs | None] = _nothing

    def read() -> dict[str, Any]:
        if bound is None:  # no step at all, or resumed after the last: metrics have it
            return plain_logs(flat_logs(model.get_metrics_result())) if steps else {}
        return model._read_logs(bound.step.logs, outputs)

    def call_end(batch: int) -> Callable[[], StepLogs | None]:
        if run is not None:
            run.step, run.bound = steps, bound
        return _call_batch_end(end, batch, StepLogs(bound.step.logs, read))

    resumed_to_stop = steps > 0 and getattr(model, stop)
    for token in () if resumed_to_stop else source.epoch():
        if begin and steps % group == 0:
            for hook in begin:
                hook(steps, {})
        first = bound is None
        bound = load(token, select)
        if first and to_try is not None:
            to_try[0].try_out(to_try[1])
        if (aside := held()) is not None:
            aside.keep()  # a callback holds them, and the step changes what they are read from
        for hook in before:
            hook(bound)
        guard.inside = True
        outputs = bound.run()
        guard.inside = False
        if guard.pending:
            guard.deliver()
        steps += 1
        if end and steps % group == 0:
            held = call_end(steps - 1)
            if getattr(model, stop):
                break
    if end and steps % group and bound is not None:
        held = call_end(_end_of_group(steps, group))
    if (aside := held()) is not None:
        aside.keep()
    return steps, read


@contextlib.contextmanager
def _guarded(callbacks: CallbackList) -> Iterator[StepGuard]:
    with StepGuard() as guard:
        try:
            yield guard
        except BaseException:
            callbacks.abandon()
            raise


def _rows(token: Any) -> int:
    """Return the number of rows that a token of arrays stands for."""
    return token[1] - token[0] if type(token) is tuple else len(token)


def _warn_ended(ran: int, epochs: int) -> None:
    warnings.warn(
        f"The generator has nothing left: {ran} of {epochs} epochs were trained. Pass data that "
        "can be passed over again, such as a list of batches or a cornu.utils.Sequence; or a "
        "generator without an end, with steps_per_epoch.",
        stacklevel=5,
    )


def _warn_unvalidated(epoch: int) -> None:
    warnings.warn(
        f"The generator of validation_data has nothing left, so epoch {epoch + 1} is not "
        "validated. Pass data that can be passed over again, such as a list of batches or a "
        "cornu.utils.Sequence; or a generator without an end, with validation_steps.",
        stacklevel=5,
    )


def _end_of_group(steps: int, group: int) -> int:
    """Return the last number of the group of batches that the data cut short."""
    return -(-steps // group) * group - 1


def _nothing() -> None:
    return None


def _call_batch_end(hooks: list[Any], batch: int, logs: StepLogs) -> Callable[[], StepLogs | None]:
    """Call the hooks; what is returned tells later whether any of them has kept the logs."""
    for hook in hooks:
        hook(batch, logs)
    return weakref.ref(logs)


def validation_is_due(epoch: int, frequency: Any) -> bool:
    """Tell whether to validate after an epoch, counted from 0.

    Examples
    --------
    >>> [validation_is_due(epoch, 2) for epoch in range(4)]
    [False, True, False, True]
    >>> [validation_is_due(epoch, [1, 4]) for epoch in range(4)]
    [True, False, False, True]
    """
    if isinstance(frequency, (int, np.integer)):
        return (epoch + 1) % frequency == 0
    return epoch + 1 in frequency
