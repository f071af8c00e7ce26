"""`python -m benchmarks.sound_numbers`: the table of docs/keras2.md.

The interpreter of tf_keras is `--theirs`, by default this one (`hatch run tfk:numbers`).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import ks_2samp, mannwhitneyu
from sklearn.datasets import load_digits

TASKS = Path(__file__).with_name("tasks.py")


def data() -> dict[str, np.ndarray]:
    """Return what all seeds of both sides are trained on."""
    draw = np.random.default_rng(0)
    table = draw.normal(size=(640, 10))
    target = np.sin(table[:, 0]) + table[:, 1] * table[:, 2] + 0.1 * draw.normal(size=640)
    images = load_digits()
    sequences = np.stack([draw.uniform(size=(640, 8)), np.zeros((640, 8))], axis=-1)
    for row in sequences:
        row[draw.choice(8, 2, replace=False), 1] = 1
    kinds = draw.integers(0, 2, 640)
    words = np.where(
        draw.uniform(size=(640, 20)) < 0.15,
        draw.integers(0, 50, (640, 20)) + 50 * kinds[:, None],
        draw.integers(100, 200, (640, 20)),
    )
    return {
        "table": table.astype("float32"),
        "table_y": target.astype("float32"),
        "digits": (images.images / 16).astype("float32"),
        "digits_y": images.target,
        "sequences": sequences.astype("float32"),
        "sequences_y": sequences.prod(axis=-1).sum(axis=-1).astype("float32"),
        "texts": words.astype("int32"),
        "texts_y": kinds.astype("float32"),
    }


def losses_of(side: str, python: str, path: str, seeds: int) -> dict[str, list[float]]:
    """Run the tasks of one side in a process of its own."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    ran = subprocess.run(
        [python, str(TASKS), side, path, str(seeds)],
        env={**os.environ, **quiet}, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return json.loads(ran.stdout.splitlines()[-1])


def row(name: str, ours: list[float], theirs: list[float]) -> str:
    """Return a line of the table."""
    means = [f"{np.mean(x):.4f} ± {np.std(x, ddof=1):.4f}" for x in (ours, theirs)]
    tests: list[Any] = [mannwhitneyu(ours, theirs), ks_2samp(ours, theirs)]
    return f"| {name} | {' | '.join(means)} | {' | '.join(f'{t.pvalue:.2f}' for t in tests)} |"


def main() -> None:
    """Compare, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--theirs", default=sys.executable, help="Python that has tf_keras")
    parser.add_argument("--seeds", type=int, default=12)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "data.npz")
        np.savez(path, **data())
        ours = losses_of("cornu", sys.executable, path, options.seeds)
        theirs = losses_of("tf_keras", options.theirs, path, options.seeds)
    print("| task | Cornu | tf_keras | Mann-Whitney p | Kolmogorov-Smirnov p |")
    print("|---|---|---|---|---|")
    for name in ours:
        print(row(name, ours[name], theirs[name]))


if __name__ == "__main__":
    main()
