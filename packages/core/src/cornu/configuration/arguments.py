"""From the configuration of an object to the arguments of its constructor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cornu.configuration.config import deserialize
from cornu.configuration.known import offered_object
from cornu.plugins import registry
from cornu.plugins.custom_objects import custom_objects_in_effect
from cornu_data.constructors import signature_parameters, takes_more
from cornu_engine.files.rules import is_reading


def revive_arguments(cls: type, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return constructor arguments from a configuration: objects made, keys of other dialects
    dropped.

    A key that `cls` does not know is dropped if it is None, as newer and older Keras write keys
    that say nothing.
    """
    taken, open_ended = signature_parameters(cls), takes_more(cls)
    revived = {}
    for key, value in config.items():
        if key == "weights" and is_reading():  # arrays that Keras 1 kept there; a file's come later
            continue
        if value is None and key not in taken and not (open_ended and key in _PLACE):
            continue
        revived[key] = value if key == "dtype" else _revive_nested(value)
    return revived


_PLACE = ("input_shape", "batch_input_shape", "batch_shape", "name")


def _revive_nested(value: Any) -> Any:
    if isinstance(value, dict):
        if "class_name" in value and (
            "config" in value or str(value["class_name"]).startswith("__")
        ):
            known = (
                "module" in value or str(value["class_name"]).startswith("__") or _is_custom(value)
            )
            return deserialize(value) if known else _revive_plain(value)
        return {key: _revive_nested(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        members = [_revive_nested(v) for v in value]
        return members if isinstance(value, list) else tuple(members)
    return value


def _is_custom(value: dict) -> bool:
    name = value["class_name"]
    return name in custom_objects_in_effect() or offered_object(name) is not None


def _revive_plain(value: dict) -> Any:
    """Make a layer of Keras 2's form; other kinds are made by the constructor that expects them."""
    known = registry.find("layer", str(value["class_name"]).rpartition(">")[2])
    return value if known is None else deserialize(value, kind="layer")
