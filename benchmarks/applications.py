"""Large models that predict, beside their peers: ``python -m benchmarks.applications``.

ResNet-50 and MobileNetV2 on images of 224×224, one image and 32 at a time: by Cornu, by Keras on
each of its engines, by PyTorch with the modules written by hand, and by onnxruntime with the file
that Cornu exports. Every measurement is in a process of its own, and the peers take turns.
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
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import machine, report, results
from benchmarks.measure import repeated, seconds
from benchmarks.runner import ROOT

MODELS = ("ResNet50", "MobileNetV2")
BATCHES = (1, 32)
SIDE = 224
BUDGET = 10.0  # seconds for each batch size, at least three calls


@dataclass(frozen=True)
class Peer:
    """Who predicts: what it needs, what makes its function of images, its environment."""

    title: str
    needs: str
    make: Callable[[str], Callable[[np.ndarray], Any]]
    environment: tuple[tuple[str, str], ...] = ()


def _cornu(name: str) -> Callable[[np.ndarray], Any]:
    import cornu

    model = getattr(cornu.applications, name)(weights=None, input_shape=(SIDE, SIDE, 3))
    return lambda x: model.predict(x, batch_size=len(x), verbose=0)


def _keras(name: str) -> Callable[[np.ndarray], Any]:
    import keras

    model = getattr(keras.applications, name)(weights=None, input_shape=(SIDE, SIDE, 3))
    return lambda x: model.predict(x, batch_size=len(x), verbose=0)


def _torch(name: str) -> Callable[[np.ndarray], Any]:
    import torch

    from benchmarks.adapters import torch_applications

    model = getattr(torch_applications, name)().eval().to(memory_format=torch.channels_last)

    def predict(x: np.ndarray) -> Any:
        with torch.inference_mode():
            return model(torch.from_numpy(x).permute(0, 3, 1, 2)).softmax(dim=-1).numpy()

    return predict


def _onnx(name: str) -> Callable[[np.ndarray], Any]:
    import onnxruntime

    import cornu

    model = getattr(cornu.applications, name)(weights=None, input_shape=(SIDE, SIDE, 3))
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.onnx")
        model.export(path, format="onnx", verbose=False)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0].name
    return lambda x: session.run(None, {entry: x})[0]


def _on(engine: str) -> Peer:
    environment = (("KERAS_BACKEND", engine), ("TF_CPP_MIN_LOG_LEVEL", "3"))
    return Peer(f"Keras on {engine}", engine, _keras, environment)


PEERS = {
    "cornu": Peer("Cornu", "cornu_backend_native", _cornu, (("CORNU_BACKEND", "native"),)),
    "cornu-numpy": Peer("Cornu on NumPy", "cornu", _cornu, (("CORNU_BACKEND", "numpy"),)),
    **{f"keras-{engine}": _on(engine) for engine in ("jax", "tensorflow", "torch")},
    "torch": Peer("PyTorch", "torch", _torch),
    "onnxruntime": Peer("onnxruntime", "onnxruntime", _onnx),
}


def measure(peer: str, model: str, budget: float = BUDGET) -> dict:
    """Make the model and predict; return seconds, and the bytes that all of it took."""
    functions: list[Callable[[np.ndarray], Any]] = []
    row: dict[str, Any] = {"peer": peer, "model": model}
    row["build_s"] = seconds(lambda: functions.append(PEERS[peer].make(model)))
    for batch in BATCHES:
        random = np.random.default_rng(0)
        x = random.normal(size=(batch, SIDE, SIDE, 3)).astype("float32")
        row[f"first_{batch}_s"] = seconds(lambda x=x: functions[0](x))
        row[f"predict_{batch}_s"] = statistics.median(
            repeated(lambda x=x: functions[0](x), budget, 3, 200)
        )
    return row


def run_once(peer: str, model: str, budget: float) -> dict:
    """Measure one model by one peer, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.applications", "--peer", peer]
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
        for index in range(rounds):
            for peer in peers if index % 2 == 0 else peers[::-1]:
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
    parser = argparse.ArgumentParser(prog="python -m benchmarks.applications", description=__doc__)
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
    print("\n".join(report.large_models(found)))
    if not options.no_write:
        kept = results.load() | {"applications": found}
        results.save(kept)
        report.write(kept)


if __name__ == "__main__":
    main()
