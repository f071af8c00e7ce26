"""Measure how fast a model predicts on each backend: one row, and a batch.

Examples:
  cornu bench model.keras
  cornu bench model.keras --batch-size 128 --seconds 5
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

from cornu_keras.commands import add_file, in_one_line, read
from cornu_keras.commands.program import zeros

__all__ = ["add_arguments", "run"]

SLOW = {"reference"}  # it proves the others


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    add_file(parser)
    parser.add_argument("--batch-size", type=int, default=32, help="rows of the batch")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each is measured")
    parser.add_argument("--backend", action="append", help="one backend; may be said again")


@in_one_line
def run(arguments: argparse.Namespace) -> int:
    """Print a table."""
    from cornu import backends

    there = [n for n, why in backends.survey().items() if not why and n not in SLOW]
    print(f"{'backend':<12} {'one row':>12} {f'{arguments.batch_size} rows':>12}   first call")
    for name in arguments.backend or there:
        backends.set_backend(name)
        model = read(arguments.file)
        times = [
            _measured(model, zeros(model.inputs, rows), rows, arguments.seconds)
            for rows in (1, arguments.batch_size)
        ]
        one, many = (f"{median * 1e3:.3f} ms" for median, _ in times)
        print(f"{name:<12} {one:>12} {many:>12}   {times[0][1] * 1e3:.0f} ms", flush=True)
    return 0


def _measured(model: Any, x: Any, rows: int, seconds: float) -> tuple[float, float]:
    times: list[float] = []
    while len(times) < 4 or sum(times[1:]) < seconds:
        start = time.perf_counter()
        model.predict(x, batch_size=rows, verbose=0)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:]), times[0]
