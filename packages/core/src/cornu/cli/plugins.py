"""List the plugins that were found, what each brings, and what is wrong with any."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterable

from cornu_engine.errors import PluginWarning

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "--names", action="store_true", help="list every name, not only how many there are"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the list; the exit status is 1 if anything is wrong with a plugin."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PluginWarning)  # printed below, all together
        lines, problems = list(_listing(arguments.names)), _problems()
    print("\n".join(lines))
    for problem in problems:
        print(f"problem: {problem}", file=sys.stderr)
    return 1 if problems else 0


def _listing(show_names: bool) -> Iterable[str]:
    from cornu.plugins import registry
    from cornu.plugins.kinds import KINDS

    brought = {kind: registry.entries(kind) for kind in KINDS}
    for plugin in registry.plugins():
        yield f"{plugin.distribution} {plugin.version}  ({plugin.module})"
        if plugin.object is None:
            yield "    could not be loaded"
        for kind, row in KINDS.items():
            names = sorted(e.name for e in brought[kind] if e.plugin is plugin and not e.is_role)
            if names:
                listed = ", ".join(names) if show_names else str(len(names))
                yield f"    {row.module:<20} {listed}"
    yield "backends"
    yield from _backends()


def _backends() -> Iterable[str]:
    from cornu import backends

    current = backends.get_backend()
    for name, reason in backends.survey().items():
        mark = "*" if name == current else " "
        yield f"  {mark} {name:<20} {reason or 'available'}"


def _problems() -> list[object]:
    from cornu.plugins import registry

    return list(registry.problems())
