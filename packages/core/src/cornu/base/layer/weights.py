"""The weights of a layer: how they are made, listed, read and set."""

from __future__ import annotations

import contextvars
import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.base.layer.operation import Operation
from cornu.base.layer.tracking import Parts
from cornu.base.metric import Mean
from cornu.plugins import registry
from cornu_data.absent import NoAttribute
from cornu_data.shapes import as_shape
from cornu_engine.dtypes import canonical, is_float
from cornu_engine.errors import NotBuiltError, ShapeError
from cornu_engine.graph import Node, current_scope, scope
from cornu_engine.trace import current_trace
from cornu_engine.variable import Variable, later


class AddedMetric(Mean):
    """The mean that `add_metric` keeps."""


class Weights(Operation):
    """The part of `Layer` that owns variables and knows those of its sublayers."""

    _parts: Parts
    _trainable: bool
    _path: str | None
    _losses: list[Any]
    _loss_functions: list[Callable[[], Any]]
    built: bool
    variable_dtype: str

    # Making them

    def add_weight(
        self,
        *args: Any,
        shape: Sequence[int] | int | None = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: Any = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> Variable:
        """Make a weight of this layer.

        Parameters
        ----------
        *args
            Keras 3's order `(shape, initializer, dtype)`, or Keras 2's `(name, shape, dtype,
            initializer, regularizer, trainable, constraint)`, which is told by its leading name.
        shape : tuple of int
            A scalar if not given.
        initializer : str, callable or Initializer
            `"glorot_uniform"` for floats and `"zeros"` for other dtypes if not given.
        dtype : str, optional
            The layer's otherwise.
        trainable : bool
            Whether training moves it.
        regularizer : str, callable or Regularizer, optional
            Its penalty is one of `losses`.
        constraint : str, callable or Constraint, optional
            Applied after every update.
        name : str, optional
            As `"kernel"`.
        autocast : bool
            Whether operations in `call` take it in the dtype of computation, if that is another.
        aggregation, overwrite_with_gradient
            Accepted for Keras' sake.

        Returns
        -------
        Variable

        Examples
        --------
        >>> from cornu.base import Layer
        >>> Layer(name="scale").add_weight("gamma", (3,), initializer="ones").path
        'scale/gamma'
        """
        given = _by_name(args)
        name = given.get("name", name)
        shape = given.get("shape", shape)
        dtype = given.get("dtype", dtype)
        initializer = given.get("initializer", initializer)
        regularizer = given.get("regularizer", regularizer)
        trainable = given.get("trainable", trainable)
        constraint = given.get("constraint", constraint)
        if kwargs.keys() - {
            "use_resource",
            "getter",
            "experimental_autocast",
            "partitioner",
            "synchronization",
        }:
            raise TypeError(f"add_weight() does not take {', '.join(map(repr, kwargs))}.")
        self._check_initialised()
        sizes = as_shape(() if shape is None else shape)
        if None in sizes:
            raise ShapeError(
                f"Layer {self._where()} cannot make a weight of shape {sizes}: a size is not "
                "known. Give the model's input a full shape, such as Input((28, 28, 1)), except "
                "for the batch."
            )
        shape = tuple(n for n in sizes if n is not None)
        stored_as = canonical(self.variable_dtype if dtype is None else dtype)
        if initializer is None:
            initializer = "glorot_uniform" if is_float(stored_as) else "zeros"
        variable = Variable(
            later(lambda sizes: _first_value(initializer, sizes, stored_as), shape, stored_as),
            dtype=stored_as,
            trainable=bool(trainable),
            name=name,
            regularizer=registry.get("regularizer", regularizer),
            constraint=registry.get("constraint", constraint),
        )
        variable.path = f"{self._path_now()}/{variable.name}"
        if not autocast:
            variable.autocast = False
        self._parts.add(variable)
        return variable

    def add_variable(
        self,
        shape: Sequence[int] | int,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a weight: `add_weight` by another name."""
        return self.add_weight(
            shape=shape,
            initializer=initializer,
            dtype=dtype,
            trainable=trainable,
            autocast=autocast,
            regularizer=regularizer,
            constraint=constraint,
            name=name,
        )

    # Listing them

    @property
    def trainable(self) -> bool:
        """Whether training moves the weights; set on every sublayer and weight too."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: Any) -> None:
        if bool(value) != self._trainable:
            self._parts.count_change()
        self._trainable = bool(value)
        for variable in self._parts.trainable_variables:
            variable.trainable = self._trainable
        for layer in self._parts.enter():
            layer.trainable = self._trainable

    @property
    def weights(self) -> list[Variable]:
        """The layer's own weights, trainable ones first, then those of its sublayers in order."""
        return _distinct(self._walk_variables(with_state=False))

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training moves."""
        return [v for v in self.weights if v.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        return [v for v in self.weights if not (self.trainable and v.trainable)]

    @property
    def variables(self) -> list[Variable]:
        """`weights`, and the counters of random layers."""
        return _distinct(self._walk_variables(with_state=True))

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that training moves."""
        return [v for v in self.variables if v.trainable] if self.trainable else []

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that training leaves alone, counters of random layers among them."""
        return [v for v in self.variables if not (self.trainable and v.trainable)]

    @property
    def metrics(self) -> list[Any]:
        """Metrics that the layer and its sublayers keep."""
        metrics = [*self._parts.metrics, *self._metrics_of_sublayers()]
        return list({id(metric): metric for metric in metrics}.values())  # of shared layers, once

    def _metrics_inside(self) -> list[Any]:
        """Return what a model that holds the layer shows of its metrics."""
        return self.metrics

    def _metrics_of_sublayers(self) -> list[Any]:
        return [metric for layer in self._parts.enter() for metric in layer._metrics_inside()]

    @property
    def metrics_variables(self) -> list[Variable]:
        """State of `metrics`."""
        return [v for metric in self.metrics for v in metric.variables]

    def _walk_variables(self, with_state: bool) -> Iterator[Variable]:
        for parts in (layer._parts for layer in self._flatten_layers()):
            yield from parts.trainable_variables
            yield from parts.non_trainable_variables
            if with_state:
                yield from (generator.state for generator in parts.seed_generators)

    def _state_of_parts(self) -> tuple[list[int], list[tuple[bool, int]]]:
        """Return what differs after any change of layers, or of which weights are moved and how."""
        parts = [layer._parts for layer in self._flatten_layers()]
        variables = (v for p in parts for v in (*p.trainable_variables, *p.non_trainable_variables))
        return [p.changes for p in parts], [(v.trainable, id(v.arena)) for v in variables]

    def _flatten_layers(self, include_self: bool = True, recursive: bool = True) -> list[Any]:
        # Each once, by whatever ways it is reached: those double with each layer that two share.
        layers: dict[int, Any] = {}
        waiting = [self]
        while waiting:
            layer = waiting.pop()
            if id(layer) not in layers:
                layers[id(layer)] = layer
                if recursive or layer is self:
                    waiting.extend(reversed(layer._parts.layers))
        return list(layers.values())[0 if include_self else 1 :]

    # Reading and setting them

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of the values of `weights`, in order."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set the values of `weights`.

        Parameters
        ----------
        weights : list of array
            As many, and of the same shapes, as `get_weights()` returns.

        Raises
        ------
        ShapeError
            If a shape or their number differs; nothing is changed then.
        """
        variables, values = self.weights, [np.asarray(w) for w in weights]
        if len(variables) != len(values):
            unbuilt = (
                ""
                if self.built
                else " It is not built yet: call it on data, or build(input_shape), first."
            )
            raise ShapeError(
                f"Layer {self._where()} has {len(variables)} weights, but set_weights got "
                f"{len(values)}.{unbuilt}"
            )
        for variable, value in zip(variables, values, strict=True):
            if variable.shape != value.shape:
                raise ShapeError(
                    f"Weight {variable.path!r} has shape {variable.shape}, but set_weights got "
                    f"{value.shape}. "
                    "The values must come in the order of get_weights()."
                )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)

    def count_params(self) -> int:
        """Return how many numbers the weights hold.

        Raises
        ------
        NotBuiltError
            Before the layer is built.
        """
        if not self.built:
            raise NotBuiltError(
                f"Layer {self._where()} has no weights to count yet: it is not built. Call it on "
                "data, give the model an input shape, or call build(input_shape)."
            )
        return sum(math.prod(v.shape) for v in self.weights)

    # Losses and metrics beside the model's

    def add_loss(self, loss: Any = None, inputs: Any = None, **kwargs: Any) -> None:
        """Add to what training minimises.

        Parameters
        ----------
        loss : value, list of values, or callable
            In `call`, a scalar computed from the inputs; a callable without arguments, such as a
            penalty on weights, may be added anywhere and is called in every step.
        inputs
            Accepted for Keras 2's sake.
        **kwargs
            `losses=`, Keras 2's name of `loss`.
        """
        loss = kwargs.pop("losses", loss)
        if kwargs:
            raise TypeError(f"add_loss() does not take {', '.join(map(repr, kwargs))}.")
        for value in loss if isinstance(loss, (list, tuple)) else [loss]:
            if callable(value) and not hasattr(value, "shape"):
                self._loss_functions.append(value)
            elif value is not None:
                self._losses.append(value)

    @property
    def losses(self) -> list[Any]:
        """What the last call added to the loss, and the penalties of weights."""
        terms = []
        for layer in self._flatten_layers():
            terms.extend(layer._live_losses())
        terms.extend(v.regularizer(v) for v in self.trainable_weights if v.regularizer is not None)
        return terms

    def _live_losses(self) -> list[Any]:
        if current_trace() is None:  # nodes of a trace that is over are no values any more
            self._losses = [x for x in self._losses if not isinstance(x, Node)]
        return [*self._losses, *(function() for function in self._loss_functions)]

    def _clear_losses(self) -> None:
        for layer in self._flatten_layers():
            layer.__dict__["_losses"] = []

    def add_metric(self, value: Any, name: str | None = None, aggregation: Any = None) -> None:
        """Show the mean of a value over the epoch; for use in `call`.

        Parameters
        ----------
        value : value
            A scalar, or one number per sample.
        name : str
            Name in logs.
        aggregation
            Accepted for Keras 2's sake; it is the mean.
        """
        name = name or getattr(value, "name", None) or "metric"
        metric = next((m for m in self._parts.metrics if m.name == name), None)
        if metric is None:
            metric = AddedMetric(name=name)
            self._parts.add(metric)
        metric.update_state(value)

    # Names

    @property
    def path(self) -> str | None:
        """Names of the enclosing layers and this one, joined by '/'; None before it is built."""
        return self._path

    def _path_now(self) -> str:
        """The path, or what it would be if the layer were built here."""
        if self._path is not None:
            return self._path
        outer = current_scope()
        return f"{outer}/{self.name}" if outer else self.name

    def _scope(self) -> Any:
        path = self.__dict__["_path"] = self._path_now()
        return scope(path)

    def _where(self) -> str:
        return f'"{self._path or self.name}" ({type(self).__name__})'

    if not TYPE_CHECKING:  # for mypy it would make every name an attribute

        def __getattr__(self, name: str) -> Any:
            attribute = getattr(type(self), name, None)
            if isinstance(attribute, property):
                return attribute.__get__(self)  # its own AttributeError says more
            if name.startswith("_") or self.__dict__.get("built", True):
                said = f"{type(self).__name__!r} object has no attribute {name!r}"
                raise NoAttribute(said, type(self), name)
            raise AttributeError(
                f"Layer {self._where()} has no attribute {name!r}. It is not built yet, so its "
                "weights are not there: call it on data, or call build(input_shape)."
            )

    def _check_initialised(self) -> None:
        if "_losses" not in self.__dict__:
            raise RuntimeError(
                f"{type(self).__name__}.__init__ did not call super().__init__(). Make it the "
                "first line of __init__."
            )


_KERAS2_ORDER = ("name", "shape", "dtype", "initializer", "regularizer", "trainable", "constraint")
_CONSTANTS = {"zeros": np.zeros, "ones": np.ones}  # what core knows without any plugin
_KERAS3_ORDER = ("shape", "initializer", "dtype")


def _by_name(args: tuple) -> dict[str, Any]:
    order = (
        _KERAS2_ORDER if args and (isinstance(args[0], str) or args[0] is None) else _KERAS3_ORDER
    )
    if len(args) > len(order):
        raise TypeError(
            f"add_weight() takes at most {len(order)} positional arguments: {', '.join(order)}."
        )
    return dict(zip(order, args, strict=False))


def _first_value(initializer: Any, shape: tuple, dtype: np.dtype) -> np.ndarray:
    """Return the initial value, a plain array even when a trace is going on."""
    if not callable(initializer) and not isinstance(initializer, (str, dict)):
        return np.broadcast_to(np.asarray(initializer), shape)
    make = _CONSTANTS.get(initializer) if isinstance(initializer, str) else None
    make = make or registry.get("initializer", initializer)
    # An empty context has no current trace.
    value = np.asarray(contextvars.Context().run(make, shape, dtype=dtype.name))
    if value.shape != shape:
        raise ShapeError(
            f"The initializer {make!r} returned shape {value.shape} where {shape} was asked for."
        )
    return value


def _distinct(variables: Iterator[Variable]) -> list[Variable]:
    return list({id(v): v for v in variables}.values())
