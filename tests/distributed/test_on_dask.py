"""Predictions over a Dask cluster."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu_distributed import predict
from cornu_engine.errors import DataError

da = pytest.importorskip("dask.array", reason="predict() of blocks needs Dask")


def model() -> cornu.Sequential:
    return cornu.Sequential([cornu.Input((4, 3)), layers.LSTM(5, return_sequences=True)])


@pytest.mark.parametrize("chunks", [(7, 4, 3), (5, 2, 3), (20, 4, 1), ((0, 12, 8), 4, 3)])
def test_blocks_are_predicted_as_the_whole_is(chunks):
    x = np.random.default_rng(0).standard_normal((20, 4, 3)).astype("float32")
    net = model()
    blocks = da.from_array(x, chunks=chunks)
    found = predict(net, blocks)
    assert found.chunks[0] == tuple(rows for rows in blocks.chunks[0] if rows)
    np.testing.assert_allclose(
        found.compute(scheduler="threads"), net.predict(x, verbose=0), rtol=1e-6
    )


def test_workers_in_processes_of_their_own():
    distributed = pytest.importorskip("distributed", reason="a cluster needs dask[distributed]")
    x = np.random.default_rng(0).standard_normal((40, 4, 3)).astype("float32")
    net = model()
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster):
        found = predict(net, da.from_array(x, chunks=(10, 4, 3))).compute()
    np.testing.assert_allclose(found, net.predict(x, verbose=0), rtol=1e-6)


def test_other_data_and_models_are_refused():
    with pytest.raises(DataError, match="is of type range: pass an array"):
        predict(model(), range(2))
    given = cornu.Input((3,))
    two = cornu.Model(given, [layers.Dense(1)(given), layers.Dense(2)(given)])
    with pytest.raises(DataError, match="has several outputs"):
        predict(two, da.ones((4, 3)))
