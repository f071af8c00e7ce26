"""Layers: their names, and what they list beside their weights."""

from __future__ import annotations

import inspect
from typing import Any

from cornu.base.naming import get_uid
from cornu.plugins import registry
from cornu.plugins.custom_objects import CustomObjectScope
from cornu_keras.compat.keras2.meanings.base_layer import BaseMethods
from cornu_keras.compat.keras2.meanings.listed import Listed
from cornu_keras.compat.keras2.meanings.weights import NamedWeights
from cornu_ops.files.snake_case import snake_case

__all__ = ["LayerMeanings"]

_PREFIXES = {"InputLayer": "input"}


class LayerMeanings(NamedWeights, BaseMethods, Listed):
    """What a layer means in Keras 2: it stands before Cornu's class among the bases."""

    _speaking: Any

    @classmethod
    def _prepare(cls, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Fill in the name: numbered from the first of a kind on."""
        if kwargs.get("name") is None:
            prefix = _PREFIXES.get(cls.__name__) or snake_case(cls.__name__)
            kwargs = {**kwargs, "name": f"{prefix}_{get_uid(prefix)}"}
        return kwargs

    def add_weight(self, *args: Any, **kwargs: Any) -> Any:
        """Make a weight; its initializer may be a function of the shape alone, as before 2.3."""
        first = kwargs.get("initializer")
        if inspect.isfunction(first) and not _takes(first, "dtype"):
            kwargs["initializer"] = lambda shape, dtype=None: first(shape)
        return super().add_weight(*args, **kwargs)

    def _made(self) -> None:
        """Let the layers that this one made for itself be of the dialect as well."""
        with self._speaking():
            for layer in self._layers:
                if isinstance(layer, LayerMeanings):
                    continue
                plain = type(layer)
                meant = registry.meant("layer", plain.__name__, plain)
                if meant is not plain and issubclass(meant, plain):
                    layer.__class__ = meant

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Make a layer from what `get_config` returned."""
        with CustomObjectScope(custom_objects or {}), cls._speaking():
            return super().from_config(config)


def _takes(function: Any, name: str) -> bool:
    parameters = inspect.signature(function).parameters
    return name in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())
