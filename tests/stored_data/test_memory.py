"""A file of 4 GB is trained on in the memory that is said. It is sparse, and takes no disk."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cornu_data.stored.arrays import memory_limit

WHOLE = 700 * 10**6
TRAIN = r"""
import json, re, sys
from pathlib import Path
import numpy as np
import cornu

def peak():
    status = Path("/proc/self/status").read_text()  # `getrusage` counts who started it, too
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024

model = cornu.Sequential([cornu.Input((1000,)), cornu.layers.Dense(1)])
model.compile("sgd", "mse")
few = np.zeros((4096, 1000), "float32")
model.fit(few, few[:, :1], batch_size=4096, verbose=0)
x = np.memmap(sys.argv[1], "float32", "w+", shape=(1_000_000, 1000))
y = np.zeros(len(x), "float32")
before = peak()
model.fit(x, y, batch_size=4096, verbose=0)
print(json.dumps([before, peak(), x.nbytes]))
"""


@pytest.mark.usual_thresholds("packed weights are memory beside the data's")
def test_a_file_larger_than_the_memory_it_is_given(tmp_path):
    if not Path("/proc/self/status").exists():
        pytest.skip("Linux alone tells the peak of a process by itself")
    path = tmp_path / "large"
    try:
        done = subprocess.run(
            [sys.executable, "-c", TRAIN, str(path)], capture_output=True, text=True, check=True
        )
    finally:
        path.unlink(missing_ok=True)
    before, after, size = json.loads(done.stdout.splitlines()[-1])
    assert size == 4 * 10**9
    assert after - before < memory_limit()
    assert after < WHOLE
