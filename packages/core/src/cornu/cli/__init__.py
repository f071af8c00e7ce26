"""`python -m cornu <command>`: each module of this package is one command.

A command is a file with a docstring whose first line is its help, a function
`add_arguments(parser)`, and a function `run(arguments)` that returns the exit status. A file
whose name starts with an underscore is no command. Distributions bring others by entry points:

    [project.entry-points.cornu_commands]
    run = "cornu_keras.compat.runner.command"

What is no command but a script, or an option, is handed to the command `run`.
"""

from __future__ import annotations

import argparse
import inspect
import os
import pkgutil
import sys
from collections.abc import Sequence
from importlib import import_module

from cornu.installing import how_to_install
from cornu_engine.version import __version__

__all__ = ["GROUP", "commands", "main"]

GROUP = "cornu_commands"  # of the entry points

RUN = "run"  # the command that scripts are handed to
OURS = "bench completion convert demo diff doctor plot predict program run serve summary"
COMES_WITH = {**dict.fromkeys(OURS.split(), "cornu-keras"), "scaling": "cornu-distributed"}


def commands() -> dict[str, str]:
    """Return the names of the commands, with the module of each.

    Example
    -------
    >>> commands()["plugins"]
    'cornu.cli.plugins'
    """
    from importlib.metadata import entry_points

    found = {point.name: point.value for point in entry_points(group=GROUP)}
    names = (module.name for module in pkgutil.iter_modules(__path__))
    found |= {name: f"{__name__}.{name}" for name in names if not name.startswith("_")}
    return dict(sorted(found.items()))


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
    words = list(sys.argv[1:] if argv is None else argv)
    known = commands()
    if _is_for_run(words, known):
        words = [RUN, *words]
    first = words[0] if words else ""
    if first in COMES_WITH and first not in known:
        needed = COMES_WITH[first]
        print(f"The command {first} comes with {needed}: {how_to_install(needed)}", file=sys.stderr)
        return 2
    program = "cornu" if os.path.basename(sys.argv[0]).startswith("cornu") else "python -m cornu"
    parser = argparse.ArgumentParser(prog=program, description="Cornu: deep learning.")
    parser.add_argument("--version", action="version", version=f"cornu {__version__}")
    subparsers = parser.add_subparsers(metavar="command", required=True)
    for name in [first] if first in known else known:
        module = import_module(known[name])
        text = inspect.cleandoc(module.__doc__ or name)
        command = subparsers.add_parser(
            name,
            help=text.partition("\n")[0],
            description=text,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    arguments = parser.parse_args(words)
    return int(arguments.run(arguments) or 0)


def _is_for_run(words: list[str], known: dict[str, str]) -> bool:
    first = words[0] if words else "--help"
    if first in known or first in ("-h", "--help", "--version"):
        return False
    return first.startswith("-") or first.endswith(".py") or os.path.exists(first)
