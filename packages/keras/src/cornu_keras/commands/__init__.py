"""Commands on files of models, one file each: `python -m cornu summary model.keras`."""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["add_file", "in_one_line", "read"]

Run = Callable[[argparse.Namespace], int]


def add_file(parser: argparse.ArgumentParser, name: str = "file", what: str = "") -> None:
    """Declare the file of a model."""
    parser.add_argument(name, help=what or "a model: .keras or .h5, or any file load_model reads")


def read(path: str) -> Any:
    """Return the model of a file, compiled where the file says how."""
    from cornu.models import Model, load_model
    from cornu_engine.errors import BadFileError

    model = load_model(path)
    if not isinstance(model, Model):
        raise BadFileError(f"{path!r} holds a layer alone, {model!r}, and no model.", "kind")
    return model


def in_one_line(run: Run) -> Run:
    """Say what went wrong with a file in one line, and return 2; a traceback would help nobody.

    Examples
    --------
    >>> in_one_line(lambda arguments: read("none.keras"))(argparse.Namespace())
    2
    """

    @functools.wraps(run)
    def guarded(arguments: argparse.Namespace) -> int:
        try:
            return run(arguments)
        except (OSError, ValueError, TypeError, ImportError, LookupError, RuntimeError) as error:
            text = " ".join(str(error).split()) or type(error).__name__
            print(f"cornu: {text}", file=sys.stderr)
            return 2

    return guarded
