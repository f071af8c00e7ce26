"""Batches that are made ahead, in threads and processes."""

import threading
import time
import traceback

import numpy as np
import pytest

from cornu_data import make_source
from cornu_data.dataset import PyDataset
from cornu_data.prefetch import in_background, ordered_prefetch


class Numbers(PyDataset):
    """Later batches are quicker; one may fail."""

    def __init__(self, bad=None, **options):
        super().__init__(**options)
        self.bad = bad
        self.threads = set()

    def __len__(self):
        return 12

    def __getitem__(self, index):
        self.threads.add(threading.current_thread().name)
        time.sleep(0.002 * (index % 3 == 0))
        if index == self.bad:
            raise LookupError(f"no batch {index}")
        return np.full((2, 2), index), np.full((2, 1), index)


def counted():
    """Count up, and how far has been counted."""
    taken = []

    def count():
        for i in range(1000):
            taken.append(i)
            yield np.full((2, 2), i), np.full((2, 1), i)

    return count(), taken


@pytest.mark.parametrize("processes", [False, True])
@pytest.mark.parametrize("workers", [0, 1, 3])
def test_the_order_is_kept(workers, processes):
    found = ordered_prefetch(Numbers(), [*range(12)], workers, 4, processes, ahead=True)
    assert [int(y[0, 0]) for _, y in found] == list(range(12))


@pytest.mark.parametrize("processes", [False, True])
@pytest.mark.parametrize("workers", [1, 2])
def test_errors_arrive_with_their_traceback(workers, processes, line):
    with pytest.raises(LookupError, match="no batch 5") as caught:
        line.fit(
            Numbers(5), workers=workers, use_multiprocessing=processes, shuffle=False, verbose=0
        )
    assert "in __getitem__" in "".join(traceback.format_exception(caught.value))
    assert line.predict(np.zeros((1, 2)), verbose=0).shape == (1, 1)  # and the model is usable


def test_errors_of_a_generator_arrive_with_their_traceback(line):
    def batches():
        yield np.zeros((2, 2)), np.zeros((2, 1))
        raise LookupError("the disk is full")

    with pytest.raises(LookupError, match="disk") as caught:
        line.fit_generator(batches(), steps_per_epoch=3, verbose=0)
    assert "in batches" in "".join(traceback.format_exception(caught.value))


def test_who_makes_the_batches(line):
    own, ahead, several = (Numbers() for _ in range(3))
    line.fit(own, verbose=0)
    list(ordered_prefetch(ahead, range(3), workers=1, ahead=True))
    line.fit(several, workers=3, verbose=0)
    main = threading.current_thread().name
    assert own.threads == {main}
    assert len(ahead.threads) == 1
    assert ahead.threads != {main}
    assert len(several.threads) == 3
    assert not [t for t in threading.enumerate() if t.name.startswith("cornu-data")]


def test_a_generator_is_run_ahead_but_not_beyond_what_is_wanted(line):
    batches, taken = counted()
    line.fit_generator(batches, steps_per_epoch=4, epochs=3, max_queue_size=10, verbose=0)
    assert taken == list(range(12))
    assert int(next(batches)[1][0, 0]) == 12  # it goes on where training stopped
    line.evaluate_generator(batches, steps=2)
    line.predict_generator(batches, steps=2)
    assert len(taken) == 17


def test_training_is_the_same_however_batches_are_made(line):
    weights = line.get_weights()
    found = []
    for options in (
        {},
        {"workers": 1},
        {"workers": 3},
        {"workers": 2, "use_multiprocessing": True},
    ):
        line.set_weights(weights)
        history = line.fit(Numbers(), epochs=2, shuffle=False, verbose=0, **options)
        found.append((history.history["loss"], *map(np.ndarray.tolist, line.get_weights())))
    assert all(one == found[0] for one in found)


def test_the_queue_is_bounded():
    batches, taken = counted()
    ahead = in_background(batches, queue_size=3)
    next(ahead)
    deadline = time.monotonic() + 5
    while len(taken) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)
    assert len(taken) == 5  # one handed over, three ready, one in hand
    ahead.close()


def test_a_loop_that_breaks_off_stops_the_thread():
    batches, taken = counted()
    source = make_source(batches, steps=5, workers=1, max_queue_size=2)
    with source:
        next(source.epoch())
    time.sleep(0.2)
    assert len(taken) <= 5
    assert not [t for t in threading.enumerate() if t.name.startswith("cornu-data")]


def test_processes_cannot_share_a_generator(line):
    batches, _ = counted()
    with pytest.warns(UserWarning, match=r"cannot share a generator.*Sequence"):
        line.fit(batches, steps_per_epoch=2, workers=2, use_multiprocessing=True, verbose=0)
