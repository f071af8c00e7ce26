"""The programs of a model: found by the signature of a batch, compiled where missing."""

from __future__ import annotations

import operator
import warnings
from typing import Any

import numpy as np

from cornu import backends
from cornu.training.data.source import Select
from cornu.training.data.unpack import unpack_x_y_sample_weight
from cornu.training.indices import check_indices
from cornu.training.numerics import CheckedStep
from cornu.training.state import Compiled
from cornu.training.step import CompiledProgram, EagerStep, Step, StepCache, make_step, trace_inputs
from cornu.training.step_methods import StepMethods
from cornu_engine import config, tree
from cornu_engine.errors import NotBuiltError, near_matches
from cornu_engine.trace import TRACING, Trace
from cornu_engine.variable import Storage

__all__ = ["Programs"]

SMALL = 32  # rows of an array that are one batch, unless batch_size says otherwise


class Programs:
    """Mixin of models: the compiled steps."""

    run_eagerly: bool
    optimizer: Any
    _compiled: Compiled | None = None
    _steps: StepCache | None = None

    @property
    def _checks_numerics(self) -> bool:
        return self._compiled is not None and self._compiled.check_numerics

    @property
    def _computes_outputs(self) -> bool:
        """False for a model that consists of a train_step alone."""
        return True

    def program(self, name: str = "train") -> CompiledProgram:
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

    def make_train_function(self, force: bool = False) -> None:
        """Trace the training step again at the next batch, if `force` (Keras' way to make changes
        seen).

        Examples
        --------
        >>> from cornu import Sequential
        >>> Sequential().make_train_function(force=True)
        """
        if force:
            self._forget_steps()

    def make_test_function(self, force: bool = False) -> None:
        """Trace the test step again at the next batch, if `force`.

        Examples
        --------
        >>> from cornu import Sequential
        >>> Sequential().make_test_function(force=True)
        """
        self.make_train_function(force)

    def make_predict_function(self, force: bool = False) -> None:
        """Trace the prediction again at the next batch, if `force`.

        Examples
        --------
        >>> from cornu import Sequential
        >>> Sequential().make_predict_function(force=True)
        """
        self.make_train_function(force)

    def _step_cache(self) -> StepCache:
        if self._steps is None:
            with TRACING:
                self._steps = self._steps or StepCache()
        return self._steps

    def _forget_steps(self) -> None:
        """Drop all programs: called when what they were traced from has changed."""
        if self._steps is not None:
            self._steps.clear()

    def _backend(self) -> Any:
        return backends.resolve(self._compiled.backend if self._compiled is not None else None)

    def _select(self, mode: str) -> Select:
        """Return the function from the spec of a batch to its step, for one public call."""
        if self.run_eagerly:
            return self._select_eagerly(mode)
        steps = self._step_cache()
        backend = self._backend()
        state: tuple[Any, ...] = ()  # what a step depends on beside the batch
        changes = -1  # when it was found

        def select(spec: Any) -> Any:
            nonlocal state, changes
            if changes != Storage.changes:
                self._build_for(mode, spec)
                self._notice_changes()
                state = (mode, backend.name, *self._trace_state(mode))
                changes = Storage.changes
            key = (*state, tuple(tree.flatten_with_path(spec)))
            step = steps.get(key)
            if step is None:
                with TRACING:
                    step = steps.get(key)  # another thread may have made it
                    if step is None:
                        step = make_step(self, mode, spec, backend)
                        steps.put(key, step)
            steps.last[mode] = step
            bound = step.bind()
            return CheckedStep(bound) if self._checks_numerics else bound

        return select

    def _select_eagerly(self, mode: str) -> Select:
        def select(spec: Any) -> Any:
            self._prepare_for(mode, spec)
            return EagerStep(self, mode, spec, self._checks_numerics)

        return select

    def _prepare_for(self, mode: str, spec: Any) -> None:
        """Build what can be built before the first step: line by line, that has the values."""
        if not self.run_eagerly or self._is_built_throughout():
            self._build_for(mode, spec)

    def _notice_changes(self) -> None:
        """Forget steps of layers, weights or metrics that have been replaced."""
        cache = self._step_cache()
        if cache.changes != Storage.changes:
            model: Any = self
            parts = [*model._flatten_layers()[1:], *model.variables, *model.metrics]
            if len(parts) != len(cache.parts) or any(map(operator.is_not, parts, cache.parts)):
                cache.clear()
                cache.parts = parts
            cache.changes = Storage.changes

    def _trace_state(self, mode: str) -> tuple[Any, ...]:
        """Return what a step was traced from, so that a change of it is noticed."""
        found: tuple[Any, ...] = (config.floatx(),)
        if mode == "train":
            found += (tuple(self.trainable_variables), getattr(self.optimizer, "revision", 0))  # type: ignore[attr-defined]
        return found

    def _build_for(self, mode: str, spec: Any) -> None:
        """Make weights and optimizer state outside of the trace that uses them."""
        step = getattr(self, f"{mode}_step")
        own = getattr(step, "__func__", step) is not getattr(StepMethods, f"{mode}_step")
        known = mode in self._step_cache().last and (own or self.built)  # type: ignore[attr-defined]
        if not known and not self._is_built_throughout():
            with TRACING, Trace("build", in_vain=True) as trace:
                data = trace_inputs(trace, spec)
                if own:  # whatever it calls
                    step(data)
                elif self._computes_outputs or mode == "predict":
                    self(unpack_x_y_sample_weight(data)[0])  # type: ignore[operator]
        self._name_outputs()
        optimizer = self.optimizer
        if mode == "train" and optimizer is not None and hasattr(optimizer, "build"):
            variables = self.trainable_variables  # type: ignore[attr-defined]
            compiled = self._compiled
            if variables:
                with TRACING:
                    optimizer.build(variables)
                if compiled is not None:
                    compiled.warns_if_still = True
            elif compiled is not None and compiled.warns_if_still and not own:
                compiled.warns_if_still = False  # say it once
                warnings.warn(
                    f"Model {self.name!r} has no trainable weights now, "  # type: ignore[attr-defined]
                    "so training changes nothing. What is trainable is looked up at each "
                    "step: set model.trainable = True before training this model, and False "
                    "before training another that holds it.",
                    stacklevel=2,
                )

    def _is_built_throughout(self) -> bool:
        """Tell whether each layer inside is built, too."""
        return all(layer.built for layer in self._flatten_layers())  # type: ignore[attr-defined]

    def _name_outputs(self) -> None:
        """Give losses and metrics the names of outputs, known once the model is built."""
        compiled = self._compiled
        names = self._output_names()  # type: ignore[attr-defined]
        if compiled is not None and names:
            for part in (compiled.losses, compiled.metrics):
                if part is not None:
                    part.output_names = names

    # The shortest way through `predict`: an array of a shape seen before, as one batch

    def _known_step(self, x: np.ndarray) -> Step | None:
        self._notice_changes()
        found = self._step_cache().by_array.get((x.shape, x.dtype))
        if found is None:
            return None
        step, backend = found
        return step if step.is_current() and backend == self._backend_name() else None

    def _run_known(self, step: Step, x: np.ndarray) -> Any:
        if step.index_rules:
            check_indices(x, step.index_rules)
        executable = step.compiled.executable
        buffers = executable.input_buffers()
        np.copyto(buffers[0], x, casting="same_kind")
        outputs = executable(*buffers)
        return outputs[0] if step.result is None else tree.pack_sequence_as(step.result, outputs)

    def _remember_array(self, x: np.ndarray, batch_size: int | None) -> None:
        """Let the next array of this shape and dtype take the shortest way."""
        steps = self._step_cache()
        step = steps.last.get("predict")
        if (
            step is None
            or self.run_eagerly
            or self._checks_numerics
            or len(x) > (batch_size or SMALL)
        ):
            return
        inputs = step.compiled.program.inputs
        if len(inputs) == 1 and inputs[0].shape == x.shape and self._needs_no_look(x.dtype):
            steps.remember(x.shape, x.dtype, step, self._backend_name())

    def _needs_no_look(self, dtype: np.dtype) -> bool:
        """Tell whether numbers of this dtype are taken as they are: wide integers are looked at."""
        known = self._known_inputs()  # type: ignore[attr-defined]
        wanted = np.dtype(known[0].dtype) if known else dtype
        if wanted.kind in "iu" and not np.can_cast(dtype, wanted):
            return False
        return dtype.kind not in "iu" or dtype.itemsize < 8

    def _backend_name(self) -> str:
        chosen = self._compiled.backend if self._compiled is not None else None
        return backends.get_backend() if chosen is None else getattr(chosen, "name", chosen)
