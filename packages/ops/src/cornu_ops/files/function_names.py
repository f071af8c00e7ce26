"""What files call the public functions on tensors: `relu`, `image.resize`, `random.normal`."""

from __future__ import annotations

import functools
from importlib import import_module
from typing import Any

import cornu_ops as ops
from cornu_engine.errors import UnknownNameError, near_matches

# Where a public function stands: prefix of its saved name to the module it is found in.
_HOMES = {
    "random": "cornu_ops.random",
    "image": "cornu_ops.image",
    "backend": "cornu.backend",
    "": "cornu_ops",
}


def function_name(function: Any) -> str:
    """Return what `get_config` calls a function, which `public_function` finds again.

    Examples
    --------
    >>> import cornu_ops as ops
    >>> function_name(ops.tanh), function_name(ops.image.resize)
    ('tanh', 'image.resize')
    """
    name = getattr(function, "__name__", type(function).__name__)
    module = getattr(function, "__module__", "") or ""
    home = next((h for h in _HOMES if module.startswith(_real_name(h))), "")
    return f"{home}.{name}" if home else name


@functools.cache
def _real_name(home: str) -> str:
    """The module itself, of which the public name is another one."""
    try:
        return import_module(_HOMES[home]).__name__
    except ImportError:  # a wing that is not installed
        return "none"


def public_function(name: str) -> Any:
    """Return the function that `get_config` calls so.

    Raises
    ------
    UnknownNameError
        If there is none.

    Examples
    --------
    >>> public_function("image.resize").__name__
    'resize'
    """
    prefix, _, short = name.rpartition(".")
    home = import_module(_HOMES[prefix]) if prefix in _HOMES else None
    if home is None or short not in home.__all__:
        raise UnknownNameError(
            f"There is no function {name!r} in cornu.ops. {near_matches(name, dir(ops))}"
        )
    return getattr(home, short)
