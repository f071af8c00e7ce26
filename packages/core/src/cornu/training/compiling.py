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
from cornu.training.compiled import Compiled
from cornu.training.compiled_losses import CompiledLosses
from cornu.training.compiled_metrics import CompiledMetrics
from cornu_engine import tree
from cornu_engine.errors import BadFileError, near_matches
from cornu_engine.files.rules import is_reading
from cornu_engine.variable import Variable

__all__ = [
    "check_arguments",
    "compiled",
    "in_json",
    "read_arguments",
]

# What a file may tell `compile`.
_IN_FILES = frozenset(
    "optimizer loss loss_weights metrics weighted_metrics run_eagerly steps_per_execution "
    "jit_compile auto_scale_loss sample_weight_mode".split()
)


def compiled(
    optimizer: Any,
    loss: Any,
    loss_weights: Any,
    metrics: Any,
    weighted_metrics: Any,
    *,
    names: list[str] | None,
    policy: Any,
    **options: Any,
) -> Compiled:
    """Return what `compile` leaves in a model.

    Parameters
    ----------
    optimizer, loss, loss_weights, metrics, weighted_metrics
        As given to `compile`.
    names : list of str or None
        Of the outputs, where they are known.
    policy : DTypePolicy or None
        What the model computes in, if small gradients are to be kept from vanishing.
    **options
        Other attributes of `Compiled`.
    """
    _check_mode(options["sample_weight_mode"])
    if options["steps_per_execution"] < 1:
        raise ValueError(f"steps_per_execution={options['steps_per_execution']} must be 1 or more.")
    if _are_metrics(loss_weights) and not _are_metrics(metrics):
        loss_weights, metrics = metrics, loss_weights  # in Keras 2's order
    loss_weights = _plain(loss_weights)
    optimizer = _scaled(registry.get("optimizer", optimizer), policy)
    arguments = {
        "optimizer": optimizer,
        "loss": loss,
        "loss_weights": loss_weights,
        "metrics": metrics,
        "weighted_metrics": weighted_metrics,
        "run_eagerly": options["run_eagerly"],
        "steps_per_execution": options["steps_per_execution"],
        "jit_compile": options["jit_compile"],
    }
    has_metrics = metrics is not None or weighted_metrics is not None
    options["run_eagerly"] = bool(options["run_eagerly"])
    return Compiled(
        optimizer=optimizer,
        losses=None if loss is None else CompiledLosses(loss, loss_weights, names),
        metrics=CompiledMetrics(metrics, weighted_metrics, names) if has_metrics else None,
        arguments=arguments,
        **options,
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


def _check_mode(mode: Any) -> None:
    """Raise ValueError for a mode of sample weights that there never was."""
    for one in tree.flatten(mode):
        if one not in ("temporal", None):
            raise ValueError(f"sample_weight_mode={mode!r}: a mode is 'temporal' or None.")


def _are_metrics(value: Any) -> bool:
    """Tell metrics from factors, where Keras 2 and 3 disagree on which comes first."""
    leaves = [leaf for leaf in tree.flatten(value) if leaf is not None]
    numbers = (int, float, np.number, np.ndarray, Variable)
    return bool(leaves) and not any(
        isinstance(leaf, numbers) or _is_number(leaf) for leaf in leaves
    )


def _is_number(value: Any) -> bool:
    """Tell whether a text spells a number, which no metric's name does."""
    return isinstance(value, str) and value.replace(".", "", 1).strip().isdigit()


def _plain(factors: Any) -> Any:
    """Return factors as Python's numbers, whatever held them, and variables as they are."""
    held = (np.ndarray, np.generic)
    return tree.map_structure(lambda x: x.tolist() if isinstance(x, held) else x, factors)


def _scaled(optimizer: Any, policy: Any) -> Any:
    """Keep small gradients from vanishing where a model computes in float16."""
    if optimizer is None or getattr(policy, "name", None) != "mixed_float16":
        return optimizer
    around = registry.role("optimizer", "float16")
    return optimizer if around is None or isinstance(optimizer, around) else around(optimizer)


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
