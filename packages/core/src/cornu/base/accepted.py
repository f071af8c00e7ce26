"""What users may pass where an object is wanted, as editors and type checkers know it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, SupportsFloat, TypeAlias


class HasArray(Protocol):
    """An array of any library."""

    def __array__(self) -> Any:
        """Return it as NumPy's."""


# The name of what a plugin brings, a function, an object or its class, or a configuration.
Named: TypeAlias = str | Callable[..., Any] | Mapping[str, Any]
# Besides, the values themselves.
Initial: TypeAlias = Named | HasArray
# A number, a schedule or a function of no arguments.
Rate: TypeAlias = SupportsFloat | Callable[..., Any] | Mapping[str, Any]
