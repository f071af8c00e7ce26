"""The programs of a model: found by the signature of a batch, compiled where missing."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu import backends
from cornu.training.expected import known_inputs, known_outputs
from cornu.training.step import CompiledProgram, EagerStep, Step, StepCache, make_step, trace_inputs
from cornu.training.trainable import Trainable
from cornu_data import KnownInput, KnownOutput
from cornu_data.indices import check_indices
from cornu_data.source import Select
from cornu_data.text import is_text
from cornu_data.unpack import unpack_x_y_sample_weight
from cornu_engine import config, tree
from cornu_engine.errors import NotBuiltError, near_matches
from cornu_engine.trace import TRACING, Trace
from cornu_engine.variable import Storage
from cornu_ops import ranks
from cornu_ops.numerics import CheckedStep

__all__ = [
    "ends_of",
    "known_step",
    "prepare_for",
    "program",
    "remember_arrays",
    "run_known",
    "step_finder",
]

SMALL = 32  # rows of an array that are one batch, unless batch_size says otherwise


def program(self: Trainable, name: str = "train") -> CompiledProgram:
    """Return the program that last ran, to be read.

    Parameters
    ----------
    name : {"train", "test", "predict"}

    Returns
    -------
    CompiledProgram
        `.source` is the code that runs; printing the program lists its instructions.

    Raises
    ------
    NotBuiltError
        If no such program has been compiled yet.

    Examples
    --------
    >>> from cornu import Sequential
    >>> from cornu.layers import Dense
    >>> model = Sequential([Dense(2)])
    >>> _ = model.predict(np.zeros((1, 3)), verbose=0)
    >>> model.program("predict").inputs[0].shape
    (1, 3)
    """
    methods = {"train": "fit", "test": "evaluate", "predict": "predict"}
    if name not in methods:
        hint = near_matches(name, methods) or "Programs: train, test, predict."
        raise ValueError(f"There is no program {name!r}. {hint}")
    step = self._step_cache().last.get(name)
    if step is None:
        eager = " (with run_eagerly=True there is none)" if self.run_eagerly else ""
        raise NotBuiltError(
            f"The program {name!r} is compiled at the first batch{eager}. Call "
            f"{methods[name]}() first."
        )
    return step.compiled


def step_finder(model: Trainable, mode: str) -> Select:
    """Return the function from the spec of a batch to its step, for one public call."""
    if model.run_eagerly:
        return eager_step_finder(model, mode)
    steps = model._step_cache()
    backend = ranks.current.executor(model, mode)
    state: tuple[Any, ...] = ()  # what a step depends on beside the batch
    changes = -1  # when it was found
    on_host = has_host_stage(model)

    def select(spec: Any) -> Any:
        nonlocal state, changes
        if changes != Storage.changes:
            if steps.seen != Storage.changes or mode not in steps.prepared:
                prepare_for(model, mode, spec)
            notice_changes(model, steps)
            steps.prepared.add(mode)
            state = (mode, backend.name, *trace_state(model, mode))
            changes = Storage.changes
        key = (*state, tuple(tree.flatten_with_path(spec)))
        fed = None
        if on_host:
            key, fed = with_stage(steps, key, spec)
        step = steps.get(key)
        if step is None:
            with TRACING:
                step = steps.get(key)  # another thread may have made it
                if step is None:
                    step = make_step(model, mode, spec, backend)
                    if fed is None and step.stage is not None:
                        steps.stages[key] = step.stage
                        key, fed = with_stage(steps, key, spec)
                    steps.put(key, step)
                    ends_of(model), has_host_stage(model)  # so that the next call finds them
        steps.last[mode] = step
        bound = step.bind()
        if fed is not None:
            bound.fed = fed
        return CheckedStep(bound) if model._checks_numerics else bound

    return select


def has_host_stage(model: Trainable) -> bool:
    """Tell whether layers may have to run in front of the program, such as those of text."""

    def look() -> bool:
        found = [layer for layer in model._flatten_layers() if layer.on_host]
        if model._graph is None or not all(layer.numbers for layer in found):
            return bool(found)
        return any(map(is_text, model._graph.inputs))  # else the program computes the numbers

    return model._step_cache().ask(model, "host", look)


def with_stage(steps: StepCache, key: Any, spec: Any) -> tuple[Any, list[np.ndarray] | None]:
    """Run the host stage of a batch; what it makes is part of the batch's signature."""
    stage = steps.stages.get(key)
    if stage is None:  # not traced yet
        return key, None
    fed = stage.run([leaf.values for leaf in tree.flatten(spec) if leaf is not None])
    return (*key, *((array.shape, array.dtype) for array in fed)), fed


def eager_step_finder(model: Trainable, mode: str) -> Select:
    ranks.current.refuse_eager()

    def select(spec: Any) -> Any:
        prepare_for(model, mode, spec)
        return EagerStep(model, mode, spec, model._checks_numerics)

    return select


def prepare_for(model: Trainable, mode: str, spec: Any) -> None:
    """Build what can be built before the first step: line by line, that has the values."""
    steps = model._step_cache()
    if steps.seen != Storage.changes:
        steps.look(model)
    if mode not in steps.prepared and (not model.run_eagerly or is_built_throughout(model)):
        build_for(model, mode, spec)
        steps.look(model)  # what has been built now is no change
        steps.prepared.add(mode)


def ends_of(model: Trainable) -> tuple[list[KnownInput] | None, list[KnownOutput]]:
    """Return what is known of the inputs and of the outputs."""
    steps = model._step_cache()
    return steps.ask(model, "ends", lambda: (known_inputs(model), known_outputs(model)))


