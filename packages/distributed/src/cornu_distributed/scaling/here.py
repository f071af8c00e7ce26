"""The network between the processes of a job, and what they do on it: what predictions meet."""

from __future__ import annotations

import statistics
import time
from typing import Any

import numpy as np

from cornu_distributed.parallel import Shared
from cornu_distributed.scaling.measuring import drawn_batch, times_of
from cornu_distributed.scaling.network import Network
from cornu_distributed.world import World, the_world
from cornu_ops import ranks

SIZES = 1 << 12, 1 << 23  # bytes for each rank
TIMES = 9


def network_here(world: World) -> Network:
    """Return the latency and bandwidth at which processes exchange: by two sizes of message."""
    small, large = (_exchange(world, size) for size in SIZES)
    messages = world.size - 1
    per_byte = max(large - small, 1e-9) / (messages * (SIZES[1] - SIZES[0]))
    latency = max(small / messages - SIZES[0] * per_byte, 1e-7)
    return Network(1 / per_byte, latency)


def _exchange(world: World, size: int) -> float:
    """Return the seconds of an exchange of so many bytes with each rank, the slowest one's."""
    sent, received = np.zeros((2, world.size, size), np.uint8)
    times = []
    for _ in range(TIMES):
        world.gather(np.zeros(1))  # all are there
        begin = time.perf_counter()
        world.exchange(sent, received)
        times.append(time.perf_counter() - begin)
    return float(world.gather(np.array([statistics.median(times)])).max())


def step_of_all(model: Any, rows: int, count: int) -> float:
    """Return the seconds of a step that all processes do together, each with so many rows."""
    world = the_world()
    x, y = drawn_batch(model, rows)
    before = ranks.current
    ranks.spread_over(Shared(world, cuts=False))
    try:
        # as many steps on all ranks: a step of one alone would be an error
        count = int(world.gather(np.array([count])).max())
        return statistics.median(times_of(lambda: model.train_on_batch(x, y), count=count))
    finally:
        ranks.spread_over(before)
