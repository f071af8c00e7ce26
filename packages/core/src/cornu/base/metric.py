"""Metrics: numbers accumulated over batches, inside the program that computes the predictions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu.base.configurable import Configurable, plain
from cornu.base.naming import auto_name
from cornu.plugins import registry
from cornu_data.symbolic.masks import get_mask
from cornu_engine.current import CURRENT
from cornu_engine.variable import Variable, check_allowed
from cornu_ops.lending import lent, values_of
from cornu_ops.targets import check_takes_two
from cornu_ops.weighted import apply_mask, dtype_name, samplewise, squeeze_or_expand_to_same_rank


class Metric(Configurable):
    """Base class of metrics.

    A subclass makes its state with `add_variable`, adds a batch to it in `update_state` and turns
    it into the metric's value in `result`. All three work on arrays and inside a trace: in `fit`,
    the state lives in the compiled program and is read only when it is shown.

    Parameters
    ----------
    dtype : str, optional
        Dtype of state and result; `cornu.config.floatx()` otherwise.
    name : str, optional
        Name in logs; the class name in snake case otherwise.

    Examples
    --------
    >>> class Largest(Metric):
    ...     def __init__(self, name="largest", **kwargs):
    ...         super().__init__(name=name, **kwargs)
    ...         self.largest = self.add_variable((), "zeros", name="largest")
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.largest.assign(ops.maximum(self.largest, ops.max(y_pred)))
    ...     def result(self):
    ...         return ops.convert_to_tensor(self.largest)
    >>> metric = Largest()
    >>> metric.update_state([0.0], [3.0])
    >>> metric.update_state([0.0], [2.0])
    >>> float(metric.result())
    3.0
    """

    # "up" or "down": what counts as better, for callbacks in mode="auto"
    _direction: str | None = None

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = name or auto_name(type(self).__name__)
        self.dtype = dtype_name(dtype)
        self._variables: list[Variable] = []

    @property
    def variables(self) -> list[Variable]:
        """State of this metric, and of metrics and variables that it holds in its attributes."""
        variables = dict.fromkeys(self._own_variables())
        for name, value in vars(self).items():
            if isinstance(value, Variable):
                variables[value] = None
            elif name != "_variables" and isinstance(value, (Metric, list, tuple, set, dict)):
                variables.update(dict.fromkeys(_state_in(value)))
        return list(variables)

    @property
    def weights(self) -> list[Variable]:
        """Same as `variables`."""
        return self.variables

    def add_variable(
        self,
        shape: Sequence[int] = (),
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: Any = "sum",
        name: str | None = None,
    ) -> Variable:
        """Make a piece of state.

        Parameters
        ----------
        shape : tuple of int
        initializer : str, float, callable or None
            First value; `None` is zeros.
        dtype : str, optional
            The default float otherwise.
        aggregation
            Accepted for Keras' sake: there is one replica.
        name : str, optional
        """
        held = self._own_variables()
        shape = tuple(shape)
        dtype = dtype_name(dtype)
        variable = Variable(
            initial_value(initializer, shape, dtype), dtype=dtype, trainable=False, name=name
        )
        variable.path = f"{self.name}/{variable.name}"
        held.append(variable)
        return variable

    def add_weight(
        self,
        *args: Any,
        shape: Sequence[int] = (),
        initializer: Any = None,
        dtype: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a piece of state: `add_variable` under its older name.

        Parameters
        ----------
        *args
            Keras 3's order `(shape, initializer, dtype, name)`, or Keras 2's `(name, shape,
            initializer, dtype)`, which is told by its leading name.
        shape : tuple of int
        initializer : str, float or callable, optional
        dtype : str, optional
        name : str, optional
        """
        order = ("shape", "initializer", "dtype", "name")
        if args and isinstance(args[0], str):
            order = ("name", "shape", "initializer", "dtype")
        given = {"shape": shape, "initializer": initializer, "dtype": dtype, "name": name}
        return self.add_variable(**{**given, **dict(zip(order, args, strict=False))})

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """Add a batch to the state. Subclasses write this."""
        raise NotImplementedError(
            f"{type(self).__name__} must define update_state(self, y_true, y_pred, "
            "sample_weight=None)."
        )

    def result(self) -> Any:
        """Return the metric's value for all batches so far. Subclasses write this."""
        raise NotImplementedError(f"{type(self).__name__} must define result(self).")

    def reset_state(self) -> None:
        """Return to the state before the first batch."""
        for variable in self.variables:
            variable.assign(np.zeros(variable.shape, variable.dtype))

    def reset_states(self) -> None:
        """Return to the state before the first batch (Keras 2's name)."""
        self.reset_state()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Add a batch and return the value so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    def stateless_update_state(
        self, metric_variables: Sequence[Any], *args: Any, **kwargs: Any
    ) -> list[Any]:
        """Return the state that a batch leads to from the given one; the metric stays."""
        variables = self.variables
        with lent(metric_variables=(variables, metric_variables)):
            self.update_state(*args, **kwargs)
            return values_of(variables)

    def stateless_result(self, metric_variables: Sequence[Any]) -> Any:
        """Return the value for the given state, without changing the metric."""
        with lent(metric_variables=(self.variables, metric_variables)):
            return ops.copy(self.result())

    def stateless_reset_state(self) -> list[Any]:
        """Return the state before the first batch."""
        variables = self.variables
        with lent(metric_variables=(variables, [v.value for v in variables])):
            self.reset_state()
            return values_of(variables)

    def _own_variables(self) -> list[Variable]:
        if "_variables" not in vars(self):
            raise RuntimeError(
                f"{type(self).__name__}.__init__ must call super().__init__() before it makes "
                "variables."
            )
        return self._variables

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={vars(self).get('name')}>"


