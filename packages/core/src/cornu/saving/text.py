"""Architectures as JSON and YAML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cornu.errors import SavingError
from cornu.saving.config import deserialize, serialize


def to_json(model: Any, **kwargs: Any) -> str:
    """Return the architecture of a model as JSON.

    Parameters
    ----------
    model : Model
    **kwargs
        For `json.dumps`.
    """
    return json.dumps(_architecture(model), **kwargs)


def to_yaml(model: Any, **kwargs: Any) -> str:
    """Return the architecture of a model as YAML that any safe reader takes.

    Parameters
    ----------
    model : Model
    **kwargs
        For `yaml.safe_dump`.
    """
    import yaml

    return yaml.safe_dump(json.loads(to_json(model)), **{"sort_keys": False, **kwargs})


def _architecture(model: Any) -> dict[str, Any]:
    config = serialize(model)
    config.pop("compile_config", None)
    return config


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Make a model, with new weights, from what `model.to_json()` of Cornu or Keras returned.

    Parameters
    ----------
    json_string : str
    custom_objects : dict, optional
        Names, and the classes and functions they stand for.

    Examples
    --------
    >>> import cornu
    >>> x = cornu.Input((2,))
    >>> model_from_json(cornu.Model(x, x + 1.0, name="m").to_json()).name
    'm'
    """
    try:
        config = json.loads(json_string)
    except (TypeError, ValueError) as error:
        raise SavingError(f"This is no JSON: {error}") from error
    return model_from_config(config, custom_objects)


def model_from_yaml(yaml_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Make a model, with new weights, from what `model.to_yaml()` of Cornu or Keras 2 returned.

    Parameters
    ----------
    yaml_string : str
        Read safely: no tag but Keras 2's `!!python/tuple` is understood.
    custom_objects : dict, optional
    """
    import yaml

    class Loader(yaml.SafeLoader):
        """A safe loader that also knows tuples."""

    def read_tuple(loader: Any, node: Any) -> tuple:
        return tuple(loader.construct_sequence(node, deep=True))

    Loader.add_constructor("tag:yaml.org,2002:python/tuple", read_tuple)
    try:
        config = yaml.load(yaml_string, Loader=Loader)
    except yaml.YAMLError as error:
        raise SavingError(f"This is no YAML that can be read safely: {error}") from error
    return model_from_config(config, custom_objects)


def model_from_config(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Make a model, with new weights, from its configuration as a dict.

    Parameters
    ----------
    config : dict
        With "class_name" and "config".
    custom_objects : dict, optional
    """
    if not isinstance(config, dict) or "class_name" not in config:
        hint = (
            " For a Sequential model's list of layers, call Sequential.from_config."
            if isinstance(config, list)
            else ""
        )
        raise SavingError(
            f"A model's configuration is a dict with 'class_name' and 'config'.{hint}"
        )
    return deserialize(config, custom_objects, kind="layer")
