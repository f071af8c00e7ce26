"""Each rank draws numbers of its own, wherever a model draws; rank 0 those of one process."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import layers, ops
from cornu_distributed.parallel import Shared
from cornu_ops import ranks


class OfRank:
    """A world whose other ranks are silent: what a step of one rank computes."""

    size = 1

    def __init__(self, rank: int) -> None:
        self.rank = rank

    def gather(self, array):
        return np.asarray(array)[None]

    def threads(self):
        return None


class Draws(layers.Layer):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def call(self, x):
        return self.function(x)


def times(x):
    return x * cornu.random.uniform(x.shape)


def looped(x):
    return ops.scan(lambda state, _: (times(state) + 0.1, state), x, np.arange(3))[0]


IMAGE, ROWS = (6, 6, 3), (5, 3)
MAKE = {
    "scan": (ROWS, lambda: Draws(looped)),
    "fori_loop": (ROWS, lambda: Draws(lambda x: ops.fori_loop(0, 3, lambda _, h: times(h), x))),
    "map": (ROWS, lambda: Draws(lambda x: ops.map(times, x))),
    "cond": (ROWS, lambda: Draws(lambda x: ops.cond(ops.sum(x) > -1, lambda: times(x), lambda: x))),
    "remat": (ROWS, lambda: Draws(cornu.remat(times))),
    "Dropout": (ROWS, lambda: layers.Dropout(0.5)),
    "GaussianNoise": (ROWS, lambda: layers.GaussianNoise(0.5)),
    "LSTM": (ROWS, lambda: layers.LSTM(3, dropout=0.5)),
    "LSTM, its state": (ROWS, lambda: layers.LSTM(3, recurrent_dropout=0.5)),
    "cells": (ROWS, lambda: layers.RNN([layers.GRUCell(3, recurrent_dropout=0.5)] * 1)),
    "RandomFlip": (IMAGE, lambda: layers.RandomFlip()),
    "RandomRotation": (IMAGE, lambda: layers.RandomRotation(0.3)),
}


@pytest.mark.parametrize("name", MAKE)
def test_each_rank_draws_its_own(name):
    shape, make = MAKE[name]
    x = np.random.default_rng(0).random((4, *shape)).astype("float32")

    def loss(rank: int | None) -> float:
        cornu.utils.set_random_seed(1)
        model = cornu.Sequential([cornu.Input(shape), make(), layers.Flatten(), layers.Dense(2)])
        model.compile("sgd", "mse")
        try:
            ranks.spread_over(None if rank is None else Shared(OfRank(rank), cuts=False))
            return float(model.train_on_batch(x, np.ones((4, 2))))
        finally:
            ranks.spread_over(None)

    assert loss(0) == loss(None)
    assert loss(0) != loss(1)
