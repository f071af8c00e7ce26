"""Memory for time: ``python -m benchmarks.remat``, a deep MLP and ResNet-20 in a `RematScope`.

The plan of the training step, what the backend holds beside the weights, and the time of a step,
both ways in turn; the ratios say how much less memory is taken, and how much more time.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import cornu
from benchmarks.report import grid, number
from cornu import layers
from cornu.keras import RematScope


def deep_mlp(depth: int = 32, units: int = 256) -> Any:
    """Return 32 layers of 256 units."""
    hidden = [layers.Dense(units, activation="relu") for _ in range(depth)]
    return cornu.Sequential([cornu.Input((units,)), *hidden, layers.Dense(10)])


def resnet(blocks: int = 3) -> Any:
    """Return ResNet-20 on 32×32×3."""

    def normed(x: Any, filters: int, strides: int = 1) -> Any:
        convolution = layers.Conv2D(filters, 3, strides, padding="same", use_bias=False)
        return layers.BatchNormalization()(convolution(x))

    inputs = cornu.Input((32, 32, 3))
    x = layers.ReLU()(normed(inputs, 16))
    for filters in (16, 32, 64):
        for block in range(blocks):
            strides = 2 if filters > 16 and block == 0 else 1
            y = normed(layers.ReLU()(normed(x, filters, strides)), filters)
            shortcut = layers.Conv2D(filters, 1, 2)(x) if strides == 2 else x
            x = layers.ReLU()(layers.add([y, shortcut]))
    return cornu.Model(inputs, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))


WORKLOADS: dict[str, tuple[Callable[[], Any], int]] = {
    "MLP, 32 × 256, batch 1024": (deep_mlp, 1024),
    "ResNet-20 on 32×32×3, batch 128": (resnet, 128),
}


def measure(make: Callable[[], Any], batch: int, rounds: int) -> list[dict[str, float]]:
    """Return bytes and seconds of a step as it is, and with all layers computed again."""
    draw = np.random.default_rng(0)
    steps, found = [], []
    for scope in (RematScope(None), RematScope("full")):
        cornu.set_seed(0)
        with scope:
            model = make()
        model.compile("sgd", "mse")
        x = draw.normal(size=(batch, *model.input_shape[1:])).astype("float32")
        y = draw.normal(size=(batch, 10)).astype("float32")
        model.train_on_batch(x, y)
        program = model.program("train")
        found.append({"plan": program.plan().memory, "held": program.memory})
        steps.append(lambda model=model, x=x, y=y: model.train_on_batch(x, y))
    times: list[list[float]] = [[], []]
    for _ in range(rounds):
        for step, taken in zip(steps, times, strict=True):
            start = time.perf_counter()
            step()
            taken.append(time.perf_counter() - start)
    for row, taken in zip(found, times, strict=True):
        row["seconds"] = statistics.median(taken)
    return found


def table(rounds: int) -> str:
    """Return the table of all workloads on the backend in use."""
    rows = []
    for name, (make, batch) in WORKLOADS.items():
        kept, again = measure(make, batch, rounds)
        rows.append(
            [
                name,
                f"{number(kept['plan'] / 2**20)} → {number(again['plan'] / 2**20)}",
                f"{kept['plan'] / again['plan']:.2f}",
                f"{kept['held'] / again['held']:.2f}",
                f"{again['seconds'] / kept['seconds']:.2f}",
            ]
        )
    head = [cornu.get_backend(), "plan, MiB", "plan, times less", "held, times less", "time"]
    return "\n".join(grid(head, rows))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    print(table(parser.parse_args().rounds))
