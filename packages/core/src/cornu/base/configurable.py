"""Configs derived from the signature of `__init__`, so that no class writes `get_config`."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from cornu.base.checked import Checked
from cornu.configuration.config import deserialize, serialize
from cornu_data.constructors import signature_parameters

T = TypeVar("T", bound="Configurable")
_PLAIN = (str, bool, int, float, type(None))


class Configurable(Checked):
    """Mixin: `get_config` and `from_config` by the signature of `__init__`.

    A parameter `p` is read back from the attribute `p` or `_p`, so `__init__` has only to store
    what it was given. A class whose `__init__` computes instead of storing overrides `get_config`.

    Examples
    --------
    >>> class Shift(Configurable):
    ...     def __init__(self, by=1.0):
    ...         self.by = by
    >>> Shift.from_config(Shift(2.0).get_config()).by
    2.0
    """

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal object, as plain values."""
        config = {}
        for name in signature_parameters(type(self)):
            attribute = name if hasattr(self, name) else f"_{name}"
            if not hasattr(self, attribute):
                raise AttributeError(
                    f"{type(self).__name__}.__init__ takes `{name}` but stores it neither as "
                    f"`self.{name}` nor as `self._{name}`, so its config cannot be derived. "
                    "Store it, or override get_config()."
                )
            config[name] = plain(getattr(self, attribute))
        return config

    @classmethod
    def from_config(cls: type[T], config: dict[str, Any], custom_objects: Any = None) -> T:
        """Return the object that `config`, from `get_config`, describes."""
        return cls(**{name: _revived(value, custom_objects) for name, value in config.items()})


def plain(value: Any) -> Any:
    """Return `value` as what JSON can hold; objects as their class name and config."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.dtype):
        return value.name
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    return serialize(value)


def _revived(value: Any, custom_objects: Any) -> Any:
    if isinstance(value, dict) and "class_name" in value:
        return deserialize(value, custom_objects=custom_objects)
    return value
