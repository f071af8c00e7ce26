"""Cornu: a light, fast, open and readable deep-learning library with the API of Keras.

>>> import cornu
>>> from cornu.layers import Dense
>>> model = cornu.Sequential([cornu.Input((4,)), Dense(3, activation="softmax")])
>>> model.output_shape
(None, 3)

Importing `cornu` imports nothing else: each public name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import Any

from cornu import aliases as _aliases
from cornu_engine.lazy import lazy as _lazy

_aliases.install()


def _brought(name: str) -> Any:
    full = f"cornu.{name}"
    return _import_module(full) if full in _aliases.brought() else None


# A star import loads every name, so the modules of other distributions are left out.
__getattr__, __dir__ = _lazy(__name__, otherwise=_brought, apart=("keras", *_aliases.COMES_WITH))


def load_ipython_extension(shell: Any) -> None:
    """Do what distributions have for notebooks, at `%load_ext cornu`.

    They bring functions that are given the shell, by entry points of the group `cornu_notebook`.
    """
    from importlib.metadata import entry_points

    for point in entry_points(group="cornu_notebook"):
        point.load()(shell)
