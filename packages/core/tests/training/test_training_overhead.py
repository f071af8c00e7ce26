"""What the loop itself costs per step, with a step that does nothing."""

import time
from types import SimpleNamespace

import numpy as np

from cornu.base import Callback
from cornu.training import loop
from cornu.training.callback_list import CallbackList
from cornu_data.arrays import ArrayBatches
from cornu_engine.interrupt import StepGuard

STEPS = 2000
BUDGET = 2e-6  # seconds per step over the program itself


def seconds(work):
    """Return the least time per step of several tries: the others were disturbed."""

    def once():
        start = time.perf_counter()
        work()
        return (time.perf_counter() - start) / STEPS

    return min(once() for _ in range(20))


def test_callbacks_without_batch_hooks_cost_nothing_per_step(line):
    class AtTheEnd(Callback):
        def on_epoch_end(self, epoch, logs=None): ...

    x = np.zeros((STEPS, 1), "float32")
    source = ArrayBatches((x,), batch_size=1, shuffle=True, generator=np.random.default_rng(0))
    bound = SimpleNamespace(
        buffers=[x[:1].copy()],
        run=lambda: [],
        check=lambda data: None,
        step=SimpleNamespace(logs={}),
    )

    def bare():
        for token in source.one_pass():
            source.load(token, lambda spec: bound).run()

    def in_the_loop():
        callbacks = CallbackList([AtTheEnd(), Callback()], model=line)
        with StepGuard() as guard:
            loop._run(line, "train", source, lambda spec: bound, callbacks, guard)

    assert seconds(in_the_loop) - seconds(bare) < BUDGET
