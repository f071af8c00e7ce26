"""`python -m cornu <command>`: each module of this package is one command.

A command is a file with a docstring whose first line is its help, a function
`add_arguments(parser)`, and a function `run(arguments)` that returns the exit status. A file
whose name starts with an underscore is no command.
"""

from __future__ import annotations

import argparse
import pkgutil
from collections.abc import Sequence
from importlib import import_module

from cornu_engine.version import __version__

__all__ = ["commands", "main"]


def commands() -> list[str]:
    """Return the names of the commands.

    Example
    -------
    >>> "plugins" in commands()
    True
    """
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name for name in names if not name.startswith("_"))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; by default those of the process.

    Returns
    -------
    int
        The exit status: 0 where all is well.
    """
    parser = argparse.ArgumentParser(prog="python -m cornu", description="Cornu: deep learning.")
    parser.add_argument("--version", action="version", version=f"cornu {__version__}")
    subparsers = parser.add_subparsers(metavar="command", required=True)
    for name in commands():
        module = import_module(f"{__name__}.{name}")
        summary = (module.__doc__ or name).strip().splitlines()[0]
        command = subparsers.add_parser(name, help=summary, description=summary)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    arguments = parser.parse_args(argv)
    return int(arguments.run(arguments) or 0)
