"""Searches over processes and threads: the same scores, bit for bit, and no thread too many."""

from __future__ import annotations

import time
import warnings

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 - for the import below
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    cross_val_score,
)

from cornu import Input, Sequential, get_backend
from cornu.layers import Dense, Dropout
from cornu_sklearn import KerasClassifier

X, Y = load_iris(return_X_y=True)
GRID = {"model__hidden": [8, 256], "model__learning_rate": [0.001, 0.01]}


def search(net, grid, n_jobs=None):
    return GridSearchCV(net, grid, cv=3, n_jobs=n_jobs, scoring="neg_log_loss").fit(X, Y)


def network():
    """With dropout, so that every random number counts."""
    return KerasClassifier(epochs=3, model__dropout=0.2, random_state=0)


def scores(found):
    return np.stack([found.cv_results_[f"split{i}_test_score"] for i in range(3)])


@pytest.fixture(scope="module")
def serial():
    return scores(search(network(), GRID))


@pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
def test_the_same_scores_with_jobs(serial, backend):
    if backend == "multiprocessing" and get_backend() == "opencl":
        pytest.skip("It forks, and no driver of OpenCL survives that.")
    with joblib.parallel_config(backend=backend):
        found = search(network(), GRID, n_jobs=2)
    assert (scores(found) == serial).all()


def test_functions_that_only_exist_here_reach_other_processes():
    def recipe(units=8):
        layers = [Input((4,)), Dense(units, activation="relu"), Dropout(0.2)]
        return Sequential([*layers, Dense(3, activation="softmax")])

    net = KerasClassifier(recipe, optimizer="adam", epochs=2, random_state=0)
    found = [scores(search(net, {"units": [4, 8]}, n_jobs)) for n_jobs in (None, 2)]
    assert (found[0] == found[1]).all()


@pytest.fixture(scope="module")
def dask_cluster():
    distributed = pytest.importorskip("distributed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of ports that are taken
        with (
            distributed.LocalCluster(
                n_workers=2, threads_per_worker=2, dashboard_address=None
            ) as cluster,
            distributed.Client(cluster),
        ):
            yield


SEARCHES = {
    "grid": lambda n_jobs: GridSearchCV(network(), GRID, cv=3, n_jobs=n_jobs),
    "random": lambda n_jobs: RandomizedSearchCV(
        network(), GRID, n_iter=3, cv=3, n_jobs=n_jobs, random_state=0
    ),
    "halving": lambda n_jobs: HalvingGridSearchCV(
        network(), GRID, cv=3, n_jobs=n_jobs, random_state=0
    ),
}


@pytest.mark.parametrize("kind", SEARCHES)
def test_the_same_scores_on_a_dask_cluster(dask_cluster, kind):
    make = SEARCHES[kind]
    alone = make(None).set_params(scoring="neg_log_loss").fit(X, Y)
    with joblib.parallel_config(backend="dask"):
        found = make(-1).set_params(scoring="neg_log_loss").fit(X, Y)
    assert (scores(found) == scores(alone)).all()
    assert found.best_params_ == alone.best_params_
    assert (found.predict_proba(X) == alone.predict_proba(X)).all()


def test_a_search_in_threads_inside_a_search_in_threads(serial):
    with joblib.parallel_config(backend="threading", n_jobs=2):
        found = cross_val_score(search(network(), GRID, n_jobs=2), X, Y, cv=2)
    assert len(found) == 2


def test_one_fit_keeps_one_core_busy():
    x = np.random.default_rng(0).normal(size=(1024, 256)).astype("float32")

    def wide():
        return Sequential([Input((256,)), Dense(512, activation="relu"), Dense(1)])

    net = KerasClassifier(wide, loss="hinge", batch_size=512, epochs=40, random_state=0)
    net.fit(x, x[:, 0] > 0)
    start, cpu = time.perf_counter(), time.process_time()
    net.fit(x, x[:, 0] > 0)
    busy = (time.process_time() - cpu) / (time.perf_counter() - start)
    assert busy < 1.3


def test_threads_can_be_given_to_one_large_model(monkeypatch):
    monkeypatch.setenv("CORNU_BACKEND", "numpy")  # whose threads they are
    executables = []
    for threads in (1, None):
        net = KerasClassifier(epochs=1, threads=threads, random_state=0).fit(X, Y)
        executables.append(net.model_.program("train").executable)
    assert executables[0]._pool.size == 1
    assert executables[1]._pool.size >= 1


def test_a_clone_in_a_thread_does_not_see_the_seeds_of_another():
    net = KerasClassifier(epochs=2, random_state=0)
    expected = clone(net).fit(X, Y).predict_proba(X)
    run = joblib.Parallel(n_jobs=4, backend="threading")
    found = run(joblib.delayed(lambda: clone(net).fit(X, Y).predict_proba(X))() for _ in range(8))
    assert all((one == expected).all() for one in found)
