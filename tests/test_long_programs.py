"""Thousands of operations in a row: nothing takes the square of their number, and none is too many.

Measured in processor time, at two sizes of which one is four times the other.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.layers import Activation, Dense

X = np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)
SHORT, LONG = 200, 800


class Chain(cornu.Model):
    """One operation, over and over."""

    def __init__(self, operation: Callable[..., Any], count: int) -> None:
        super().__init__()
        self.operation, self.count = operation, count

    def call(self, x: Any) -> Any:
        for i in range(self.count):
            x = self.operation(x, i)
        return x


def _loop(x: Any, i: int) -> Any:
    return ops.scan(lambda state, row: (ops.tanh(state + row), state), x[0], x)[1]


# Operations that differ in how they are planned: in place, views, with memory, constants, loops.
CHAINS: dict[str, Callable[[Any, int], Any]] = {
    "in place": lambda x, i: ops.tanh(x),
    "views": lambda x, i: ops.flip(x, axis=i % 2),
    "views of parts": lambda x, i: ops.broadcast_to(x[:, :1], x.shape),
    "products": lambda x, i: ops.matmul(x, np.eye(4, dtype="float32") * np.float32(1 + i / 1e5)),
    "constants": lambda x, i: x + np.float32(i / 1e4),
    "several lines": lambda x, i: ops.softmax(x),
    "several buffers": lambda x, i: ops.where(x > 0, x, ops.sin(x)),
    "concatenations": lambda x, i: ops.concatenate([x[:1], ops.tanh(x[1:])], axis=0),
    "loops": _loop,
}


def seconds(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def grows_evenly(work: Callable[[int], Callable[[], Any]]) -> None:
    """Four times as much takes about four times as long: the square would take sixteen times."""
    work(20)()  # what is loaded once
    for _ in range(3):
        few, many = seconds(work(SHORT)), seconds(work(LONG))
        if many < 8 * few:
            return
    pytest.fail(f"{LONG} take {many:.2f} s, {SHORT} take {few:.2f} s")


@pytest.mark.usual_thresholds("measures time")
@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_of_operations(name: str, tmp_path: Path) -> None:
    def work(count: int) -> Callable[[], Any]:
        model = Chain(CHAINS[name], count if name != "loops" else count // 4)

        def run() -> None:
            predicted = model.predict(X, verbose=0)
            model.export(tmp_path / "chain.cornu", verbose=False)
            served = cornu.saved_model.load(tmp_path / "chain.cornu").serve(X)
            np.testing.assert_array_equal(np.asarray(served), predicted)
            program = model.program("predict")
            str(program.plan())
            program.plan().check()

        return run

    grows_evenly(work)


def _layers(count: int) -> cornu.Sequential:
    return cornu.Sequential([cornu.Input((4,)), *(Activation("tanh") for _ in range(count))])


def _dense(count: int) -> cornu.Model:
    x = y = cornu.Input((4,))
    for _ in range(count):
        y = Dense(4, kernel_initializer="identity")(y)
    return cornu.Model(x, y)


@pytest.mark.usual_thresholds("measures time")
@pytest.mark.parametrize("make", [_layers, _dense])
def test_a_model_of_many_layers(make: Callable[[int], Any], tmp_path: Path) -> None:
    def work(count: int) -> Callable[[], Any]:
        def run() -> None:
            model = make(count // 4)
            model.compile("adam", "mse")
            model.fit(X, X, verbose=0)
            expected = model.predict(X, verbose=0)
            model.summary(print_fn=lambda text: None)
            str(model.program("train").plan())
            for name in ("model.keras", "model.h5"):
                model.save(tmp_path / name)
                loaded = cornu.models.load_model(tmp_path / name)
                np.testing.assert_array_equal(loaded.predict(X, verbose=0), expected)
            cornu.models.clone_model(model)

        return run

    grows_evenly(work)
