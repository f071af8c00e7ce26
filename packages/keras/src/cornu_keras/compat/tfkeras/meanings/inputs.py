"""Where models begin: at `input_1`, `input_2`, …"""

from __future__ import annotations

import functools
from typing import Any

from cornu.base.naming import get_uid
from cornu.models import Input as _Input

__all__ = ["Input", "Numbered"]


def _numbered(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {**kwargs, "name": kwargs.get("name") or f"input_{get_uid('input')}"}


@functools.wraps(_Input)
def Input(*args: Any, **kwargs: Any) -> Any:
    """Return a symbolic tensor for data that a model will be given."""
    return _Input(*args, **_numbered(kwargs))


class Numbered:
    """The layer behind it, which is called like that as well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **_numbered(kwargs))
