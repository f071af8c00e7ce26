"""`tf.compat`: TensorFlow 1's names, as far as they mean something where values are at hand."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = ["as_bytes", "as_str", "as_text", "dimension_value", "v1", "v2"]

_HERE = "cornu_keras.compat.tensorflow"


class _One(ModuleType):
    """What TensorFlow 1 called differently; all else as in `tf`."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("disable_", "enable_")):
            from cornu_keras.compat.tensorflow.odds import no_op

            return no_op
        if name in _OWN:
            return import_module(f"{_HERE}.{_OWN[name]}")
        return getattr(sys.modules[_HERE], name, None) or _in_math(name)


_OWN = {"losses": "old_losses", "summary": "old_summary"}


def _in_math(name: str) -> Any:
    """Return what stood in `tf` itself and stands in `tf.math` or `tf.linalg` now."""
    tf = sys.modules[_HERE]
    for module in (tf.math, tf.linalg, tf.random, tf.nn):
        if hasattr(module, name):
            return getattr(module, name)
    return getattr(tf, name)  # says what to do


v1 = _One(f"{_HERE}.compat.v1")
v2 = sys.modules[_HERE]


def as_str(bytes_or_text: Any, encoding: str = "utf-8") -> str:
    """Return a text."""
    return bytes_or_text.decode(encoding) if isinstance(bytes_or_text, bytes) else bytes_or_text


def as_bytes(bytes_or_text: Any, encoding: str = "utf-8") -> bytes:
    """Return bytes."""
    return bytes_or_text.encode(encoding) if isinstance(bytes_or_text, str) else bytes_or_text


def dimension_value(dimension: Any) -> Any:
    """Return a size as it is."""
    return dimension


as_text = as_str
