"""What a step of a model costs on one process, and what it would send to others."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu_distributed.parallel import Shared
from cornu_distributed.primitive import NAME
from cornu_distributed.scaling.prediction import Costs
from cornu_distributed.world import World
from cornu_engine.errors import CornuError
from cornu_engine.graph import toposort
from cornu_ops import ranks

LEAST = 2  # steps that are measured at a time
TURNS = 3  # of steps alone and in stages, which a machine that other work keeps busy may tell apart


class Pretended(World):
    """A world of two ranks, of which the other sends at once what this one does.

    All that a rank does by itself takes place: packing, adding up, unpacking.
    """

    def __init__(self) -> None:
        self.rank, self.size = 0, 2
        self.local_rank, self.local_size = 0, 1
        self.timeout = math.inf
        self._sent: np.ndarray | None = None

    def exchange(self, sent: np.ndarray, received: np.ndarray) -> None:
        """Take what the other would send."""
        received[...] = sent[0]
        self._sent = sent

    def gather(self, array: np.ndarray, gathered: np.ndarray | None = None) -> np.ndarray:
        """Return what both have: after an exchange, each the sum of its share."""
        if gathered is None:
            gathered = np.empty((2, *array.shape), array.dtype)
        if self._sent is None:
            gathered[...] = array
        else:
            np.add(self._sent, self._sent, out=gathered)
            self._sent = None
        return gathered


def measured(model: Any, rows: int, at_least: float = 1.0) -> Costs:
    """Return what a step of a compiled model costs, on data that is drawn.

    Parameters
    ----------
    model : Model
        Compiled and built; its weights are worth nothing afterwards.
    rows : int
        Of the batch.
    at_least : float
        Seconds that each kind of step is measured for.

    Raises
    ------
    CornuError
        If the model has no loss, or does not say the shapes of its inputs and outputs.
    """
    if not model.compiled:
        raise CornuError("The model has no loss: compile it before it is saved.")
    x, y = drawn_batch(model, rows)
    before, pretended = ranks.current, Shared(Pretended(), cuts=False)
    times: dict[ranks.Whole, list[float]] = {before: [], pretended: []}
    try:
        for processes, found in [*times.items()] * TURNS:
            ranks.spread_over(processes)
            found += times_of(lambda: model.train_on_batch(x, y), at_least / TURNS)
        program = model.program("train").program
    finally:
        ranks.spread_over(before)
    step, staged = map(statistics.median, times.values())
    sums = [n for n in toposort(program.roots) if n.op == NAME]
    return Costs(step, staged, tuple(n.size * n.dtype.itemsize for n in sums), rows)


def times_of(act: Callable[[], Any], at_least: float = 0.0, count: int = LEAST) -> list[float]:
    """Return the seconds of so many calls, and of more until they took so many seconds."""
    act(), act()  # compiled, and how many threads are best has been found
    times: list[float] = []
    while len(times) < count or sum(times) < at_least:
        begin = time.perf_counter()
        act()
        times.append(time.perf_counter() - begin)
    return times


def drawn_batch(model: Any, rows: int) -> tuple[Any, Any]:
    """Return arrays that the model can be trained on."""
    rng = np.random.default_rng(0)

    def drawn(tensors: Any, whole: int | None = None) -> Any:
        arrays = []
        for tensor in tensors:
            shape = (rows, *(n or 1 for n in tensor.shape[1:whole]))
            is_float = np.dtype(tensor.dtype).kind == "f" and whole is None
            arrays.append(
                rng.random(shape).astype(tensor.dtype) if is_float else np.zeros(shape, "int32")
            )
        return arrays[0] if len(arrays) == 1 else arrays

    if not getattr(model, "inputs", None) or not model.outputs:
        raise CornuError(
            f"{model.name!r} does not say the shapes of its inputs and outputs: measure a "
            "Sequential with an Input, or a functional model."
        )
    x = drawn(model.inputs)
    targets = drawn(model.outputs), drawn(model.outputs, -1)  # values, or the numbers of classes
    refused = [_refused(model, x, y) for y in targets]
    for y, why in zip(targets, refused, strict=True):
        if why is None:
            return x, y
    raise refused[0]  # type: ignore[misc]


def _refused(model: Any, x: Any, y: Any) -> CornuError | None:
    try:
        model.test_on_batch(x, y)
    except CornuError as error:
        return error
    return None
