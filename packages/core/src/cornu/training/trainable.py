"""What a model is to its training: its ends, what `compile` left, and the steps."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, ClassVar

import cornu_ops as ops
from cornu import backends
from cornu.base.layer import InputSpec, KerasTensor, Layer
from cornu.base.naming import distinct
from cornu.plugins import registry
from cornu.training.compiled import Compiled
from cornu.training.compiled_losses import CompiledLosses
from cornu.training.compiled_metrics import CompiledMetrics
from cornu.training.run import Run
from cornu.training.step import StepCache
from cornu_data.logs import plain_logs
from cornu_data.symbolic.graph import LayerGraph
from cornu_data.symbolic.inputs import input_name
from cornu_data.unpack import unpack_x_y_sample_weight
from cornu_engine.errors import NotCompiledError
from cornu_engine.graph import scope
from cornu_engine.trace import TRACING
from cornu_engine.variable import Variable
from cornu_ops.ranks import whole
from cornu_ops.total_loss import as_scalar, batch_size, no_loss, reported, slopes

__all__ = ["Trainable"]


# What a training notes in its model: no part of it, so not looked through for parts.
_NOTES = frozenset(
    {"history", "training_run", "stop_training", "stop_evaluating", "stop_predicting"}
    | {"_cycles", "_initial_epoch"}
)


class Trainable(Layer):
    """A layer that can be trained: the base of `Trainer`, which says how.

    Attributes
    ----------
    history : History
        Of the last `fit`.
    training_run : Run or None
        The `fit` in progress: its epoch and step, and how to save all that it depends on.
    stop_training, stop_evaluating, stop_predicting : bool
        Set by callbacks to end what runs.
    """

    history: Any = None
    training_run: Run | None = None
    stop_training = False
    stop_evaluating = False
    stop_predicting = False
    _is_stack: ClassVar[bool] = False
    _any_rank = False  # whether inputs of any number of axes are taken
    _graph: LayerGraph | None = None
    _compiled: Compiled | None = None
    _steps: StepCache | None = None
    _shows_loss = False
    _cycles = False  # whether the next `fit` is a `fit_generator`
    _initial_epoch: int | None = None  # set by callbacks that resume a training

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _NOTES:
            self.__dict__[name] = value
        else:
            super().__setattr__(name, value)

    # Ends

    def _waits_for_shape(self) -> bool:
        """Whether it would know its weights, if it knew the shape of its input."""
        return False

    def _need_graph(self, wanted: str) -> LayerGraph:
        if self._graph is None:
            raise AttributeError(
                f"Model {self.name!r} has no {wanted}: it is not described by symbolic tensors. "
                "Build it with cornu.Input first, or as cornu.Model(inputs, outputs)."
            )
        return self._graph

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs, as a flat list."""
        return list(self._need_graph("inputs").inputs)

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs, as a flat list."""
        return list(self._need_graph("outputs").outputs)

    @property
    def input_spec(self) -> Any:
        """What is expected of each input, in order; None where it is not known. Settable."""
        if self._graph is None or self.__dict__.get("_input_spec") is not None:
            return super().input_spec
        return [
            InputSpec(shape=(None, *t.shape[1:]), allow_last_axis_squeeze=True, name=input_name(t))
            for t in self._graph.inputs
        ]

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        self.__dict__["_input_spec"] = value

    @property
    def input_names(self) -> list[str]:
        """Names of the inputs, in order."""
        return [input_name(t) for t in self._need_graph("input names").inputs]

    @property
    def output_names(self) -> list[str]:
        """Names of the layers that make the outputs, in order; numbered where one makes several."""
        return list(
            self._step_cache().ask(
                self,
                "output names",
                lambda: distinct(map(input_name, self._need_graph("output names").outputs)),
            )
        )

    def _call_at(self, index: int, wanted: str) -> Any:
        """Where there is a graph, its ends come before the calls of the model."""
        graph = self._graph
        if graph is None or (index < 0 and self._inbound_nodes):
            return super()._call_at(index, wanted)
        return graph.ends if index in (0, -1) else super()._call_at(index - 1, wanted)

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that training moves."""
        steps = self._step_cache()
        return list(steps.ask(self, "moved", lambda: super(Trainable, self).trainable_variables))

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
        own: list[Any] = []
        if self._compiled is not None:
            losses, metrics = self._compiled.losses, self._compiled.metrics
            own += [self._compiled.loss_tracker, *([] if metrics is None else [metrics])]
            own += [] if losses is None else losses.trackers
        steps = self._step_cache()
        inherited = steps.ask(self, "metrics", lambda: super(Trainable, self).metrics)
        return list({id(metric): metric for metric in (*own, *inherited)}.values())

    @property
    def metrics_names(self) -> list[str]:
        """Names of what `evaluate` returns, in its order."""
        names: list[str] = []
        last: list[str] = []  # as in Keras: after the losses of the outputs, by name
        for metric in self.metrics:
            if not isinstance(metric, CompiledMetrics):
                names.append(metric.name)
            else:
                last = sorted(metric.names_with_more)
                names.extend(name for name in metric.names if name not in last)
        return list(dict.fromkeys([*names, *last]))

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

    @property
    def _trained(self) -> Sequence[Variable]:
        """What a step of training moves: what is trainable now, unless a subclass knows more."""
        return self.trainable_variables

    @property
    def _checks_numerics(self) -> bool:
        return self._compiled is not None and self._compiled.check_numerics

    @property
    def _computes_outputs(self) -> bool:
        """False for a model that consists of a train_step alone."""
        return True

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

    @property
    def compiled_metrics(self) -> Any:
        """The metrics of `compile` as one metric, which may hold none."""
        compiled = self._compiled
        metrics = compiled.metrics if compiled is not None else None
        return CompiledMetrics() if metrics is None else metrics

    # The steps, which a subclass may write anew

    def train_step(self, data: Any) -> dict[str, Any]:
        """Do one step of training: outputs, loss, gradients, update, metrics.

        Write it anew for a training of your own. It is traced once per signature of a batch and
        compiled, so compute with `cornu.ops`; with `compile(run_eagerly=True)` it runs line by
        line.

        Parameters
        ----------
        data : tuple or value
            `(x, y, sample_weight)`, `(x, y)` or `x`; see `cornu.utils.unpack_x_y_sample_weight`.

        Returns
        -------
        dict of str to value
            The logs.

        Examples
        --------
        >>> from cornu.models import Model
        >>> class Plain(Model):
        ...     def train_step(self, data):
        ...         x, y = data
        ...         loss = self.compute_loss(x, y, self(x, training=True))
        ...         self.optimizer.apply(self.compute_gradients(loss), self.trainable_variables)
        ...         return {"loss": loss}
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=True)
        loss = self._total_loss(x, y, y_pred, sample_weight, training=True)
        self._show_loss(loss, x)
        if self._trained:
            optimizer = self.optimizer
            if optimizer is None:
                raise NotCompiledError(
                    "Training needs an optimizer: compile(optimizer='adam', loss=...)."
                )
            scaled = optimizer.scale_loss(loss)
            optimizer.apply(self.compute_gradients(scaled), self._trained)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """Do one step of evaluation: outputs, loss, metrics.

        Parameters
        ----------
        data : tuple or value
            As in `train_step`.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)
        loss = self._total_loss(x, y, y_pred, sample_weight, training=False)
        self._show_loss(loss, x)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data: Any) -> Any:
        """Return the outputs for a batch.

        Parameters
        ----------
        data : tuple or value
            As in `train_step`; only `x` is used.
        """
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Return the total loss: that of `compile`, plus regularizers and `add_loss`.

        Parameters
        ----------
        x, y, y_pred : value or structure of values
            Inputs, targets and outputs of a batch.
        sample_weight : value or structure of values, optional
        training : bool
            Whether this is a step of training.

        Returns
        -------
        value
            A scalar.

        Raises
        ------
        NotCompiledError
            If there is no loss at all.

        Examples
        --------
        >>> from cornu.models import Model
        >>> class Sparse(Model):
        ...     def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
        ...         loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        ...         return loss + 0.01 * ops.mean(ops.abs(y_pred))
        """
        compiled = self._compiled.losses if self._compiled is not None else None
        terms = [] if compiled is None or y is None else [compiled(y, y_pred, sample_weight)]
        terms = [term for term in terms if term is not None]
        terms += [as_scalar(loss) for loss in self.losses]
        if not terms:
            raise NotCompiledError(no_loss(compiled, y))
        total = terms[0]
        for term in terms[1:]:
            total = ops.add(total, term)
        return total

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, Any]:
        """Add a batch to the metrics of `compile`, and return the values of all metrics.

        Parameters
        ----------
        x, y, y_pred, sample_weight
            As in `compute_loss`.
        """
        metrics = self._compiled.metrics if self._compiled is not None else None
        if metrics is not None and y is not None:
            metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def prepare_losses(self, y: Any, y_pred: Any) -> None:
        """Make losses and metrics, as the first step does, for values of these shapes."""
        losses, metrics = self.compiled_losses, self._compiled.metrics if self._compiled else None
        if losses is not None:
            losses.prepare(y, y_pred)
        if metrics is not None and metrics.are_asked:
            metrics.prepare(y, y_pred)

    def compute_gradients(
        self, loss: Any, variables: Sequence[Variable] | None = None
    ) -> list[Any]:
        """Return the gradient of a traced loss by weights; for use in a `train_step` of your own.

        Parameters
        ----------
        loss : value
            Computed in this step.
        variables : sequence of Variable, optional
            By default `trainable_variables`.

        Raises
        ------
        ValueError
            If no gradient reaches any of them: training would change nothing.
        """
        if variables is None:
            variables = self._trained
        return whole().slopes(loss, lambda part: slopes(part, variables, self.name))

    def get_metrics_result(self) -> dict[str, Any]:
        """Return the value of each metric, by name.

        Examples
        --------
        >>> from cornu import Sequential
        >>> model = Sequential()
        >>> model.compile(loss="mse")
        >>> model.get_metrics_result()
        {'loss': array(0., dtype=float32)}
        """
        results: dict[str, Any] = {}
        for metric in self.metrics:
            value = metric.result()
            results.update(value if isinstance(value, dict) else {metric.name: value})
        return results

    def _total_loss(self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool) -> Any:
        """Call `compute_loss`, which a subclass may have written without `training`."""
        parameters = inspect.signature(self.compute_loss).parameters
        knows = "training" in parameters or any(
            p.kind is p.VAR_KEYWORD for p in parameters.values()
        )
        options = {"training": training} if knows else {}
        self.__dict__["_shows_loss"] = True  # as the step that asks does
        try:
            return self.compute_loss(
                x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, **options
            )
        finally:
            del self.__dict__["_shows_loss"]

    def _show_loss(self, loss: Any, batch: Any) -> None:
        if self._compiled is None:
            raise NotCompiledError("A step shows its loss once compile() has been called.")
        tracker = self._compiled.loss_tracker
        with scope("loss"):
            tracker.update_state(reported(loss), sample_weight=batch_size(batch))

    # What is asked of a model before a step, and after it

    def _must_be_compiled(self, method: str) -> None:
        if self._compiled is None:
            raise NotCompiledError(
                f"{method}() needs a compiled model: call compile(optimizer='adam', loss=...) "
                "first."
            )

    def _output_names(self) -> list[str] | None:
        try:
            return list(self.output_names)
        except (AttributeError, TypeError, ValueError):
            return None

    def _read_logs(self, places: dict[str, int | None], outputs: list[Any]) -> dict[str, Any]:
        """Return the logs of a step as numbers."""
        names = tuple(name for name, place in places.items() if place is None)
        logs = self._step_cache().reader(names).read(self) if names else {}
        logs.update((name, outputs[at]) for name, at in places.items() if at is not None)
        return plain_logs(logs)
