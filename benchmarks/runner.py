"""Run workloads and frameworks in alternated rounds, each measurement in a fresh process."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.adapters import FRAMEWORKS, Framework

#: The folder that holds the package `benchmarks`.
ROOT = Path(__file__).resolve().parents[1]

#: What `import` is measured for: a module, what makes its first layer, its environment.
IMPORTS = {"numpy": ("numpy", "numpy.zeros(1)", {})} | {
    name: (framework.needs[0], framework.first_layer, dict(framework.environment))
    for name, framework in FRAMEWORKS.items()
}

_IMPORT = """
import json, time
start = time.perf_counter()
import {module}
imported = time.perf_counter()
{layer}
print(json.dumps([imported - start, time.perf_counter() - start]))
"""


def _run(arguments: Sequence[str], environment: dict[str, str], timeout: float) -> str:
    finished = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if finished.returncode:
        tail = "\n".join(finished.stderr.strip().splitlines()[-12:])
        raise RuntimeError(f"{' '.join(arguments)} ended with {finished.returncode}:\n{tail}")
    return finished.stdout.strip().splitlines()[-1]


def run_once(framework: Framework, workload: str, quick: bool, timeout: float = 1800) -> dict:
    """Measure one workload in one framework, in a process of its own."""
    arguments = ["-m", "benchmarks.measure", framework.name, workload]
    line = _run(arguments + ["--quick"] * quick, dict(framework.environment), timeout)
    return json.loads(line)


def attempt(framework: Framework, workload: str, quick: bool) -> dict | None:
    """Measure once; a failure is printed and must not cost the figures of the others."""
    try:
        return run_once(framework, workload, quick)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        print(f"{framework.name} on {workload}: {error}", file=sys.stderr)
        return None


def rounds(
    frameworks: Sequence[Framework], workloads: Sequence[str], count: int, quick: bool
) -> Iterator[dict]:
    """Yield one measurement at a time.

    A round runs every framework once, and every second round goes backwards: a machine that slows
    down or speeds up meets all of them alike.
    """
    for workload in workloads:
        for index in range(count):
            order = frameworks if index % 2 == 0 else frameworks[::-1]
            for framework in order:
                row = attempt(framework, workload, quick)
                if row is not None:
                    yield row | {"round": index}


def import_seconds(names: Sequence[str], count: int) -> dict[str, dict[str, float]]:
    """Return the least import time of each name in `IMPORTS` over ``count`` alternated rounds.

    A module that imports its parts when they are first used would look too good, so the time until
    a first layer is there stands beside it.
    """
    times: dict[str, list[list[float]]] = {name: [] for name in names}
    for _ in range(count + 1):  # the first reads the files from disk
        for name in names:
            module, layer, environment = IMPORTS[name]
            program = _IMPORT.format(module=module, layer=layer)
            times[name].append(json.loads(_run(["-c", program], environment, 300)))
    return {
        name: dict(zip(("import_s", "layer_s"), map(min, zip(*rows, strict=True)), strict=True))
        for name, rows in times.items()
    }


def combine(measurements: Sequence[dict]) -> dict:
    """Return one framework's figures on one workload: the median over its rounds.

    Times within a round are already the best of several, so the median is over undisturbed runs.
    The least and largest step time stay beside it, to show how far the rounds agree.
    """
    figures: dict = {}
    for name, value in measurements[0].items():
        values = [row[name] for row in measurements]
        known = [v for v in values if isinstance(v, int | float)]
        if name not in ("framework", "workload", "round"):
            figures[name] = statistics.median(known) if known else value
    steps = [row["step_s"] for row in measurements]
    return figures | {"rounds": len(steps), "step_range_s": [min(steps), max(steps)]}