def notice_changes(model: Trainable, cache: StepCache) -> None:
    """Forget steps of layers, weights or metrics that have been replaced."""
    if not cache.are_known:
        parts = [*model._flatten_layers()[1:], *model.variables, *model.metrics]
        if len(parts) != len(cache.parts) or any(map(operator.is_not, parts, cache.parts)):
            cache.clear()
            cache.parts = parts
        cache.are_known = True


def trace_state(model: Trainable, mode: str) -> tuple[Any, ...]:
    """Return what a step was traced from, so that a change of it is noticed."""
    state: tuple[Any, ...] = (config.floatx(), config.learning_phase())
    if mode == "train":
        state += (tuple(model._trained), getattr(model.optimizer, "revision", 0))
    return state


def build_for(model: Trainable, mode: str, spec: Any) -> None:
    """Make weights and optimizer state outside of the trace that uses them."""
    step = getattr(model, f"{mode}_step")
    own = getattr(step, "__func__", step) is not getattr(Trainable, f"{mode}_step")
    known = mode in model._step_cache().last and (own or model.built)
    if not known and not is_built_throughout(model):
        with TRACING, Trace("build", in_vain=True) as trace:
            data = trace_inputs(trace, spec)
            if own:  # whatever it calls
                step(data)
            elif model._computes_outputs or mode == "predict":
                model(unpack_x_y_sample_weight(data)[0])
    name_outputs(model)
    optimizer = model.optimizer
    if mode == "train" and optimizer is not None and hasattr(optimizer, "build_once"):
        variables = model._trained
        compiled = model._compiled
        if variables:
            with TRACING:
                optimizer.build_once(variables)
            if compiled is not None:
                compiled.warns_if_still = True
        elif compiled is not None and compiled.warns_if_still and not own:
            compiled.warns_if_still = False  # say it once
            warnings.warn(
                f"Model {model.name!r} has no trainable weights now, so training changes nothing. "
                "What is trainable is looked up at each step: set model.trainable = True before "
                "training this model, and False before training another that holds it.",
                stacklevel=2,
            )


def is_built_throughout(model: Trainable) -> bool:
    """Tell whether each layer inside is built, too."""
    return all(layer.built for layer in model._flatten_layers())


def name_outputs(model: Trainable) -> None:
    """Give losses and metrics the names of outputs, known once the model is built."""
    compiled = model._compiled
    names = model._output_names()
    if compiled is not None and names:
        for part in (compiled.losses, compiled.metrics):
            if part is not None:
                part.output_names = names


def known_step(model: Trainable, x: Any, batch_size: int | None) -> Step | None:
    """Return the step for one batch of arrays like these, if it took the shortest way before."""
    key = (x.shape, x.dtype) if type(x) is np.ndarray else _kinds_of(x)
    if key is None:
        return None
    steps = model._step_cache()
    if steps.seen != Storage.changes:
        steps.look(model)
    notice_changes(model, steps)
    kept = steps.by_arrays.get(key)
    if kept is None or len(x if type(x) is np.ndarray else x[0]) > (batch_size or SMALL):
        return None
    step, backend = kept
    return step if step.is_current() and backend == backend_name(model) else None


def _kinds_of(x: Any) -> tuple[Any, ...] | None:
    """Return shape and dtype of each array in a list; None for what is no such list."""
    if type(x) is not list or not x or any(type(a) is not np.ndarray or not a.ndim for a in x):
        return None
    return tuple([(a.shape, a.dtype) for a in x])


def run_known(step: Step, x: Any) -> Any:
    """Return the outputs of a step for its arrays."""
    if step.index_rules:
        check_indices((x,), step.index_rules)
    executable = step.compiled.executable
    buffers = executable.input_buffers()
    if type(x) is np.ndarray:
        np.copyto(buffers[0], x, casting="same_kind")
    else:
        for buffer, array in zip(buffers, x, strict=True):
            np.copyto(buffer, array, casting="same_kind")
    outputs = executable(*buffers)
    return outputs[0] if step.result is None else tree.pack_sequence_as(step.result, outputs)


def remember_arrays(model: Trainable, x: Any, batch_size: int | None) -> None:
    """Let the next arrays of these shapes and dtypes take the shortest way, if they are a batch."""
    steps = model._step_cache()
    step = steps.last.get("predict")
    arrays = [x] if type(x) is np.ndarray else x
    kinds = _kinds_of(arrays)
    if kinds is None or step is None or model.run_eagerly or model._checks_numerics:
        return
    if len(arrays[0]) > (batch_size or SMALL) or any(map(is_text, arrays)):
        return
    shapes = [node.shape for node in step.compiled.program.inputs]
    if shapes == [shape for shape, _ in kinds] and needs_no_look(model, [k for _, k in kinds]):
        steps.remember(kinds[0] if arrays is not x else kinds, step, backend_name(model))


def needs_no_look(model: Trainable, dtypes: Sequence[np.dtype]) -> bool:
    """Tell whether numbers of these dtypes are taken as they are: wide integers are looked at."""
    known, _ = ends_of(model)
    wanted = [np.dtype(k.dtype) for k in known] if known else dtypes
    return all(
        (w.kind not in "iu" or np.can_cast(dtype, w))
        and (dtype.kind not in "iu" or dtype.itemsize < 8)
        for dtype, w in zip(dtypes, wanted, strict=True)
    )


def backend_name(model: Trainable) -> str:
    chosen = model._compiled.backend if model._compiled is not None else None
    return backends.get_backend() if chosen is None else getattr(chosen, "name", chosen)