def _state_in(value: Any) -> Iterator[Variable]:
    """Yield the state of what an attribute holds, in lists and dicts as well."""
    if isinstance(value, Metric):
        yield from value.variables
    elif isinstance(value, Variable):
        yield value
    elif isinstance(value, (list, tuple, set, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _state_in(part)


class Mean(Metric):
    r"""The (weighted) mean of all values seen: $\sum w x / \sum w$.

    Parameters
    ----------
    name : str
    dtype : str, optional

    Examples
    --------
    >>> mean = Mean()
    >>> mean.update_state([1.0, 3.0, 5.0, 7.0])
    >>> float(mean.result())
    4.0
    >>> mean.reset_state()
    >>> mean.update_state([1.0, 3.0, 5.0, 7.0], sample_weight=[1, 1, 0, 0])
    >>> float(mean.result())
    2.0
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", self.dtype, name="total")
        self.count = self.add_variable((), "zeros", self.dtype, name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values `(batch, …)`, each sample's values averaged first."""
        values, weight = samplewise(values, get_mask(values), sample_weight, ops.mean, self.dtype)
        self.total.assign_add(ops.sum(values))
        samples = float(values.shape[0] if len(values.shape) else 1)
        self.count.assign_add(samples if weight is None else ops.sum(weight))

    def result(self) -> Any:
        """Return the mean; 0 before the first batch."""
        total, count = self.total, self.count
        if CURRENT.get() is not None or total.dtype.kind != "f":
            return ops.divide_no_nan(total, count)
        with np.errstate(all="ignore"):  # two numbers to be read, no operation of a program
            mean = np.zeros_like(total.array)
            return np.divide(total.array, count.array, out=mean, where=count.array != 0)


class MeanMetricWrapper(Mean):
    """The mean over samples of a function `fn(y_true, y_pred, **kwargs)`.

    Parameters
    ----------
    fn : callable
        Gives one value per sample (or per sample and position).
    name : str, optional
    dtype : str, optional
    **kwargs
        Passed to `fn`.

    Examples
    --------
    >>> def within(y_true, y_pred, tolerance):
    ...     return ops.abs(y_true - y_pred) <= tolerance
    >>> metric = MeanMetricWrapper(within, name="within", tolerance=0.5)
    >>> metric.update_state(np.float32([1, 2]), np.float32([1.2, 2.9]))
    >>> float(metric.result())
    0.5
    """

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        check_takes_two(fn, kwargs, "metric")
        self._fn = fn
        self._fn_kwargs = kwargs
        if type(self) is not MeanMetricWrapper:
            vars(self).update(kwargs)  # a subclass's own arguments, as its config reads them
        else:
            self._direction = getattr(fn, "direction", None)

    def update_state(  # type: ignore[override]  # Keras' own signatures
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Add a batch; positions that the mask of `y_pred` leaves out do not count."""
        mask = get_mask(y_pred)
        y_true, y_pred = (
            x if isinstance(x, dict) else ops.convert_to_tensor(x) for x in (y_true, y_pred)
        )
        if type(self) is MeanMetricWrapper and dict not in (type(y_true), type(y_pred)):
            y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        values = self._fn(y_true, y_pred, **self._fn_kwargs)
        super().update_state(values, apply_mask(sample_weight, mask, self.dtype, "sum"))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric; of a bare wrapper, the function too."""
        if type(self) is not MeanMetricWrapper:
            return super().get_config()
        own = {"name": self.name, "dtype": self.dtype, "fn": plain(self._fn)}
        return {**own, **plain(self._fn_kwargs)}


def initial_value(initializer: Any, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Return the array that a name, number or initializer stands for, never a traced value."""
    check_allowed(shape, dtype)
    if initializer is None or (isinstance(initializer, str) and initializer.lower() == "zeros"):
        return np.zeros(shape, dtype)
    if isinstance(initializer, (int, float)):
        return np.full(shape, initializer, dtype)
    if not callable(initializer):
        initializer = registry.get("initializer", initializer)
    elif isinstance(initializer, type):
        initializer = initializer()
    return np.asarray(initializer(shape, dtype=dtype))
