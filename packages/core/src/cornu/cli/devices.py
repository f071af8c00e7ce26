"""List the devices that backends can run on, with a short test of each."""

from __future__ import annotations

import argparse

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "--no-test", action="store_true", help="list only, without testing what devices compute"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the list; the exit status is 1 if a backend could not look for its devices."""
    from cornu.plugins import registry
    from cornu_engine.errors import BackendError

    status, told = 0, False
    for entry in registry.entries("backend"):
        lines = iter(entry.object().devices(test=not arguments.no_test))
        while True:
            try:
                line = next(lines, None)
            except BackendError as error:
                line, lines, status = str(error), iter(()), 1
            if line is None:
                break
            if not told:
                print("Devices, the one in use marked *:")
            told = True
            print(f"{entry.name} {line}", flush=True)
    if not told:
        print(
            "The installed backends run on the processor alone. For other devices: "
            "pip install cornu-backend-opencl"
        )
    return status
