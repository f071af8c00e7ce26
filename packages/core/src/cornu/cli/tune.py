"""Search for the settings with which a device runs programs fastest, and keep them."""

from __future__ import annotations

import argparse

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "--backend", help="the backend to tune; by default every one that has something to tune"
    )


def run(arguments: argparse.Namespace) -> int:
    """Tune, and print what is found; the exit status is 1 if there was nothing to tune."""
    from cornu import backends

    names = (
        [arguments.backend]
        if arguments.backend
        else [n for n, why in backends.survey().items() if not why]
    )
    told = False
    for name in names:
        for line in backends.resolve(name).tune():
            told = True
            print(line, flush=True)
    if not told:
        print(f"There is nothing to tune: {', '.join(names)} run as they are.")
    return 0 if told else 1
