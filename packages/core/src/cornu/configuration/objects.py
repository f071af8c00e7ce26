"""Keras' public functions over configurations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cornu.configuration.config import deserialize, serialize


def serialize_keras_object(obj: Any = None, **kwargs: Any) -> Any:
    """Return an object as what JSON can hold: its class, configuration and registered name.

    Parameters
    ----------
    obj : object
        Layer, initializer, function, array, or lists, tuples and dicts of them.
    **kwargs
        `instance=`, Keras 2's name of `obj`.

    Raises
    ------
    SavingError
        For a lambda, and for an object without `get_config`.

    Examples
    --------
    >>> serialize_keras_object(slice(0, 2))["config"]
    {'start': 0, 'stop': 2, 'step': None}
    """
    return serialize(kwargs.get("instance", obj))


def deserialize_keras_object(
    config: Any = None,
    custom_objects: Mapping[str, Any] | None = None,
    safe_mode: bool = True,
    **kwargs: Any,
) -> Any:
    """Return the object that a configuration describes.

    Parameters
    ----------
    config : what `serialize_keras_object` returns
        Or Keras 2's `{"class_name", "config"}`.
    custom_objects : dict, optional
        More names, with the classes and functions they stand for.
    safe_mode : bool
        Only True: a configuration never runs code.
    **kwargs
        `identifier=`, `module_objects=` and `printable_module_name=` of Keras 2.

    Raises
    ------
    SavingError
        For code in a configuration, and for objects that cannot be made from theirs.

    Examples
    --------
    >>> deserialize_keras_object({"class_name": "__bytes__", "config": {"value": "abc"}})
    b'abc'
    """
    config = kwargs.get("identifier", config)
    known = {**(kwargs.get("module_objects") or {}), **(custom_objects or {})}
    if isinstance(config, str):
        return known.get(config, config)
    return deserialize(config, known, safe_mode=safe_mode)
