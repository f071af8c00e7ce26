"""Models that predict, beside their peers: ``python -m benchmarks.inference``.

The ten workloads, ResNet-50 and MobileNetV2; one row and a batch; by Cornu, by its exported C,
by Keras on each of its engines, by PyTorch, and by onnxruntime with the file that Cornu exports.
Every measurement is in a process of its own, and the peers take turns.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import json
import os
import statistics
import subprocess
import sys
from typing import Any

from benchmarks import machine, report, results
from benchmarks.measure import repeated, seconds
from benchmarks.peers import LARGE, PEERS, Predict, batch_of, inputs
from benchmarks.runner import ROOT
from benchmarks.workloads import WORKLOADS

MODELS = (*WORKLOADS, *LARGE)
BUDGET = 3.0  # seconds for each batch size, at least three calls


def measure(peer: str, model: str, budget: float = BUDGET) -> dict:
    """Make the model and predict; return the seconds that each call took."""
    functions: list[Predict] = []
    row: dict[str, Any] = {"peer": peer, "model": model}
    row["build_s"] = seconds(lambda: functions.append(PEERS[peer].make(model)))
    for size, batch in (("one", 1), ("batch", batch_of(model))):
        x = inputs(model, batch)
        row[f"first_{size}_s"] = seconds(lambda x=x: functions[0](x))
        times = repeated(lambda x=x: functions[0](x), budget, 3, 2000)
        row[f"predict_{size}_s"] = statistics.median(times)
    return row


def run_once(peer: str, model: str, budget: float) -> dict:
    """Measure one model by one peer, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.inference", "--peer", peer]
    done = subprocess.run(
        [*command, "--models", model, "--budget", str(budget)],
        cwd=ROOT,
        env=os.environ | dict(PEERS[peer].environment),
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{peer} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def run(peers: list[str], models: list[str], rounds: int, budget: float) -> dict:
    """Measure all peers in turns."""
    taken: dict[str, dict[str, list[dict]]] = {}
    for model in models:
        those = [peer for peer in peers if model in PEERS[peer].models]
        for index in range(rounds):
            for peer in those if index % 2 == 0 else those[::-1]:
                row = run_once(peer, model, budget)
                print(json.dumps(row), flush=True)
                taken.setdefault(model, {}).setdefault(peer, []).append(row)
    return {
        "date": f"{datetime.datetime.now():%Y-%m-%d %H:%M}",
        "machine": machine.describe(),
        "titles": {peer: PEERS[peer].title for peer in peers},
        "models": {
            model: {peer: combine(rows) for peer, rows in by_peer.items()}
            for model, by_peer in taken.items()
        },
    }


def combine(rows: list[dict]) -> dict[str, float]:
    """Return the median of each figure over the rounds."""
    figures = [name for name in rows[0] if name.endswith("_s")]
    return {name: statistics.median(row[name] for row in rows) for name in figures}


def main() -> None:
    """Read the command line; measure one peer, or all of them in turns."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inference", description=__doc__)
    parser.add_argument("--peer", choices=PEERS, help="measure this one here, and print it")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--budget", type=float, default=BUDGET, help="seconds per batch size")
    parser.add_argument("--no-write", action="store_true", help="keep nothing, write no page")
    options = parser.parse_args()
    if options.peer:
        for model in options.models:
            print(json.dumps(measure(options.peer, model, options.budget)))
        return
    there = [p for p in options.peers if importlib.util.find_spec(PEERS[p].needs)]
    for peer in {*options.peers} - {*there}:
        print(f"{peer}: left out, {PEERS[peer].needs} is not installed", file=sys.stderr)
    found = run(there, options.models, options.rounds, options.budget)
    print("\n".join(report.inference(found)))
    if not options.no_write:
        kept = results.load() | {"inference": found}
        results.save(kept)
        report.write(kept)


if __name__ == "__main__":
    main()
