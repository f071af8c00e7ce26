"""All state of a model as one nested dictionary."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from cornu.training.trainable import Trainable
from cornu_engine.errors import ShapeError, near_matches, quoted
from cornu_engine.variable import Variable


def _state_groups(model: Trainable) -> dict[str, list[Variable]]:
    optimizer = model.optimizer
    return {
        "trainable_variables": model.trainable_variables,
        "non_trainable_variables": model.non_trainable_variables,
        "optimizer_variables": list(optimizer.variables) if optimizer is not None else [],
        "metrics_variables": model.metrics_variables,
    }


def get_state_tree(self: Trainable, value_format: str = "backend_tensor") -> dict[str, Any]:
    """Return the values of all variables, nested by the parts of their paths.

    Parameters
    ----------
    value_format : {"backend_tensor", "numpy_array"}
        Both give NumPy arrays here, copies of the values.

    Raises
    ------
    ValueError
        If two variables have one path.

    Examples
    --------
    >>> import cornu
    >>> from cornu.base import Layer
    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.gamma = self.add_weight("gamma", (2,), initializer=np.ones)
    ...     def call(self, x):
    ...         return x * self.gamma
    >>> model = cornu.Sequential([cornu.Input((2,)), Scale(name="scale")], name="m")
    >>> model.get_state_tree()["trainable_variables"]
    {'m': {'scale': {'gamma': array([1., 1.], dtype=float32)}}}
    """
    if value_format not in ("backend_tensor", "numpy_array"):
        raise ValueError(
            f'value_format is "backend_tensor" or "numpy_array"; got {value_format!r}.'
        )
    return {name: _nested(variables) for name, variables in _state_groups(self).items()}


def set_state_tree(self: Trainable, state_tree: dict[str, Any]) -> None:
    """Set the variables that a nested dictionary names, as `get_state_tree` returns it.

    Raises
    ------
    TypeError
        If a group is no dictionary.
    ValueError, ShapeError
        If the model has no such variable, or one of another shape; nothing is set then.
    """
    planned = list(_planned(_state_groups(self), state_tree))
    for variable, value in planned:
        variable.assign(value)


def _planned(
    groups: dict[str, list[Variable]], state_tree: dict[str, Any]
) -> Iterable[tuple[Variable, Any]]:
    for name, values in _members(state_tree, "a state tree"):
        if name not in groups:
            raise ValueError(
                f"There is no group of state {name!r}. {near_matches(name, groups)}".rstrip()
            )
        known = {v.path: v for v in groups[name]}
        for path, value in _flat(values, "", name):
            if path not in known:
                raise ValueError(_unknown(path, name, list(known)))
            if known[path].shape != np.shape(value):
                raise ShapeError(
                    f"Variable {path!r} has shape {known[path].shape}; got {np.shape(value)}."
                )
            yield known[path], value


def _unknown(path: str, group: str, known: list[str]) -> str:
    there = f"the first of them is {known[0]!r}" if known else "it has none"
    return (
        f"The model has no variable {path!r} among its {group}: {there}. The state is of a model "
        "whose layers, or of an optimizer that, had other names: give them the same with name=, "
        f"or leave {group!r} out of the state."
    )


def _nested(variables: Iterable[Variable]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for variable in variables:
        *parents, name = variable.path.split("/")
        place = nested
        for parent in parents:
            place = place.setdefault(parent, {})
        if name in place:
            raise ValueError(
                f"Two variables of the model have the path {variable.path!r}: give their layers "
                "names of their own."
            )
        place[name] = variable.numpy()
    return nested


def _flat(values: Any, prefix: str, group: str) -> Iterable[tuple[str, Any]]:
    for name, value in _members(values, f"the group {group!r}"):
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}/", group)
        else:
            yield f"{prefix}{name}", value


def _members(values: Any, what: str) -> Iterable[tuple[str, Any]]:
    if not isinstance(values, dict):
        raise TypeError(
            f"set_state_tree() takes {what} as a dictionary, as get_state_tree() returns it; got "
            f"{quoted(values)}."
        )
    return values.items()
