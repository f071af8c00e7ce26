"""Measure one workload in one framework, in a process of its own: one JSON line on stdout.

``python -m benchmarks.measure FRAMEWORK WORKLOAD [--quick]``. The parent (:mod:`benchmarks.runner`)
sets the environment, because an engine is chosen before its first import.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Callable

from benchmarks import memory
from benchmarks.adapters import FRAMEWORKS, Adapter
from benchmarks.workloads import WORKLOADS, Workload

#: How long each measure may go on, and its least number of repeats.
SECONDS, REPEATS = 6.0, 3


def seconds(action: Callable[[], object]) -> float:
    """Return the wall time of one call."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def repeated(action: Callable[[], object], budget: float, least: int, most: int) -> list[float]:
    """Return the times of ``least`` calls, and of more (up to ``most``) while ``budget`` lasts."""
    times = [seconds(action) for _ in range(least)]
    while sum(times) < budget and len(times) < most:
        times.append(seconds(action))
    return times


def measure(workload: Workload, adapter_type: type[Adapter], quick: bool = False) -> dict:
    """Build, train and predict; return every figure in base units (seconds, bytes)."""
    x, y = workload.data(quick)
    steps = math.ceil(len(x) / workload.batch)
    budget, least = (1.0, 1) if quick else (SECONDS, REPEATS)
    before = memory.resident()
    memory.reset_peak()

    start = time.perf_counter()
    adapter = adapter_type(workload)
    build = time.perf_counter() - start
    first_epoch = seconds(lambda: adapter.fit(x, y, 1))
    # Several epochs a call, so that what one call of `fit` costs is spread as in real training.
    epochs = 1 if quick else 3
    losses: list[float] = []
    fits = repeated(lambda: losses.append(adapter.fit(x, y, epochs)), budget, least, 12)
    training_peak = memory.peak()

    row = x[:1]
    adapter.predict(row)
    latencies = repeated(lambda: adapter.predict(row), budget / 6, 10, 2000)
    adapter.predict(x)
    batches = repeated(lambda: adapter.predict(x), budget / 6, least, 12)
    return {
        "build_s": build,
        "first_epoch_s": first_epoch,
        "step_s": min(fits) / epochs / steps,
        "step_median_s": statistics.median(fits) / epochs / steps,
        "predict_one_s": statistics.median(latencies),
        "predict_one_best_s": min(latencies),
        "predict_row_s": min(batches) / len(x),
        "peak_bytes": training_peak,
        "grown_bytes": max(0, training_peak - before),
        "plan_bytes": adapter.plan_bytes(),
        "parameters": adapter.parameters(),
        "loss": losses[-1],
    }


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("framework", choices=FRAMEWORKS)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    adapter = FRAMEWORKS[options.framework].adapter()
    figures = measure(WORKLOADS[options.workload], adapter, options.quick)
    print(json.dumps({"framework": options.framework, "workload": options.workload, **figures}))


if __name__ == "__main__":
    main()
