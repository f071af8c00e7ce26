"""Handlers of signals that raise, many times a second: no step is half done, and nothing hangs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="a storm needs a timer, which Windows has not"
)

STORM = """
import signal, sys, time
import numpy as np
import cornu
from cornu import layers

class Rung(Exception):
    pass

def ring(number, frame):
    raise Rung

def storm(call, times, seconds=25):
    "Call until it has been interrupted so many times."
    signal.signal(signal.SIGALRM, ring)
    rung, end = 0, time.monotonic() + seconds
    while rung < times and time.monotonic() < end:
        try:
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.0005 + 0.003 * np.random.random(), 0.002)
                call()
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        except Rung:
            rung += 1
            yield
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    assert rung >= times / 4, rung
"""

TRAINING = """
cornu.utils.set_random_seed(0)
width = 256
model = cornu.Sequential([cornu.Input((width,)), layers.Dense(width, activation="tanh"),
                          layers.Dense(width)])
model.compile(cornu.optimizers.Adam(1e-3), "mse")
x = np.random.default_rng(0).normal(size=(128, width)).astype("float32")

def state():
    return [np.array(w) for w in model.get_weights()]

def run():
    model.fit(x, x, batch_size=128, epochs=20, verbose=0, shuffle=False)

run()  # the first time finds plugins and compiles
start = state()
begun = int(model.optimizer.iterations)
fresh = [np.array(v.numpy()) for v in model.optimizer.variables]
seen = {}
for _ in storm(run, 40):
    seen[int(model.optimizer.iterations)] = state()
model.set_weights(start)
for variable, value in zip(model.optimizer.variables, fresh):
    variable.assign(value)
last = max(seen)
for step in range(begun + 1, last + 1):
    model.fit(x, x, batch_size=128, epochs=1, verbose=0, shuffle=False)
    assert int(model.optimizer.iterations) == step
    if step in seen:
        for ours, theirs in zip(state(), seen[step]):
            np.testing.assert_array_equal(ours, theirs, err_msg=f"step {step}")
assert len(seen) > 3 and last > begun + 10
print("states are whole")
"""

SERVING = """
cornu.utils.set_random_seed(0)
model = cornu.Sequential([cornu.Input((32, 32, 8)), layers.Conv2D(32, 3, activation="relu"),
                          layers.Conv2D(32, 3), layers.MaxPooling2D()])
model.export(sys.argv[1] + "/m.cornu", verbose=False)
served = cornu.saved_model.load(sys.argv[1] + "/m.cornu")
x = np.random.default_rng(0).normal(size=(64, 32, 32, 8)).astype("float32")
expected = served.serve(x)
assert "pool" in served.program(x).source
for _ in storm(lambda: [served.serve(x) for _ in range(50)], 60):
    pass
np.testing.assert_array_equal(served.serve(x), expected)
print("served")
"""


@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize(("script", "said"), [(TRAINING, "states are whole"), (SERVING, "served")])
def test_a_storm_of_signals(script: str, said: str, threads: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STORM + script, str(tmp_path)],
        capture_output=True, text=True, timeout=100,
        env={**os.environ, "CORNU_NUM_THREADS": threads, "CORNU_BACKEND": "numpy"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert said in done.stdout
