"""Memory stays where it is, however often a model is called, and goes with it."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

from cornu.base import Callback

PER_CALL = 1024  # bytes


def growth(call, times):
    """Return by how many bytes a call leaves memory larger, on average."""
    # programs are made, results that are read often are compiled, and Python's lists of free tuples
    # are filled
    for _ in range(200):
        call()
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(times):
            call()
        return (tracemalloc.get_traced_memory()[0] - before) / times
    finally:
        tracemalloc.stop()


@pytest.mark.usual_thresholds("what comparing with the definitions keeps is not the model's")
def test_predict_and_fit_leave_nothing_behind(line, points):
    x, y = points
    gc.disable()  # nothing may wait for the collector
    try:
        assert growth(lambda: line.predict(x[:3], verbose=0), 10_000) < 16
        assert growth(lambda: line.predict(x, batch_size=20, verbose=0), 200) < PER_CALL
        assert growth(lambda: line.fit(x, y, validation_split=0.2, verbose=0), 200) < PER_CALL
        assert growth(lambda: line.train_on_batch(x, y), 200) < PER_CALL
        assert growth(lambda: line.evaluate(x, y, verbose=0), 200) < PER_CALL
    finally:
        gc.enable()


def plain(model, x, y):
    model.fit(x, y, verbose=0)


def with_everything(model, x, y):
    class Each(Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.logs = logs

    model.fit(x, y, validation_split=0.2, epochs=2, verbose=0, callbacks=[Each()])
    model.evaluate(x, y, verbose=0)
    model.predict(x, verbose=0)
    model.train_on_batch(x, y)


def by_generator(model, x, y):
    model.fit(((x, y) for _ in range(4)), steps_per_epoch=2, epochs=2, verbose=0)


def broken_off(model, x, y):
    class Stop(Callback):
        def on_train_batch_begin(self, batch, logs=None):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.fit(x, y, verbose=0, callbacks=[Stop()])


@pytest.mark.parametrize("use", [plain, with_everything, by_generator, broken_off])
@pytest.mark.parametrize("eager", [False, True])
def test_a_dropped_model_is_freed_at_once(use, eager, parts, points):
    model = parts.Sequential([parts.Dense(3), parts.Dense(1)])
    model.build((None, 2))
    model.compile(parts.SGD(), parts.mse, backend=parts.backend, run_eagerly=eager)
    gc.collect()
    gc.disable()
    try:
        use(model, *points)
        gone = [weakref.ref(model), *map(weakref.ref, [*model.layers, *model.weights])]
        del model
        assert [ref() for ref in gone] == [None] * len(gone)
    finally:
        gc.enable()


def test_programs_are_kept_by_their_bytes(parts, monkeypatch):
    from cornu_engine.settings import limits

    monkeypatch.setattr(limits, "kept", 8)
    monkeypatch.setattr(limits, "kept_bytes", 1 << 30)
    model = parts.Sequential([parts.Dense(1)])
    model.build((None, 2))
    for rows in range(1, 9):
        model.predict(np.zeros((rows, 2)), verbose=0)
        model.predict(np.zeros((rows, 2)), verbose=0)
    steps = model._steps
    assert len(steps._steps) == len(steps.by_arrays) == 8
    monkeypatch.setattr(limits, "kept_bytes", 0)
    model.predict(np.zeros((9, 2)), verbose=0)
    assert len(steps._steps) == 2  # the last, and one more to take turns with
    assert {id(found) for found, _ in steps.by_arrays.values()} <= set(
        map(id, steps._steps.values())
    )
