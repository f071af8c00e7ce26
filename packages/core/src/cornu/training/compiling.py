"""`compile`: what to minimise and what to measure."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.configuration.annotated import check_call
from cornu.configuration.config import deserialize, serialize
from cornu.plugins import registry
from cornu.plugins.custom_objects import custom_objects_in_effect
from cornu.training.compiled_losses import CompiledLosses
from cornu.training.compiled_metrics import CompiledMetrics
from cornu.training.programs import Programs
from cornu.training.state import Compiled
from cornu_engine import tree
from cornu_engine.errors import BadFileError, near_matches
from cornu_engine.files.rules import is_reading
from cornu_engine.variable import Variable

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Named
    from cornu.base.optimizer import Optimizer
    from cornu.training.options import NoOptions

__all__ = ["Compiling", "check_arguments"]

# What a file may tell `compile`.
_IN_FILES = frozenset(
    "optimizer loss loss_weights metrics weighted_metrics run_eagerly steps_per_execution "
    "jit_compile auto_scale_loss sample_weight_mode".split()
)


class Compiling(Programs):
    """Mixin of models: `compile` and what it leaves."""

    stop_training = False
    stop_evaluating = False
    stop_predicting = False
    history: Any = None

    def compile(
        self,
        optimizer: Named | Optimizer | None = "rmsprop",
        loss: Named | Sequence[Any] | None = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int | None = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
        sample_weight_mode: Any = None,
        target_tensors: Any = None,
        backend: Any = None,
        check_numerics: bool = False,
        **kwargs: Unpack[NoOptions],
    ) -> None:
        """Say how to train: optimizer, losses, metrics.

        The third and fourth argument may come in Keras 2's order, metrics first.

        Parameters
        ----------
        optimizer : str or Optimizer
        loss : str, function, Loss, or list or dict of them
            For several outputs, one for each, in order or by name.
        loss_weights : float, Variable, list or dict, optional
            Factor of each output's loss in the sum that is minimised. What a callback assigns to a
            variable counts from the next step.
        metrics : list or dict, optional
            Names, functions of `(y_true, y_pred)` or objects. "accuracy" picks the right one from
            the shapes. For several outputs, one entry or list per output.
        weighted_metrics : list or dict, optional
            Metrics that take sample and class weights into account.
        run_eagerly : bool
            Whether steps run line by line instead of as a program: for `print` and the debugger.
        steps_per_execution : int
            Batches between two calls of the batch hooks of callbacks.
        jit_compile : bool or "auto"
            Accepted for Keras' sake: each step is compiled in any case.
        auto_scale_loss : bool
            Whether the optimizer is wrapped in a `LossScaleOptimizer` where the model computes in
            float16.
        sample_weight_mode : "temporal" or None, optional
            Accepted for Keras 2's sake: weights of shape `(samples, time)` are understood without
            it.
        target_tensors : optional
            Refused: there are no placeholders.
        backend : str or Backend, optional
            What runs this model's programs; by default `cornu.get_backend()`.
        check_numerics : bool
            Whether to raise NumericsError after the first step that makes NaN or infinity, naming
            the operation and the layer; the weights are then as they were before the step. Slower,
            and not written to files.

        Raises
        ------
        UnknownNameError
            For a string that names nothing, with what it may have meant.

        Examples
        --------
        >>> from cornu import Sequential
        >>> from cornu.layers import Dense
        >>> model = Sequential([Dense(3, activation="softmax")])
        >>> model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        >>> model.metrics_names
        ['loss', 'accuracy']
        """
        check_arguments(Compiling.compile, kwargs)
        if target_tensors is not None:
            raise ValueError(
                "target_tensors fed placeholders with values, which do not exist here. Pass "
                "targets as y to fit()."
            )
        if sample_weight_mode is not None:
            _check_mode(sample_weight_mode)
        if _are_metrics(loss_weights) and not _are_metrics(metrics):
            # compile(optimizer, loss, metrics, loss_weights)
            loss_weights, metrics = (metrics, loss_weights)
        loss_weights = _plain(loss_weights)
        steps_per_execution = int(steps_per_execution or 1)
        if steps_per_execution < 1:
            raise ValueError(f"steps_per_execution={steps_per_execution} must be 1 or more.")
        arguments = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile,
        }
        optimizer = registry.get("optimizer", optimizer)
        if auto_scale_loss and optimizer is not None:
            optimizer = _scaled(optimizer, getattr(self, "dtype_policy", None))
        names = self._output_names()  # type: ignore[attr-defined]
        has_metrics = metrics is not None or weighted_metrics is not None
        self._compiled = Compiled(
            optimizer=optimizer,
            losses=None if loss is None else CompiledLosses(loss, loss_weights, names),
            metrics=CompiledMetrics(metrics, weighted_metrics, names) if has_metrics else None,
            run_eagerly=bool(run_eagerly),
            steps_per_execution=steps_per_execution,
            jit_compile=jit_compile,
            backend=backend,
            check_numerics=bool(check_numerics),
            sample_weight_mode=sample_weight_mode,
            arguments={**arguments, "optimizer": optimizer},
        )
        if backend is not None:
            self._backend()  # named wrongly, it is better known now
        self._forget_steps()
        self.stop_training = False

    # What was compiled

    @property
    def compiled(self) -> bool:
        """Whether `compile` has been called."""
        return self._compiled is not None

    @property
    def optimizer(self) -> Any:
        """The optimizer, None before `compile`."""
        return self._compiled.optimizer if self._compiled is not None else None

    @optimizer.setter
    def optimizer(self, optimizer: Any) -> None:
        if self._compiled is None:
            self._compiled = Compiled()
        self._compiled.optimizer = registry.get("optimizer", optimizer)
        self._forget_steps()

    @property
    def loss(self) -> Any:
        """The loss as given to `compile`."""
        return self._compiled.arguments.get("loss") if self._compiled is not None else None

    @property
    def loss_weights(self) -> Any:
        """The factors of losses as given to `compile`."""
        return self._compiled.arguments.get("loss_weights") if self._compiled is not None else None

    @property
    def sample_weight_mode(self) -> Any:
        """As given to `compile`; weights of time steps are understood without it."""
        compiled = self._compiled
        return compiled.sample_weight_mode if compiled is not None else None

    @property
    def compiled_losses(self) -> CompiledLosses | None:
        """The losses of all outputs as one callable."""
        return self._compiled.losses if self._compiled is not None else None

    @property
    def metrics(self) -> list[Any]:
        """All metrics: the loss, those of `compile`, then those of the model and its layers."""
        own = self._compiled.own_metrics if self._compiled is not None else []
        known = {id(metric) for metric in own}
        inherited = getattr(super(), "metrics", [])
        return [*own, *(metric for metric in inherited if id(metric) not in known)]

    @property
    def metrics_names(self) -> list[str]:
        """Names of what `evaluate` returns, in its order."""
        names: list[str] = []
        prefixed: list[str] = []
        for metric in self.metrics:
            if not isinstance(metric, CompiledMetrics):
                names.append(metric.name)
            elif len(self._output_names() or ()) > 1:  # type: ignore[attr-defined]
                prefixed = sorted(metric.names)  # Keras: after the losses of the outputs, by name
            else:
                names.extend(metric.names)
        return list(dict.fromkeys([*names, *prefixed]))

    def reset_metrics(self) -> None:
        """Return every metric to its state before the first batch.

        Examples
        --------
        >>> from cornu import Sequential
        >>> Sequential().reset_metrics()
        """
        for metric in self.metrics:
            metric.reset_state()
        if self._compiled is not None and self._compiled.losses is not None:
            self._compiled.losses.first_values = ()

    @property
    def run_eagerly(self) -> bool:
        """Whether steps run line by line."""
        return self._compiled.run_eagerly if self._compiled is not None else False

    @run_eagerly.setter
    def run_eagerly(self, value: bool) -> None:
        if self._compiled is None:
            self._compiled = Compiled()
        self._compiled.run_eagerly = bool(value)
        self._forget_steps()

    @property
    def jit_compile(self) -> bool:
        """Whether steps are compiled: unless they run eagerly. Setting it changes nothing else."""
        return not self.run_eagerly

    @jit_compile.setter
    def jit_compile(self, value: Any) -> None:
        """Accept what scripts set for Keras' sake: there is one compiler, and it is always used."""

    @property
    def steps_per_execution(self) -> int:
        """Batches between two calls of the batch hooks."""
        return self._compiled.steps_per_execution if self._compiled is not None else 1

    def get_compile_config(self) -> dict[str, Any]:
        """Return the arguments of `compile` in JSON's terms.

        Examples
        --------
        >>> from cornu import Sequential
        >>> Sequential().get_compile_config()
        {}
        """
        if self._compiled is None:
            return {}
        return {name: serialize(value) for name, value in self._compiled.arguments.items()}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile with what `get_compile_config` returned.

        Examples
        --------
        >>> from cornu import Sequential
        >>> model = Sequential()
        >>> model.compile_from_config({"optimizer": "sgd", "loss": "mse"})
        >>> model.loss
        'mse'
        """
        if type(self).compile is not Compiling.compile:
            warnings.warn(
                f"{type(self).__name__} has its own compile(), so it is not called when the model "
                f"is loaded. Define compile_from_config() as well, or call compile() yourself.",
                stacklevel=2,
            )
            return
        other = sorted(set(config) - _IN_FILES)
        if other and is_reading():  # such as `backend`: who loads the file chooses it
            raise BadFileError(f"The file tells compile() {', '.join(map(repr, other))}.", "config")
        check_call((Compiling.compile,), config, "compile()")
        kinds = {
            "optimizer": "optimizer",
            "loss": "loss",
            "metrics": "metric",
            "weighted_metrics": "metric",
        }
        arguments = {name: _deserialized(value, kinds.get(name)) for name, value in config.items()}
        self.compile(**arguments)
        if self.optimizer is not None and getattr(self, "built", False):
            self.optimizer.build(self.trainable_variables)  # type: ignore[attr-defined]


def check_arguments(method: Any, unknown: Mapping[str, Any]) -> None:
    """Raise TypeError for arguments that a method does not take, with what may have been meant."""
    if unknown:
        name = next(iter(unknown))
        known = list(inspect.signature(method).parameters)[1:]
        hint = near_matches(name, [k for k in known if k != "kwargs"])
        raise TypeError(f"{method.__name__}() got an unexpected argument {name!r}. {hint}".rstrip())


def _check_mode(mode: Any) -> None:
    modes = (
        mode.values()
        if isinstance(mode, dict)
        else mode
        if isinstance(mode, (list, tuple))
        else [mode]
    )
    for one in modes:
        if one not in ("temporal", None):
            raise ValueError(f"sample_weight_mode={mode!r}: a mode is 'temporal' or None.")


def _are_metrics(value: Any) -> bool:
    """Tell metrics from factors, where Keras 2 and 3 disagree on which comes first."""
    leaves = [leaf for leaf in tree.flatten(value) if leaf is not None]
    numbers = (int, float, np.number, np.ndarray, Variable)
    return bool(leaves) and not any(isinstance(leaf, numbers) for leaf in leaves)


def _plain(factors: Any) -> Any:
    """Return factors as Python's numbers, whatever held them, and variables as they are."""
    held = (np.ndarray, np.generic)
    return tree.map_structure(lambda x: x.tolist() if isinstance(x, held) else x, factors)


def _scaled(optimizer: Any, policy: Any) -> Any:
    """Keep small gradients from vanishing where a model computes in float16."""
    if getattr(policy, "name", None) != "mixed_float16" or hasattr(optimizer, "inner_optimizer"):
        return optimizer
    if "LossScaleOptimizer" not in registry.names("optimizer"):
        return optimizer
    return registry.lookup("optimizer", "LossScaleOptimizer")(optimizer)


def _deserialized(value: Any, kind: str | None) -> Any:
    """Return objects for configs and names of custom objects, whatever lists and dicts they lie
    in.
    """
    if isinstance(value, str) and kind is not None:
        return custom_objects_in_effect().get(value, value)
    if isinstance(value, dict) and "class_name" in value:
        return deserialize(value, kind=kind)
    if isinstance(value, dict):
        return {name: _deserialized(part, kind) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_deserialized(part, kind) for part in value]
    return value
