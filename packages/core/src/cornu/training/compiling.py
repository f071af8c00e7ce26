"""The arguments of `compile`: checked, brought into one form, read from files."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from cornu.configuration.annotated import check_call
from cornu.configuration.config import deserialize, serialize
from cornu.plugins import registry
from cornu.plugins.custom_objects import custom_objects_in_effect
from cornu_engine import tree
from cornu_engine.errors import BadFileError, near_matches
from cornu_engine.files.rules import is_reading
from cornu_engine.variable import Variable

__all__ = [
    "are_metrics",
    "check_arguments",
    "check_mode",
    "in_json",
    "plain",
    "read_arguments",
    "scaled",
]

# What a file may tell `compile`.
_IN_FILES = frozenset(
    "optimizer loss loss_weights metrics weighted_metrics run_eagerly steps_per_execution "
    "jit_compile auto_scale_loss sample_weight_mode".split()
)


def in_json(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `compile` in JSON's terms."""
    return {name: serialize(value) for name, value in arguments.items()}


def read_arguments(method: Any, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `compile` for what `in_json` made of them.

    Raises
    ------
    BadFileError
        For an argument that a file has no say in, where one is read.
    """
    other = sorted(set(config) - _IN_FILES)
    if other and is_reading():  # such as `backend`: who loads the file chooses it
        raise BadFileError(f"The file tells compile() {', '.join(map(repr, other))}.", "config")
    check_call((method,), config, "compile()")
    kinds = {
        "optimizer": "optimizer",
        "loss": "loss",
        "metrics": "metric",
        "weighted_metrics": "metric",
    }
    return {name: _deserialized(value, kinds.get(name)) for name, value in config.items()}


def check_arguments(method: Any, unknown: Mapping[str, Any]) -> None:
    """Raise TypeError for arguments that a method does not take, with what may have been meant."""
    if unknown:
        name = next(iter(unknown))
        known = list(inspect.signature(method).parameters)[1:]
        hint = near_matches(name, [k for k in known if k != "kwargs"])
        raise TypeError(f"{method.__name__}() got an unexpected argument {name!r}. {hint}".rstrip())


def check_mode(mode: Any) -> None:
    """Raise ValueError for a mode of sample weights that there never was."""
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


def are_metrics(value: Any) -> bool:
    """Tell metrics from factors, where Keras 2 and 3 disagree on which comes first."""
    leaves = [leaf for leaf in tree.flatten(value) if leaf is not None]
    numbers = (int, float, np.number, np.ndarray, Variable)
    return bool(leaves) and not any(isinstance(leaf, numbers) for leaf in leaves)


def plain(factors: Any) -> Any:
    """Return factors as Python's numbers, whatever held them, and variables as they are."""
    held = (np.ndarray, np.generic)
    return tree.map_structure(lambda x: x.tolist() if isinstance(x, held) else x, factors)


def scaled(optimizer: Any, policy: Any) -> Any:
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
