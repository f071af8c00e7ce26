"""What names of losses and metrics stand for, and what functions call themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cornu.plugins import registry

__all__ = ["chosen_by_targets", "own_name"]


def chosen_by_targets(kind: str, name: str) -> Mapping[str, str] | None:
    """Return the names among which the targets choose, None where a name stands for one thing.

    A loss or metric says so by its attribute `by_targets`, a dict from what `kind_of_targets`
    returns to names. That holds for the name alone: an object is what it is.

    Parameters
    ----------
    kind : {"loss", "metric"}
    name : str

    Raises
    ------
    UnknownNameError
        If the name stands for nothing.
    """
    return getattr(registry.lookup(kind, name), "by_targets", None)


def own_name(obj: Any) -> str:
    """Return the name of a function or object for logs.

    Examples
    --------
    >>> own_name(lambda y, p: p), own_name(max)
    ('lambda', 'max')
    """
    from cornu_ops.files.snake_case import snake_case

    name = getattr(obj, "name", None)
    if isinstance(name, str):
        return name
    if not hasattr(obj, "__name__") and hasattr(obj, "func"):  # functools.partial
        return own_name(obj.func)
    return snake_case(getattr(obj, "__name__", type(obj).__name__))
