"""What `compile` of Keras 2.3 says of each output, checked at once."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from cornu.base.metric import Metric
from cornu_engine.variable import Variable
from cornu_keras.backend.variables import is_keras_tensor

__all__ = ["End", "ends", "losses_by_name", "metrics_by_name"]


class End(NamedTuple):
    """An output as training meets it.

    Attributes
    ----------
    name : str
    loss : object or None
        As given to `compile`; without one, there is no target.
    mode : {None, "temporal"}
        What its sample weights are for.
    target : array or None
        Its target, where `compile` was given it.
    """

    name: str
    loss: Any
    mode: str | None
    target: Any


def ends(
    names: Sequence[str], loss: Any, loss_weights: Any, modes: Any, target_tensors: Any
) -> list[End]:
    """Return what is said of each output.

    Parameters
    ----------
    names : sequence of str
        Of the outputs.
    loss, loss_weights, modes, target_tensors
        As given to `compile`.

    Raises
    ------
    ValueError, TypeError
        For what fits no output, or not all of them.
    """
    losses = _losses(names, loss)
    _check_weights(names, loss_weights)
    columns = (names, losses, _modes(names, losses, modes), _targets(names, target_tensors))
    return [End(*row) for row in zip(*columns, strict=True)]


def losses_by_name(found: Sequence[End], given: Any) -> Any:
    """Return the losses as Cornu takes them: one for one output, else by name."""
    if all(end.loss is None for end in found):
        return None
    return given if len(found) == 1 else {end.name: end.loss for end in found}


def metrics_by_name(found: Sequence[End], given: Any) -> Any:
    """Return metrics as Cornu takes them: those of outputs with a loss.

    A flat list is for every output, also where it is as long as there are outputs; each gets
    objects of its own.
    """
    if not given or all(end.loss is None for end in found):
        return None
    if len(found) == 1:
        return given
    if isinstance(given, dict):
        _known("metrics", given, [end.name for end in found])
        return {end.name: given.get(end.name) for end in found if end.loss is not None}
    nested = any(isinstance(one, (list, tuple)) for one in given)
    if nested and len(given) != len(found):
        raise ValueError(
            "When passing a list of lists as `metrics`, it should have one entry per model output. "
            f"The model has {len(found)} outputs, but you passed metrics={given!r}"
        )
    by_output = given if nested else [[_own(m, i) for m in given] for i in range(len(found))]
    pairs = zip(found, by_output, strict=True)
    return {end.name: entry for end, entry in pairs if end.loss is not None}


def _own(metric: Any, output: int) -> Any:
    if output and isinstance(metric, Metric):
        return type(metric).from_config(metric.get_config())
    return metric


# Each argument of `compile`


def _losses(names: Sequence[str], loss: Any) -> list[Any]:
    if isinstance(loss, dict) and "class_name" not in loss:
        _known("loss", loss, names)
        for name in names:
            if name not in loss:
                warnings.warn(
                    f'Output "{name}" missing from loss dictionary. We assume this was done on '
                    "purpose. The fit and evaluate APIs will not be expecting any data to be "
                    f'passed to "{name}".',
                    stacklevel=5,
                )
        return [loss.get(name) for name in names]
    if isinstance(loss, (list, tuple)):
        _one_each("loss", loss, names)
        return list(loss)
    return [loss] * len(names)


def _check_weights(names: Sequence[str], weights: Any) -> None:
    if isinstance(weights, dict):
        _known("loss_weights", weights, names)
    elif isinstance(weights, list):
        _one_each("loss_weights", weights, names)
    elif weights is not None:
        raise TypeError(
            f"Could not interpret loss_weights argument: {weights!r} - expected a list of floats, "
            "or a dict of them by names of outputs."
        )


def _modes(names: Sequence[str], losses: Sequence[Any], modes: Any) -> list[str | None]:
    if isinstance(modes, dict):
        _known("sample_weight_mode", modes, names)
        pairs = zip(names, losses, strict=True)
        missing = [name for name, loss in pairs if loss is not None and name not in modes]
        if missing:
            raise ValueError(
                f"Output {missing[0]!r} missing from sample_weight_modes dictionary. Give it None "
                'or "temporal".'
            )
        return [modes.get(name) for name in names]
    if isinstance(modes, (list, tuple)):
        _one_each("sample_weight_mode", modes, names)
        return list(modes)
    return [modes] * len(names)


def _targets(names: Sequence[str], given: Any) -> list[Any]:
    if given is None:
        return [None] * len(names)
    if isinstance(given, dict):
        _known("target_tensors", given, names)
        listed = [given.get(name) for name in names]
    elif isinstance(given, list):
        _one_each("target_tensors", given, names)
        listed = given
    elif isinstance(given, (np.ndarray, Variable)) or is_keras_tensor(given):
        if len(names) > 1:
            raise ValueError(
                f"The model has {len(names)} outputs, but you passed a single tensor as "
                "`target_tensors`. Expected a list or a dict of tensors."
            )
        listed = [given]
    else:
        raise TypeError(
            f"Expected `target_tensors` to be a list or dict of tensors, but got: {given!r}."
        )
    # a placeholder is what y is fed to, as without it
    return [None if is_keras_tensor(target) else target for target in listed]


def _known(argument: str, given: dict[str, Any], names: Sequence[str]) -> None:
    unknown = [key for key in given if key not in names]
    if unknown:
        raise ValueError(
            f"Unknown entries in {argument} dictionary: {unknown}. Only expected following keys: "
            f"{list(names)}"
        )


def _one_each(argument: str, given: Sequence[Any], names: Sequence[str]) -> None:
    if len(given) != len(names):
        raise ValueError(
            f"When passing a list as `{argument}`, it should have one entry per model output. The "
            f"model has {len(names)} outputs, but you passed {argument}={given!r}"
        )
