"""YAML that comes from a file: data alone, under the rules of JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from cornu_engine.errors import BadFileError
from cornu_engine.files.jsontext import read_json
from cornu_engine.files.rules import Limits

_LONGEST = 2**19  # bytes: reading YAML is slow
_TUPLE = "tag:yaml.org,2002:python/tuple"


def read_yaml(text: Any, limits: Limits) -> dict[str, Any]:
    """Return the object that a YAML text describes.

    No tag but Keras 2's `!!python/tuple` is understood.

    Parameters
    ----------
    text : str or bytes
    limits : Limits

    Raises
    ------
    BadFileError
        If it is no object, is too long or too deep, repeats a key or itself, or asks for more than
        data.

    Examples
    --------
    >>> read_yaml("shape: !!python/tuple [null, 4]", Limits())
    {'shape': [None, 4]}
    """
    import yaml

    if not isinstance(text, (str, bytes)):
        raise TypeError(f"model_from_yaml takes a text; got {type(text).__name__}.")
    if len(text) > _LONGEST:
        raise BadFileError(f"The text has {len(text):,} bytes; {_LONGEST:,} are allowed.", "size")
    try:
        value = yaml.load(text, Loader=_loader())
        if not isinstance(value, dict):
            raise BadFileError("The text is no object.", "json")
        plain = _copied(value, limits, [limits.items], 0)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, BadFileError):
            raise
        raise BadFileError(f"This is no YAML that can be read safely: {error}", "json") from error
    return read_json(json.dumps(plain), replace(limits, text=limits.total), "The text")


def write_yaml(config: Any, **kwargs: Any) -> str:
    """Return a configuration as YAML that any safe reader takes.

    Parameters
    ----------
    config : dict
    **kwargs
        For `yaml.safe_dump`.

    Examples
    --------
    >>> write_yaml({"class_name": "Dense", "config": {"units": 2}})
    'class_name: Dense\\nconfig:\\n  units: 2\\n'
    """
    import yaml

    return yaml.safe_dump(config, **{"sort_keys": False, **kwargs})


def _loader() -> Any:
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):
        """A safe loader that also knows tuples, and no key twice."""

    def read_tuple(loader: Any, node: Any) -> list:
        return loader.construct_sequence(node, deep=True)

    def read_mapping(loader: Any, node: Any) -> dict:
        if not all(isinstance(key, yaml.ScalarNode) for key, _ in node.value):
            raise BadFileError("The text holds a key that is no text.", "json")
        keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
        if len({str(key) for key in keys}) != len(keys):
            raise BadFileError("The text holds a key twice.", "json")
        return loader.construct_mapping(node, deep=True)

    Loader.add_constructor(_TUPLE, read_tuple)
    Loader.add_constructor("tag:yaml.org,2002:map", read_mapping)
    return Loader


def _copied(value: Any, limits: Limits, left: list[int], depth: int) -> Any:
    """Return the value as plain data, everything that stands there twice twice."""
    left[0] -= 1
    if left[0] < 0 or depth > limits.depth:
        raise BadFileError("The text nests too deeply, or repeats itself too often.", "json")
    if isinstance(value, dict):
        return {str(k): _copied(v, limits, left, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [_copied(v, limits, left, depth + 1) for v in value]
    if not isinstance(value, (str, bool, int, float, type(None))):
        raise BadFileError(f"The text holds {type(value).__name__}, which is no data.", "json")
    return value
