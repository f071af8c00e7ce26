"""Which dtype a layer stores its weights in, and which it computes in."""

from __future__ import annotations

from typing import Any

from cornu.plugins import registry
from cornu_engine import config
from cornu_engine.dtypes import canonical, is_float
from cornu_engine.errors import near_matches, quoted
from cornu_engine.trace import convert

_MIXED = {f"mixed_{half}": (half, "float32") for half in ("float16", "bfloat16")}
_global: DTypePolicy | None = None


class DTypePolicy:
    """The dtypes of a layer.

    Parameters
    ----------
    name : str, optional
        A dtype for everything, as `"float32"`, or `"mixed_float16"`, `"mixed_bfloat16"`: weights in
        float32, computation in 16 bits. `cornu.config.floatx()` if not given.

    Examples
    --------
    >>> DTypePolicy("mixed_float16").compute_dtype
    'float16'
    """

    def __init__(self, name: str | None = None) -> None:
        name = config.floatx() if name is None else name
        if name in _MIXED:
            self.compute_dtype, self.variable_dtype = map(_dtype_name, _MIXED[name])
        else:
            self.compute_dtype = self.variable_dtype = _dtype_name(name)
            name = self.compute_dtype
        self._name = name

    @property
    def name(self) -> str:
        """Name of the policy."""
        return self._name

    quantization_mode: Any = None

    def convert_input(self, x: Any, autocast: bool, dtype: Any) -> Any:
        """Return a value, cast to `dtype` if it is a floating one and `autocast` says so."""
        value = convert(x)
        return convert(value, dtype) if autocast and is_float(value.dtype) else value

    def get_config(self) -> dict[str, Any]:
        """Return `{"name": name}`."""
        return {"name": self._name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> DTypePolicy:
        """Make the policy from what `get_config` returned."""
        return cls(config["name"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self._name)

    def __repr__(self) -> str:
        return f'<{type(self).__name__} "{self._name}">'


FloatDTypePolicy = DTypePolicy


def _dtype_name(name: Any) -> str:
    try:
        return canonical(name).name
    except TypeError:
        known = ["bfloat16", "float16", "float32", "float64", "int32", "int64", "bool", *_MIXED]
        raise ValueError(
            f"There is no dtype {quoted(name)}. {near_matches(str(name), known)}".rstrip()
        ) from None


def dtype_policy() -> DTypePolicy:
    """Return the policy of layers made without `dtype`.

    Examples
    --------
    >>> dtype_policy()
    <DTypePolicy "float32">
    """
    return DTypePolicy() if _global is None else _global


def set_dtype_policy(policy: Any) -> None:
    """Set the policy of layers made from now on; None goes back to `floatx`."""
    global _global
    _global = None if policy is None else get_dtype_policy(policy)


def get_dtype_policy(identifier: Any) -> DTypePolicy:
    """Return a policy from a name, a dtype, a config or a policy.

    Examples
    --------
    >>> get_dtype_policy({"class_name": "DTypePolicy", "config": {"name": "float64"}})
    <DTypePolicy "float64">
    """
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        said = identifier.get("config", identifier)
        identifier = said.get("name") or f"{said['mode']}_from_{said['source_name']}"
    if isinstance(identifier, str) and "_from_" in identifier:
        quantized = registry.role("object", "quantized")
        if quantized is not None:
            return quantized(*identifier.split("_from_", 1))
    return DTypePolicy(identifier)


def dtype_policy_config(policy: DTypePolicy) -> dict[str, Any]:
    """Return a policy as Keras 3 writes it into a layer's config."""
    return {
        "module": getattr(policy, "keras_module", "keras"),
        "class_name": type(policy).__name__,
        "config": policy.get_config(),
        "registered_name": None,
    }
