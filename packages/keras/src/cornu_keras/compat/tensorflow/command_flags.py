"""`tf.app.flags`: the flags of a command line, by the library that TensorFlow itself uses."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = ["module", "run"]


def _absl(name: str) -> Any:
    try:
        return import_module(f"absl.{name}")
    except ImportError as error:
        raise ImportError(
            "tf.app.flags and tf.app.run are absl's: pip install absl-py, or use argparse."
        ) from error


def module() -> ModuleType:
    """Return the module of flags."""
    return _absl("flags")


def run(main: Any = None, argv: Any = None) -> None:
    """Read the flags and run a script's `main`."""
    _absl("app").run(main or sys.modules["__main__"].main, argv)
