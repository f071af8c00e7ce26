"""The OpenCL backend against NumPy on the same machine: paired ratios, smaller is better.

`python -m benchmarks.opencl` runs both in turn and prints the median of the ratios of neighbouring
runs, so that a busy machine slows both alike. Each turn begins with a pause: the threads of a BLAS
or a driver that has just worked go on turning for a while, and would keep a core from the other.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import numpy as np

import cornu
from cornu import layers
from cornu_engine.backend import Executable
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.trace import Trace


def product(size: int = 1024) -> tuple[Callable[[], object], Callable[[], object]]:
    """A matrix product, OpenBLAS against the kernels alone."""
    a, b = np.random.default_rng(0).normal(size=(2, size, size)).astype("float32")
    out = np.empty_like(a)
    run = _kernels(lambda x, y: p.matmul(x, y), a, b)
    return lambda: np.matmul(a, b, out=out), run


def chain(size: int = 16_000_000) -> tuple[Callable[[], object], Callable[[], object]]:
    """A chain of elementwise work: what NumPy does call by call is one kernel."""
    x = np.random.default_rng(0).normal(size=size).astype("float32")
    run = _kernels(lambda x: p.maximum(x * 2.0 + 1.0, 0.0) * x - 0.5 * x, x)
    two, one, half = np.float32(2), np.float32(1), np.float32(0.5)

    def numpy() -> object:
        return np.maximum(x * two + one, np.float32(0)) * x - half * x

    return numpy, run


def _kernels(function: Callable, *arrays: np.ndarray) -> Callable[[], object]:
    with Trace("benchmark") as trace:
        values = [trace.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
        result = function(*values)
    from cornu.backends import resolve

    run: Executable = resolve("opencl").compile(build_program("benchmark", trace, [result]))
    run(*arrays)
    return run.run_kernels  # type: ignore[attr-defined]


def _mlp() -> cornu.Model:
    return cornu.Sequential(
        [
            cornu.Input((784,)),
            layers.Dense(512, activation="relu"),
            layers.Dense(512, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def _cnn() -> cornu.Model:
    return cornu.Sequential(
        [
            cornu.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def _lstm() -> cornu.Model:
    return cornu.Sequential(
        [
            cornu.Input((80,), dtype="int32"),
            layers.Embedding(20000, 128),
            layers.LSTM(128),
            layers.Dense(10, activation="softmax"),
        ]
    )


MODELS = {"mlp": (_mlp, (784,), 128, 20), "cnn": (_cnn, (28, 28, 1), 128, 4),
          "lstm": (_lstm, (80,), 32, 8)}  # fmt: skip


def model_and_data(name: str, steps: int) -> tuple[cornu.Model, np.ndarray, np.ndarray]:
    """Return a model, the same each time, and random data for so many steps."""
    make, shape, batch, _ = MODELS[name]
    rng = np.random.default_rng(0)
    if name == "lstm":
        x = rng.integers(0, 20000, (batch * steps, *shape)).astype("int32")
    else:
        x = rng.normal(size=(batch * steps, *shape)).astype("float32")
    cornu.set_seed(0)
    return make(), x, rng.integers(0, 10, batch * steps).astype("int32")


def training(name: str) -> tuple[Callable[[], object], Callable[[], object]]:
    """Some steps of `fit`, on both backends."""
    batch, steps = MODELS[name][2:]
    runs = []
    for backend in ("numpy", "opencl"):
        model, x, y = model_and_data(name, steps)
        model.compile("adam", "sparse_categorical_crossentropy", backend=backend)

        def run(model: cornu.Model = model, x: np.ndarray = x, y: np.ndarray = y) -> object:
            return model.fit(x, y, batch_size=batch, epochs=1, verbose=0, shuffle=False)

        run()
        runs.append(run)
    return runs[0], runs[1]


_FIRST_STEP = """
import time
from benchmarks import opencl
model, x, y = opencl.model_and_data("cnn", 1)
model.compile("adam", "sparse_categorical_crossentropy", backend="opencl")
model.fit(x[:1], y[:1], batch_size=1, verbose=0)  # what any first program costs: driver, imports
wall, processor = time.perf_counter(), time.process_time()
model.fit(x, y, batch_size=len(x), verbose=0)
print(time.perf_counter() - wall, time.process_time() - processor)
"""


def compile_seconds() -> None:
    """Print what the CNN's training program costs to make, its first step included.

    In processes of their own: with an empty cache of the driver (PoCL's), and with a filled one.
    """
    with tempfile.TemporaryDirectory() as folder:
        for case in ("cold", "warm", "warm"):
            found = subprocess.run(
                [sys.executable, "-c", _FIRST_STEP], env=os.environ | {"POCL_CACHE_DIR": folder},
                capture_output=True, text=True, check=True,
            ).stdout.split()  # fmt: skip
            wall, processor = map(float, found)
            print(f"cnn {case}: {wall:.2f} s, {processor:.2f} s of processor time", flush=True)


CASES: dict[str, Callable[[], tuple[Callable[[], object], Callable[[], object]]]] = {
    "matmul 1024": product,
    "chain 16M": chain,
    "mlp": lambda: training("mlp"),
    "cnn": lambda: training("cnn"),
    "lstm": lambda: training("lstm"),
}


PAUSE = 0.1  # seconds
TURN = 3  # runs, of which the best counts


def _seconds(run: Callable[[], object]) -> float:
    time.sleep(PAUSE)
    run()  # wakes the threads
    return min(_once(run) for _ in range(TURN))


def _once(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main() -> None:
    """Print a table of the chosen cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", default=list(CASES), help=", ".join(CASES))
    parser.add_argument("--compile", action="store_true", help="time the CNN's compilation")
    parser.add_argument("--pairs", type=int, default=7)
    arguments = parser.parse_args()
    if arguments.compile:
        compile_seconds()
        return
    print(f"{'case':<14}{'NumPy ms':>10}{'OpenCL ms':>11}{'ratio':>8}")
    for name in arguments.cases:
        numpy, opencl = CASES[name]()
        pairs = [(_seconds(numpy), _seconds(opencl)) for _ in range(arguments.pairs)]
        ratio = statistics.median(b / a for a, b in pairs)
        best = [min(column) * 1e3 for column in zip(*pairs, strict=True)]
        print(f"{name:<14}{best[0]:>10.2f}{best[1]:>11.2f}{ratio:>8.2f}", flush=True)


if __name__ == "__main__":
    main()
