"""What a file asks of its reader: functions and classes of the user's, by their names."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from cornu.configuration.known import (
    find_class,
    find_function,
    how_to_give,
    is_own,
    is_placeholder,
    offered_object,
)
from cornu.plugins import registry
from cornu.plugins.custom_objects import custom_objects_in_effect
from cornu_engine.errors import MissingDistributionError, SavingError, UnknownNameError

# Where Keras 2 writes a function as its bare name: the end of the key, and the kind.
_ENDS = ("activation", "initializer", "regularizer", "constraint")
_OF_TRAINING = {"loss": "loss", "metrics": "metric", "weighted_metrics": "metric"}


def _descriptions(config: Any) -> Iterator[dict[str, Any]]:
    """Yield every description of a function or class in a configuration."""
    if isinstance(config, dict):
        if "class_name" in config:
            yield config
        for value in config.values():
            yield from _descriptions(value)
    elif isinstance(config, (list, tuple)):
        for value in config:
            yield from _descriptions(value)


def warn_of_placeholders(config: Any, stacklevel: int) -> None:
    """Warn of functions without a name, which a file holds as a placeholder."""
    placeholders = [
        str(d.get("config")) for d in _descriptions(config) if d["class_name"] == "function"
    ]
    names = [name for name in dict.fromkeys(placeholders) if is_placeholder(name)]
    if names:
        warnings.warn(
            f"The model holds {' and '.join(map(repr, names))}, which has no name to find it by. "
            "A placeholder is written in its place, as code is never read from a file: to load "
            f"the model, pass custom_objects={{{names[0]!r}: the function}}, or write it with def.",
            stacklevel=stacklevel + 1,
        )


def check_wanted(config: Any, training: Any) -> None:
    """Raise if a file names functions and classes of the user's that are not known, naming all.

    Parameters
    ----------
    config : dict
        Of a model.
    training : dict or None
        Of the arguments of `compile`.

    Raises
    ------
    UnknownNameError
    """
    of_model = [*_missing(config), *_missing_names(config)]
    of_training = [*_missing(training), *_missing_of_training(training)]
    wanted = list(dict.fromkeys([*of_model, *of_training]))
    if not wanted:
        return
    aside = "" if of_model else " Or pass compile=False, which leaves the training out."
    raise UnknownNameError(
        f"It names {', '.join(map(repr, wanted))}, which {'is' if len(wanted) == 1 else 'are'} "
        f"not known here. {how_to_give(wanted)}{aside}"
    )


def _missing(config: Any) -> list[str]:
    missing: dict[tuple[str, ...], str] = {}
    for described in _descriptions(config):
        keys = ("module", "class_name", "registered_name")
        is_function = described["class_name"] == "function"
        said = described.get("config") if is_function else described["class_name"]
        key = (str(said), *(str(described.get(name)) for name in keys))
        if key in missing or not (is_function or is_own(described)):
            continue
        try:
            (find_function if is_function else find_class)(described, None)
            missing[key] = ""
        except UnknownNameError:
            missing[key] = str(said).rpartition(">")[2]
        except SavingError:  # a description that says no name is refused where it is read
            continue
    return [name for name in missing.values() if name]


def _missing_names(config: Any) -> Iterator[str]:
    custom = custom_objects_in_effect()
    for described in _descriptions(config):
        inner = described.get("config")
        if not isinstance(inner, dict) or is_own(described) or described["class_name"] in custom:
            continue  # what a class of the user's means by its texts is its own business
        for key, value in inner.items():
            kind = str(key).rpartition("_")[2]
            if kind in _ENDS and isinstance(value, str):
                yield from _unless_known(kind, value)


def _missing_of_training(training: Any) -> Iterator[str]:
    for key, kind in _OF_TRAINING.items():
        for name in _strings((training or {}).get(key)):
            yield from _unless_known(kind, name)


def _strings(value: Any) -> Iterator[str]:
    """Yield the names in lists and dicts by output, and none from descriptions of objects."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _strings(part)
    elif isinstance(value, dict) and "class_name" not in value:
        yield from _strings(list(value.values()))


def _unless_known(kind: str, name: str) -> Iterator[str]:
    try:
        if name and offered_object(name, is_class=False) is None:
            registry.lookup(kind, name)
    except UnknownNameError:
        yield name
    except MissingDistributionError:  # said where the name is used
        return
