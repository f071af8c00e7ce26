"""Predict how fast a model trains on many processes, from a step measured on this one.

Each process has a batch of --batch-size rows, whatever their number. Under mpiexec the network is
that of the job, measured, and the last line is what all its processes did.

Examples:
  cornu scaling model.keras --ranks 64 --network 25Gb
  cornu scaling model.keras --network 100Gb --latency 2us --per-machine 4 --sums ring
  mpiexec -n 4 cornu scaling model.keras
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import Any

from cornu_distributed.scaling.here import network_here, step_of_all
from cornu_distributed.scaling.measuring import LEAST, TURNS, measured
from cornu_distributed.scaling.network import SUMS, Network, bits_per_second, seconds
from cornu_distributed.scaling.prediction import Costs, Row, counts_up_to, predicted
from cornu_distributed.world import World, the_world
from cornu_engine.backends import limit_threads
from cornu_engine.errors import CornuError, MissingDistributionError

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("file", help="a model with a loss: .keras or .h5")
    parser.add_argument("--ranks", type=int, default=1000, help="the most processes in the table")
    parser.add_argument("--batch-size", type=int, default=32, help="rows of a process' batch")
    parser.add_argument("--network", default="25Gb", help="bits a second of a machine: 25Gb")
    parser.add_argument("--latency", default="20us", help="until an empty message is there: 20us")
    parser.add_argument("--per-machine", type=int, default=1, help="processes of a machine")
    parser.add_argument("--sums", choices=SUMS, default="cornu", help="how sums are taken")
    parser.add_argument("--read", default="0s", help="to read or make a row: 30us")
    parser.add_argument(
        "--whole-batches",
        action="store_true",
        help="each process makes whole batches, as from a generator or a Sequence",
    )
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each is measured")


def run(arguments: argparse.Namespace) -> int:
    """Measure, predict and print a table; what cannot be is said in one line."""
    try:
        table = _table(arguments)
    except (CornuError, OSError, ValueError, TypeError, ImportError, LookupError) as error:
        print(f"cornu: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    if table:
        print("\n".join(table))
    return 0


def _table(arguments: argparse.Namespace) -> list[str]:
    from cornu.models import load_model

    for name in ("ranks", "batch_size", "per_machine"):
        if getattr(arguments, name) < 1:
            raise ValueError(f"--{name.replace('_', '-')} must be 1 or more.")
    network = Network(
        bits_per_second(arguments.network), seconds(arguments.latency), arguments.per_machine
    )
    world = _job()
    with limit_threads(None if world is None else world.threads()):
        costs = measured(load_model(arguments.file), arguments.batch_size, arguments.seconds)
    costs = replace(costs, read=seconds(arguments.read))
    counts = counts_up_to(arguments.ranks)
    if world is not None:
        network = network_here(world)
        counts = [1, world.size]
    rows = [predicted(costs, n, network, arguments.sums, arguments.whole_batches) for n in counts]
    lines = [*_told(costs, network), "", HEAD, *map(_line, rows)]
    if world is None:
        return lines
    count = int(arguments.seconds / costs.staged) + LEAST * TURNS
    step = step_of_all(load_model(arguments.file), arguments.batch_size, count)
    speed = world.size * costs.rows / step
    done = Row(world.size, step, 0.0, 0.0, speed, rows[0].step / step)
    return [*lines, f"{_line(done)}   measured"] if world.rank == 0 else []


def _job() -> World | None:
    """Return the processes that mpiexec has started, None where this one is alone."""
    try:
        world = the_world()
    except MissingDistributionError:
        return None
    return world if world.size > 1 else None


HEAD = "ranks       step    network       data       rows/s   speed-up   efficiency"


def _line(row: Row) -> str:
    times = "".join(f"{_ms(value):>11}" for value in (row.step, row.exchange, row.read))
    speed = f"{row.ranks * row.efficiency:>11.1f}{row.efficiency:>13.0%}"
    return f"{row.ranks:<5}{times[1:]}{row.rows:>13,.0f}{speed}"


def _told(costs: Costs, network: Network) -> list[str]:
    exchanges = "exchange" if len(costs.sums) == 1 else "exchanges"
    return [
        f"a step of {costs.rows} rows: {_ms(costs.step)} alone, {_ms(costs.staged)} in stages",
        f"{_mb(sum(costs.sums))} to add up over ranks, in {len(costs.sums)} {exchanges}",
        f"network: {network.bandwidth * 8 / 1e9:.3g} Gb/s, {network.latency * 1e6:.3g} µs, "
        f"{network.per_machine} to a machine",
    ]


def _ms(value: Any) -> str:
    return f"{value * 1e3:.3g} ms" if value < 1 else f"{value:.3g} s"


def _mb(size: int) -> str:
    return f"{size / 1e6:.3g} MB"
