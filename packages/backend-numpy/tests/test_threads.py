"""The pool of threads, and what holds while it works."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from cornu.errors import BackendError
from cornu_backend_numpy.settings import thread_count
from cornu_backend_numpy.sharing import SWITCH, Sharing, sharing
from cornu_backend_numpy.threads import Pool, pool


@pytest.mark.parametrize("size", [1, 2, 5])
def test_every_part_runs_once(size):
    done = []
    Pool(size).run(done.append)
    assert sorted(done) == list(range(size))


@pytest.mark.parametrize("size", [1, 2, 4])
def test_stages_follow_one_another(size):
    events = []
    lock = threading.Lock()

    def note(*event):
        with lock:
            events.append(event)

    Pool(size).run(
        lambda part: note("a", part),
        lambda: note("then"),
        lambda part: note("b", part),
        lambda: note("then"),
        lambda part: note("c", part),
    )
    names = [e[0] for e in events]
    assert names == ["a"] * size + ["then"] + ["b"] * size + ["then"] + ["c"] * size


@pytest.mark.parametrize("guilty", [0, 1, 2])
def test_an_error_arrives_when_all_have_ended(guilty):
    workers, ended = Pool(3), []

    def task(part):
        if part == guilty:
            raise ZeroDivisionError(part)
        ended.append(part)

    with pytest.raises(ZeroDivisionError):
        workers.run(task, lambda: ended.append("then"), task)
    assert set(ended) <= {0, 1, 2} - {guilty}  # what had not begun was left out
    ended.clear()
    workers.run(ended.append)
    assert sorted(ended) == [0, 1, 2]


def test_a_busy_pool_is_not_waited_for():
    workers, inner = Pool(2), []

    def task(part):
        if part == 0:
            workers.run(inner.append)

    workers.run(task)
    assert sorted(inner) == [0, 1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process")
def test_a_forked_child_has_threads_of_its_own():
    pool(2).run(lambda part: None)
    child = os.fork()
    if not child:
        done = []
        pool(2).run(done.append)
        os._exit(0 if sorted(done) == [0, 1] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process")
def test_a_child_forked_while_another_thread_shares_is_not_left_with_one_blas_thread():
    found = [library.get_num_threads() for library in sharing._blas()]
    interval = sys.getswitchinterval()
    with sharing, sharing._lock:
        child = os.fork()
        if not child:
            now = [library.get_num_threads() for library in sharing._blas()]
            with sharing:  # the lock is free
                same = now == found and sharing._inside == 1
            os._exit(0 if same and sys.getswitchinterval() == interval else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no affinity here")
def test_threads_run_on_cores_of_the_process():
    allowed, cores = os.sched_getaffinity(0), []
    Pool(2).run(lambda part: cores.append(os.sched_getaffinity(0)))
    assert all(c and c <= allowed for c in cores)
    assert os.sched_getaffinity(0) == allowed


def test_one_pool_per_size():
    assert pool(2) is pool(2)
    assert pool(2) is not pool(3)


def test_thread_count(monkeypatch):
    monkeypatch.setenv("CORNU_NUM_THREADS", "3")
    assert thread_count() == 3
    monkeypatch.delenv("CORNU_NUM_THREADS")
    assert thread_count() >= 1


@pytest.mark.parametrize("wrong", ["0", "-1", "two", "1.5"])
def test_a_wrong_thread_count_is_an_error(monkeypatch, wrong):
    monkeypatch.setenv("CORNU_NUM_THREADS", wrong)
    with pytest.raises(BackendError, match="positive number of threads"):
        thread_count()


def test_sharing_gives_back_what_it_found():
    context = Sharing()
    interval = sys.getswitchinterval()
    with context:
        libraries = context._blas()
        found = context._found
        assert sys.getswitchinterval() == pytest.approx(SWITCH)
        with context:
            assert all(library.get_num_threads() == 1 for library in libraries)
        assert all(library.get_num_threads() == 1 for library in libraries)
    assert [library.get_num_threads() for library in libraries] == found
    assert sys.getswitchinterval() == pytest.approx(interval)
