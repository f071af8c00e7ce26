"""Seeds, names and threads of one piece of work, which leave those of the process alone."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import cornu
from cornu.backends import limit_threads, thread_limit
from cornu.base.naming import auto_name, fresh_names, get_uid, reset_names
from cornu_engine.trace import Trace
from cornu_ops.random.seed import draw_seed, is_seeded, seed_scope


def numbers():
    """Of each kind that follows from a seed."""
    return draw_seed(), cornu.random.uniform((2,)).tolist(), cornu.random.SeedGenerator().seed


def test_a_scope_gives_its_own_numbers_and_leaves_the_others():
    cornu.set_seed(1)
    expected = [numbers(), numbers()]
    cornu.set_seed(1)
    found = [numbers()]
    with seed_scope(5):
        inside = [numbers(), numbers()]
    found.append(numbers())
    assert found == expected
    with seed_scope(5):
        assert [numbers(), numbers()] == inside
    with seed_scope(6):
        assert numbers() != inside[0]


def test_a_seed_set_inside_ends_with_the_scope():
    cornu.set_seed(1)
    expected = numbers()
    cornu.set_seed(1)
    with seed_scope(5):
        cornu.set_seed(9)
        inside = numbers()
        with seed_scope(7):
            numbers()
        assert is_seeded()
    assert numbers() == expected
    cornu.set_seed(9)
    assert numbers() == inside


def test_the_scope_ends_with_an_error():
    cornu.set_seed(1)
    expected = draw_seed()
    cornu.set_seed(1)
    with pytest.raises(ZeroDivisionError), seed_scope(5):
        raise ZeroDivisionError
    assert draw_seed() == expected


def test_scopes_of_threads_do_not_meet():
    with seed_scope(3):
        expected = [draw_seed() for _ in range(50)]
    found, start = {}, threading.Barrier(4)

    def work(place):
        with seed_scope(3):
            start.wait()
            found[place] = [draw_seed() for _ in range(50)]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(drawn == expected for drawn in found.values())
    assert len(np.unique(expected)) == 50


def test_fresh_names_start_again_and_leave_the_others():
    reset_names()
    assert auto_name("Dense") == "dense"
    with fresh_names():
        assert [auto_name("Dense"), auto_name("Dense"), get_uid("a")] == ["dense", "dense_1", 1]
        reset_names()
        assert auto_name("Dense") == "dense"
    assert auto_name("Dense") == "dense_1"


def test_a_limit_of_threads_holds_inside_and_in_this_thread():
    seen = []
    with limit_threads(2):
        with limit_threads(1):
            assert thread_limit() == 1
            other = threading.Thread(target=lambda: seen.append(thread_limit()))
            other.start()
            other.join()
        assert thread_limit() == 2
    assert [thread_limit(), *seen] == [None, None]


def test_name_scopes_stand_in_front_of_paths() -> None:
    class Scaled(cornu.Layer):
        def build(self, input_shape):
            self.scale = self.add_weight(shape=(), initializer=np.ones, name="scale")

        def call(self, x):
            return x * self.scale

    with cornu.name_scope("tower") as outer, cornu.name_scope("left") as inner:
        layer = Scaled(name="scaled")
        layer(np.ones(2))
    assert (outer.path, inner.path) == ("tower", "tower/left")
    assert layer.scale.path == "tower/left/scaled/scale"
    with Trace("scope") as trace:
        x = trace.input("x", (2,), "float32")
        with cornu.name_scope("tower"):
            assert (x + 1).scope == "tower"
        assert (x + 1.5).scope == ""
    for wrong in ("a/b", "", None):
        with pytest.raises(ValueError, match="without '/'"):
            cornu.name_scope(wrong)
