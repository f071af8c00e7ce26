"""A grid search beside its peers: ``python -m benchmarks.search``.

24 settings of a small network × 5 folds of the breast-cancer table, by Cornu's `KerasClassifier`,
by SciKeras on each engine of Keras, and by scikit-learn's `MLPClassifier`; the same network, batch
size and number of epochs everywhere. In each round every peer searches, in a process of its own and
one job at a time: the whole grid with ``--parts 1``, otherwise one part after the other.
Needs ``scikit-learn``, and ``scikeras`` for those peers.
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
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from benchmarks import machine, report, results
from benchmarks.runner import ROOT

GRID = {
    "units": [(16,), (32,), (32, 16), (64, 32)],
    "learning_rate": [0.001, 0.003, 0.01],
    "batch_size": [32, 64],
}
FOLDS, EPOCHS = 5, 20


@dataclass(frozen=True)
class Peer:
    """A library that can search: what it needs, and how its estimator is made."""

    title: str
    needs: str
    make: str
    environment: dict[str, str] = field(default_factory=dict)


def _scikeras(engine: str) -> Peer:
    environment = {"KERAS_BACKEND": engine, "TF_CPP_MIN_LOG_LEVEL": "3"}
    return Peer(f"SciKeras on {engine}", "scikeras", "scikeras", environment)


PEERS = {
    "cornu": Peer("Cornu", "cornu_sklearn", "cornu"),
    "mlp": Peer("MLPClassifier", "sklearn", "mlp"),
    **{f"scikeras-{e}": _scikeras(e) for e in ("jax", "tensorflow", "torch")},
}


def settings(part: int = 0, parts: int = 1) -> list[dict[str, list]]:
    """Return one part of the grid, spread over it, as a list of settings."""
    from sklearn.model_selection import ParameterGrid

    found = [{name: [value] for name, value in one.items()} for one in ParameterGrid(GRID)]
    return found[part::parts]


def _network(layers: Any, sequential: Any, entry: Any) -> Callable[..., Any]:
    def build(units: tuple[int, ...] = (16,)) -> Any:
        hidden = [layers.Dense(width, activation="relu") for width in units]
        return sequential([entry((30,)), *hidden, layers.Dense(1, activation="sigmoid")])

    return build


def estimator(peer: str) -> tuple[Any, dict[str, str]]:
    """Return an estimator, and what it calls the parameters of the grid."""
    names = {"units": "model__units", "learning_rate": "optimizer__learning_rate"}
    common = {"optimizer": "adam", "loss": "binary_crossentropy", "epochs": EPOCHS, "verbose": 0}
    if peer == "mlp":
        from sklearn.neural_network import MLPClassifier

        names = {"units": "hidden_layer_sizes", "learning_rate": "learning_rate_init"}
        never = {"tol": 0.0, "n_iter_no_change": 10**6, "alpha": 0.0}
        return MLPClassifier(max_iter=EPOCHS, random_state=0, **never), names
    if peer == "cornu":
        from cornu import Input, Sequential, layers
        from cornu_sklearn import KerasClassifier

        build = _network(layers, Sequential, Input)
        return KerasClassifier(build, random_state=0, **common), names
    import keras
    from scikeras.wrappers import KerasClassifier as Wrapped

    build = _network(keras.layers, keras.Sequential, keras.Input)
    return Wrapped(build, random_state=0, **common), names


def measure(peer: str, part: int = 0, parts: int = 1) -> dict:
    """Search one part of the grid, after one fit that loads what is loaded late."""
    from sklearn.datasets import load_breast_cancer
    from sklearn.model_selection import GridSearchCV
    from sklearn.preprocessing import StandardScaler

    x, y = load_breast_cancer(return_X_y=True)
    x = StandardScaler().fit_transform(x).astype("float32")
    net, names = estimator(peer)
    grid = [{names.get(n, n): v for n, v in one.items()} for one in settings(part, parts)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net.fit(x, y)
        start = time.perf_counter()
        search = GridSearchCV(net, grid, cv=FOLDS, refit=False).fit(x, y)
        seconds = time.perf_counter() - start
    fits = len(grid) * FOLDS
    mean = float(search.cv_results_["mean_test_score"].mean())
    best = float(search.best_score_)
    return {"peer": peer, "fits": fits, "fit_s": seconds / fits, "best": best, "mean": mean}


def run_once(peer: str, part: int, parts: int) -> dict:
    """Search one part of the grid in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.search", "--peer", peer]
    done = subprocess.run(
        [*command, "--part", str(part), "--parts", str(parts)],
        cwd=ROOT,
        env=os.environ | PEERS[peer].environment,
        capture_output=True,
        text=True,
        timeout=7200,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{peer} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def run(peers: list[str], parts: int, rounds: int) -> dict:
    """Measure all peers in turns, a part of the grid in each round."""
    taken: dict[str, list[dict]] = {}
    for index in range(rounds):
        for peer in peers if index % 2 == 0 else peers[::-1]:
            row = run_once(peer, index % parts, parts)
            print(json.dumps(row), flush=True)
            taken.setdefault(peer, []).append(row)
    count = sum(len(settings(index, parts)) for index in range(min(rounds, parts)))
    grid = {"settings": count, "folds": FOLDS, "epochs": EPOCHS}
    date = f"{datetime.datetime.now():%Y-%m-%d %H:%M}"
    return {"date": date, **grid, "machine": machine.describe(), "peers": combine(taken)}


def combine(taken: dict[str, list[dict]]) -> dict[str, dict]:
    """Return the figures of each peer over its parts: time per fit, and its median ratio to ours.

    A ratio is of two searches of the same part that ran one after the other.
    """
    ours = [row["fit_s"] for row in taken.get("cornu", [])]
    found = {}
    for peer, rows in taken.items():
        fits = sum(row["fits"] for row in rows)
        pairs = [row["fit_s"] / own for row, own in zip(rows, ours, strict=False)]
        found[peer] = {
            "peer": peer,
            "title": PEERS[peer].title,
            "fits": fits,
            "fit_s": sum(row["fit_s"] * row["fits"] for row in rows) / fits,
            "ratio": statistics.median(pairs) if pairs else None,
            "best": max(row["best"] for row in rows),
            "mean": sum(row["mean"] * row["fits"] for row in rows) / fits,
        }
    return found


def main() -> None:
    """Read the command line; measure one peer, or all of them in turns."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--peer", choices=PEERS, help="search one part with this one, and print it")
    parser.add_argument("--part", type=int, default=0, help="of the grid, for --peer")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--parts", type=int, default=6, help="into how many the grid is dealt out")
    parser.add_argument("--rounds", type=int, help="as many as there are parts")
    parser.add_argument("--no-write", action="store_true", help="keep nothing, write no page")
    options = parser.parse_args()
    if options.peer:
        print(json.dumps(measure(options.peer, options.part, options.parts)))
        return
    there = [p for p in options.peers if importlib.util.find_spec(PEERS[p].needs)]
    for peer in {*options.peers} - {*there}:
        print(f"{peer}: left out, {PEERS[peer].needs} is not installed", file=sys.stderr)
    found = run(there, options.parts, options.rounds or options.parts)
    print("\n".join(report.searches(found)))
    if not options.no_write:
        kept = results.load() | {"search": found}
        results.save(kept)
        report.write(kept)


if __name__ == "__main__":
    main()
