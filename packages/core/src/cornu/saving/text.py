"""Architectures as JSON and YAML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cornu.configuration.config import deserialize, serialize
from cornu.plugins.custom_objects import CustomObjectScope
from cornu.saving.formats import format_of_text, words_of
from cornu.saving.wanted import check_wanted, warn_of_placeholders
from cornu_data.files.config_names import check_names, config_text
from cornu_engine.errors import BadFileError
from cornu_engine.files.jsontext import read_json
from cornu_engine.files.rules import Limits, reading
from cornu_ops.files.keras_words import in_keras_words


def to_json(model: Any, **kwargs: Any) -> str:
    """Return the architecture of a model as JSON.

    Parameters
    ----------
    model : Model
    **kwargs
        For `json.dumps`.
    """
    return config_text(_architecture(model), **kwargs)


def to_yaml(model: Any, **kwargs: Any) -> str:
    """Return the architecture of a model as YAML that any safe reader takes.

    Parameters
    ----------
    model : Model
    **kwargs
        For `yaml.safe_dump`.
    """
    return format_of_text("yaml").write_text(json.loads(to_json(model)), **kwargs)


def _architecture(model: Any) -> dict[str, Any]:
    config = serialize(model)
    config.pop("compile_config", None)
    warn_of_placeholders(config, stacklevel=5)
    return in_keras_words(config)


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Make a model, with new weights, from what `model.to_json()` of Cornu or Keras returned.

    Parameters
    ----------
    json_string : str
    custom_objects : dict, optional
        Names, and the classes and functions they stand for.

    Raises
    ------
    BadFileError
        If the text breaks one of the rules of `cornu_engine.files.rules`.

    Examples
    --------
    >>> import cornu
    >>> x = cornu.Input((2,))
    >>> model_from_json(cornu.Model(x, x + 1.0, name="m").to_json()).name
    'm'
    """
    if not isinstance(json_string, (str, bytes)):
        raise TypeError(f"model_from_json takes a text; got {type(json_string).__name__}.")
    return model_from_config(read_json(json_string, Limits(), "The text"), custom_objects)


def model_from_yaml(yaml_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Make a model, with new weights, from what `model.to_yaml()` of Cornu or Keras 2 returned.

    Parameters
    ----------
    yaml_string : str
        Read safely: no tag but Keras 2's `!!python/tuple` is understood.
    custom_objects : dict, optional

    Raises
    ------
    BadFileError
        If the text breaks one of the rules of `cornu_engine.files.rules`.
    """
    config = format_of_text("yaml").read_text(yaml_string, Limits())
    return model_from_config(config, custom_objects)


def model_from_config(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Make a model, with new weights, from its configuration as a dict.

    Parameters
    ----------
    config : dict
        With "class_name" and "config", as Cornu, Keras 2 or Keras 3 make it.
    custom_objects : dict, optional

    Raises
    ------
    BadFileError
        If it breaks one of the rules of `cornu_engine.files.rules`.
    """
    if not isinstance(config, dict) or "class_name" not in config:
        hint = (
            " For a Sequential model's list of layers, call Sequential.from_config."
            if isinstance(config, list)
            else ""
        )
        raise BadFileError(
            f"A model's configuration is a dict with 'class_name' and 'config'.{hint}", "config"
        )
    with reading("The configuration"), CustomObjectScope(custom_objects or {}):
        if "module" not in config or "keras_version" in config:  # Keras 3 says neither
            config = words_of(config.get("keras_version")).model(config)
        check_names(config)
        check_wanted(config, None)
        return deserialize(config, kind="layer")
