"""`tf.Variable` and `tf.Module`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_engine.trace import current_trace
from cornu_engine.variable import Variable as State
from cornu_keras.compat.tensorflow.graphs import (
    Operation,
    assign,
    assign_add,
    assign_sub,
    initializer,
    is_symbolic,
    note_variable,
)
from cornu_keras.compat.tensorflow.kinds import TensorShape, as_dtype
from cornu_keras.compat.tensorflow.scopes import name_scope, scope_of_names
from cornu_keras.compat.tensorflow.texts import as_key
from cornu_keras.compat.tensorflow.values import Tensor, as_tensors

__all__ = ["Module", "Variable"]


class Variable(Tensor):
    """A tensor that changes: `assign`, `assign_add`, `assign_sub`.

    Parameters
    ----------
    initial_value : array_like or callable
    trainable : bool
    name : str, optional
    dtype : optional
    constraint : callable, optional

    Examples
    --------
    >>> v = Variable([1.0, 2.0])
    >>> v.assign_add([1.0, 1.0]).numpy()
    array([2., 3.], dtype=float32)
    """

    tracked = True

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool = True,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        import_scope: Any = None,
        constraint: Any = None,
        synchronization: Any = None,
        aggregation: Any = None,
        shape: Any = None,
    ) -> None:
        if initial_value is None:
            raise ValueError("tf.Variable needs an initial value: tf.Variable(tf.zeros(shape)).")
        self._initial = initial_value
        State.__init__(
            self,
            self._first_value(),
            dtype=None if dtype is None else str(as_dtype(dtype)),
            trainable=trainable,
            name=name or "Variable",
            constraint=constraint,
        )
        self.name = f"{scope_of_names()}{self.name}:0"
        note_variable(self)

    def _first_value(self) -> Any:
        value = self._initial() if callable(self._initial) else self._initial
        return value.numpy() if isinstance(value, State) else value

    def begin_again(self) -> None:
        """Set the first value again; what draws it draws anew."""
        State.assign(self, np.broadcast_to(self._first_value(), tuple(self.shape)))

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_initial": self.numpy()}

    @property
    def initializer(self) -> Operation:
        """What a session runs to give it its first value again."""
        return initializer([self])

    def assign(self, value: Any, use_locking: bool = False, name: Any = None) -> Any:
        """Set the value, and return the variable."""
        if is_symbolic(value):
            return assign(self, value)
        State.assign(self, value)
        return self

    def assign_add(self, delta: Any, use_locking: bool = False, name: Any = None) -> Any:
        """Add to the value."""
        return assign_add(self, delta) if is_symbolic(delta) else self.assign(self.value + delta)

    def assign_sub(self, delta: Any, use_locking: bool = False, name: Any = None) -> Any:
        """Subtract from the value."""
        return assign_sub(self, delta) if is_symbolic(delta) else self.assign(self.value - delta)

    def load(self, value: Any, session: Any = None) -> None:
        """Set the value, as TensorFlow 1 did without an operation."""
        State.assign(self, value)

    def __getitem__(self, key: Any) -> Any:
        part = super().__getitem__(key)
        return Part(self, key, part) if type(part) is Tensor else part  # no value of a step

    def scatter_nd_update(self, indices: Any, updates: Any, name: Any = None) -> Any:
        """Set the numbers at places."""
        return self.assign(ops.scatter_update(self.value, indices, updates))

    def scatter_nd_add(self, indices: Any, updates: Any, name: Any = None) -> Any:
        """Add to the numbers at places."""
        return self.assign(ops.add(self.value, ops.scatter(indices, updates, tuple(self.shape))))

    def scatter_nd_sub(self, indices: Any, updates: Any, name: Any = None) -> Any:
        """Subtract from the numbers at places."""
        return self.scatter_nd_add(indices, ops.negative(updates))

    def scatter_update(self, sparse_delta: Any, use_locking: bool = False, name: Any = None) -> Any:
        """Set rows, by their numbers."""
        rows = ops.expand_dims(sparse_delta.indices, -1)
        return self.scatter_nd_update(rows, sparse_delta.values)

    def scatter_add(self, sparse_delta: Any, use_locking: bool = False, name: Any = None) -> Any:
        """Add to rows, by their numbers."""
        rows = ops.expand_dims(sparse_delta.indices, -1)
        return self.scatter_nd_add(rows, sparse_delta.values)

    def read_value(self) -> Any:
        """Return the value as a tensor."""
        return self.value if current_trace() is not None else as_tensors(self.value)

    def initialized_value(self) -> Any:
        """Return the value as a tensor."""
        return self.read_value()

    def __repr__(self) -> str:
        shape = tuple(TensorShape(self.shape))
        return (
            f"<tf.Variable '{self.name}' shape={shape} dtype={self.dtype.name}, "
            f"numpy={self.numpy()!r}>"
        )


class Part(Tensor):
    """What stands in some places of a variable, and can be set there: `v[0].assign(1.0)`."""

    def __init__(self, variable: Variable, key: Any, part: Tensor) -> None:
        super().__init__(np.asarray(part))
        self._whole, self._key = variable, key

    def assign(self, value: Any, use_locking: bool = False, name: Any = None) -> Any:
        """Set the numbers in these places, and return the variable."""
        array = np.array(self._whole.numpy())
        array[as_key(self._key)] = np.asarray(value)
        return self._whole.assign(array)

    def assign_add(self, delta: Any, use_locking: bool = False, name: Any = None) -> Any:
        """Add to the numbers in these places."""
        return self.assign(np.asarray(self) + np.asarray(delta))

    def assign_sub(self, delta: Any, use_locking: bool = False, name: Any = None) -> Any:
        """Subtract from the numbers in these places."""
        return self.assign(np.asarray(self) - np.asarray(delta))


class Module:
    """A thing that holds variables: its own, and those of the modules and layers it holds.

    Examples
    --------
    >>> class Line(Module):
    ...     def __init__(self):
    ...         super().__init__(name="line")
    ...         self.slope = Variable(2.0, name="slope")
    >>> [v.name for v in Line().trainable_variables]
    ['slope:0']
    """

    def __init__(self, name: str | None = None) -> None:
        self._name = name or type(self).__name__.lower()

    @property
    def name(self) -> str:
        """Its name."""
        return getattr(self, "_name", type(self).__name__.lower())

    @property
    def variables(self) -> tuple[Any, ...]:
        """All variables, in the order of the names of attributes."""
        return tuple(dict.fromkeys(_variables(self)))

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """Those that are trained."""
        return tuple(v for v in self.variables if v.trainable)

    @property
    def submodules(self) -> tuple[Any, ...]:
        """Modules and layers that it holds, at any depth."""
        return tuple(m for m in _modules(self) if m is not self)

    @classmethod
    def with_name_scope(cls, method: Any) -> Any:
        """Return a method as it is: names are those that variables were given."""
        return method

    @property
    def name_scope(self) -> Any:
        """A context, for the names of operations."""
        return name_scope(self.name)


def _modules(module: Any) -> Iterator[Any]:
    yield module
    for part in _parts(module):
        if isinstance(part, Module):
            yield from _modules(part)


def _variables(module: Any) -> Iterator[Any]:
    for part in _parts(module):
        if isinstance(part, Module):
            yield from _variables(part)
        elif isinstance(part, State):
            yield part
        elif hasattr(part, "trainable_variables"):
            yield from part.variables


def _parts(module: Any) -> Iterator[Any]:
    for _, value in sorted(vars(module).items()):
        if isinstance(value, (list, tuple)):
            yield from value
        elif isinstance(value, dict):
            yield from value.values()
        else:
            yield value
