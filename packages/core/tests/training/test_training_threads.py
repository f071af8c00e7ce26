"""One model in several threads: predictions of many shapes, and first calls all at once."""

import sys
import threading
import warnings

import numpy as np
import pytest

from cornu.base import Layer
from cornu.models.input_layer import Input
from cornu.models.model import Model

THREADS = 6


def in_threads(work):
    """Run `work(number)` in each thread, all from one moment on; return errors and results."""
    barrier = threading.Barrier(THREADS)
    errors, found = [], {}

    def run(number):
        barrier.wait()
        try:
            found[number] = work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(THREADS)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert not errors, errors
    return [found[i] for i in range(THREADS)]


def test_more_shapes_than_programs_are_kept(line):
    rows = np.random.default_rng(0).normal(size=(40, 2)).astype("float32")
    right = rows @ line.get_weights()[0] + line.get_weights()[1]

    def work(number):
        order = np.random.default_rng(number).integers(1, 25, 60)
        for n in order:
            np.testing.assert_allclose(line.predict(rows[:n], verbose=0), right[:n], rtol=1e-4)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that programs are compiled again and again
        in_threads(work)


class Slow(Layer):
    """Makes its weights one after the other, and says it is built too early, as many do."""

    def build(self, input_shape):
        self.built = True
        for name in ("a", "b", "c"):
            setattr(self, name, self.add_weight(shape=(), initializer=np.ones, name=name))
            threading.Event().wait(0.002)

    def call(self, x):
        return x * (self.a + self.b + self.c)


def sequential(parts):
    return parts.Sequential([Slow(), parts.Dense(3), Slow()])


def subclass(parts):
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.first, self.dense = Slow(), parts.Dense(3)

        def call(self, x):
            return self.dense(self.first(x))

    return Own()


def functional(parts):
    x = Input((2,))
    return Model(x, parts.Dense(3)(Slow()(x)))


CALLS = {
    "call": lambda model, x: np.asarray(model(x)),
    "predict": lambda model, x: model.predict(x, verbose=0),
    "on batch": lambda model, x: model.predict_on_batch(x),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("make", [sequential, subclass, functional], ids=lambda f: f.__name__)
def test_first_calls_at_once(parts, make, call):
    x = np.random.default_rng(1).normal(size=(4, 2)).astype("float32")
    for _ in range(5):
        model = make(parts)
        model.compile(parts.SGD(), backend=parts.backend)
        found = in_threads(lambda _, model=model: CALLS[call](model, x))
        count = {"sequential": 8, "subclass": 5, "functional": 5}[make.__name__]
        assert len(model.weights) == count
        for one in found:
            np.testing.assert_allclose(one, np.asarray(model(x)), rtol=1e-5, atol=1e-6)
