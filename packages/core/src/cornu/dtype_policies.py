"""Which dtype layers store their weights in, and which they compute in: `keras.dtype_policies`."""

from __future__ import annotations

from typing import Any

from cornu.base.layer.dtype_policy import (
    DTypePolicy,
    FloatDTypePolicy,
    dtype_policy_config,
    get_dtype_policy,
)
from cornu.plugins import registry

__all__ = ["DTypePolicy", "FloatDTypePolicy", "deserialize", "get", "serialize"]


def __getattr__(name: str) -> Any:
    if name.endswith("DTypePolicy") and (found := registry.find("object", name)) is not None:
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def get(identifier: Any) -> DTypePolicy:
    """Return a policy from a name, a dtype, a config or a policy; None is the global one.

    Examples
    --------
    >>> get("mixed_float16").variable_dtype
    'float32'
    """
    return get_dtype_policy(identifier)


def serialize(dtype_policy: DTypePolicy) -> dict[str, Any]:
    """Return a policy as it stands in the configuration of a layer.

    Examples
    --------
    >>> serialize(get("float64"))["config"]
    {'name': 'float64'}
    """
    return dtype_policy_config(dtype_policy)


def deserialize(config: dict[str, Any], custom_objects: Any = None) -> DTypePolicy:
    """Return the policy that `serialize` described.

    Parameters
    ----------
    config : dict
    custom_objects : dict, optional
        Accepted for Keras' sake: a policy has no parts of its own.

    Examples
    --------
    >>> deserialize({"class_name": "DTypePolicy", "config": {"name": "float16"}})
    <DTypePolicy "float16">
    """
    return get_dtype_policy(config)
