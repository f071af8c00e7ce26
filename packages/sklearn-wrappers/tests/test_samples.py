"""The rows of one fit: copies, their own order, the share to validate on."""

from __future__ import annotations

import numpy as np
import pytest

from cornu_sklearn.samples import MOST_COPIES, Samples, arrange, split

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(60, 3)).astype("float32")
Y = np.arange(60) % 3


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "int32", "bool"])
@pytest.mark.parametrize("shape", [(60, 3), (60, 2, 2), (60, 0)])
def test_the_order_follows_from_the_rows_alone(dtype, shape):
    x = DRAW.integers(0, 9, shape).astype(dtype)
    mixed = DRAW.permutation(60)
    rows, _ = arrange(x, Y)
    others, _ = arrange(x[mixed], Y[mixed])
    assert (x[rows] == x[mixed][others]).all()
    assert (Y[rows] == Y[mixed][others]).all()
    assert sorted(rows) == list(range(60))


def test_whole_weights_are_copies_and_others_weights():
    whole = DRAW.integers(0, 4, 60)
    rows, weight = arrange(X, Y, whole.astype(float))
    assert (np.bincount(rows, minlength=60) == whole).all()
    assert weight is None

    rows, weight = arrange(X, Y, whole / 2)
    assert (weight == whole[rows] / 2).all()
    assert (weight > 0).all()

    many = np.full(60, MOST_COPIES + 1.0)
    assert (arrange(X, Y, many)[1] == many).all()


def test_class_weights_stay_weights():
    by_class = np.array([1.0, 2.0, 3.0])[Y]
    rows, weight = arrange(X, Y, np.full(60, 2.0), by_class, shuffle=False)
    assert (rows == np.repeat(np.arange(60), 2)).all()
    assert (weight == by_class[rows]).all()


def test_the_share_to_validate_on_has_all_classes_alike():
    train, held = split(Samples(X, Y[:, None]), 0.2, seed=1, kinds=Y)
    assert np.bincount(held.y.ravel()).tolist() == [4, 4, 4]
    assert len(train.x) == 48
    alone = Y.copy()
    alone[0] = 7  # a class with one row
    assert len(split(Samples(X, alone), 0.2, seed=1, kinds=alone)[1].x) == 12
