"""Stored data beside arrays: ``python -m benchmarks.stored``, epochs over both in turn.

The same numbers in memory and in files, which the system has in its cache; the ratios say what
reading ahead does not hide. One model does next to nothing with a sample, two do work.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import cornu
from benchmarks.report import grid, number
from cornu import layers

MODELS: dict[str, tuple[tuple[int, ...], int, Callable[[], list[Any]]]] = {
    "one layer, 784 inputs": ((784,), 40_000, list),
    "MLP, 2 × 512": ((784,), 24_000, lambda: [layers.Dense(512, "relu") for _ in range(2)]),
    "convolutions on 32×32×3": (
        (32, 32, 3),
        6_000,
        lambda: [
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
        ],
    ),
}


def kinds(x: np.ndarray, folder: Path) -> dict[str, Any]:
    """Return the array, and the same numbers stored."""
    import h5py
    import zarr

    np.save(folder / "x.npy", x)
    file = h5py.File(folder / "x.h5", "w")
    chunks = (256, *x.shape[1:])
    packed = zarr.create_array(folder / "x.zarr", shape=x.shape, chunks=chunks, dtype="f4")
    packed[:] = x
    return {
        "array": x,
        "memmap": np.load(folder / "x.npy", mmap_mode="r"),
        "HDF5": file.create_dataset("x", data=x),
        "zarr, compressed": packed,
    }


def measure(name: str, rounds: int) -> dict[str, list[float]]:
    """Return how many times longer an epoch takes than over the array: by the clock, and the
    processor's time; the median of pairs.
    """
    shape, rows, hidden = MODELS[name]
    draw = np.random.default_rng(0)
    x, y = draw.random((rows, *shape), dtype="float32"), draw.integers(0, 10, rows)
    with tempfile.TemporaryDirectory() as folder:
        data = kinds(x, Path(folder))
        found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in data}
        models = {}
        for kind in data:
            cornu.set_seed(0)
            model = cornu.Sequential([cornu.Input(shape), *hidden(), layers.Dense(10, "softmax")])
            model.compile("adam", "sparse_categorical_crossentropy")
            models[kind] = model
        for _ in range(rounds + 1):
            for kind, stored in data.items():
                start, cpu = time.perf_counter(), time.process_time()
                models[kind].fit(stored, y, batch_size=128, verbose=0)
                found[kind].append((time.perf_counter() - start, time.process_time() - cpu))
        data["HDF5"].file.close()
    alone = found.pop("array")

    def times_more(times: list[tuple[float, float]], which: int) -> float:
        later = zip(times[1:], alone[1:], strict=True)  # the first round compiles
        return statistics.median(one[which] / other[which] for one, other in later)

    return {kind: [times_more(times, which) for which in (0, 1)] for kind, times in found.items()}


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--models", nargs="*", default=list(MODELS))
    options = parser.parse_args(arguments)
    rows = []
    for name in options.models:
        for kind, (wall, cpu) in measure(name, options.rounds).items():
            rows.append([name, kind, number(wall), number(cpu)])
    print("\n".join(grid(["model", "data", "time of an epoch ×", "of the processor ×"], rows)))


if __name__ == "__main__":
    main()
