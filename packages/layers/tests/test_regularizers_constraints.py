"""Regularizers and constraints against NumPy, and their derivatives."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import constraints, layers, regularizers
from cornu.testing import check_grads

W = np.random.default_rng(0).normal(size=(4, 3))
PRICES = [
    (regularizers.L1(0.1), 0.1 * np.abs(W).sum()),
    (regularizers.L2(0.1), 0.1 * (W**2).sum()),
    (regularizers.L1L2(0.1, 0.2), 0.1 * np.abs(W).sum() + 0.2 * (W**2).sum()),
    (regularizers.l1_l2(l1=0.1), 0.1 * np.abs(W).sum()),
    (regularizers.l1(l=0.3), 0.3 * np.abs(W).sum()),
    (regularizers.l2(l=0.3), 0.3 * (W**2).sum()),
    (regularizers.get("l1"), 0.01 * np.abs(W).sum()),
    (regularizers.get("l1_l2"), 0.0),
]


@pytest.mark.parametrize(("regularizer", "expected"), PRICES)
def test_price(regularizer, expected):
    np.testing.assert_allclose(float(regularizer(W)), expected, rtol=1e-12)
    single = regularizer(W.astype("float32"))
    assert single.dtype == np.float32
    assert single.shape == ()


@pytest.mark.parametrize("mode", ["rows", "columns"])
def test_orthogonal(mode):
    w = W if mode == "rows" else W.T
    unit = w / np.linalg.norm(w, axis=1, keepdims=True)
    cosines = [abs(unit[i] @ unit[j]) for i in range(len(unit)) for j in range(i)]
    found = regularizers.OrthogonalRegularizer(factor=0.5, mode=mode)(W)
    np.testing.assert_allclose(float(found), 0.5 * np.mean(cosines), rtol=1e-6)


@pytest.mark.parametrize(
    "regularizer",
    [
        regularizers.L1(),
        regularizers.L2(),
        regularizers.L1L2(0.1, 0.2),
        regularizers.OrthogonalRegularizer(),
    ],
)
def test_price_derivative(regularizer):
    check_grads(regularizer, [W])


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf"), "much"])
def test_bad_factor(bad):
    with pytest.raises(ValueError, match="l1"):
        regularizers.L1(bad)


def test_bad_mode():
    with pytest.raises(ValueError, match="rows"):
        regularizers.OrthogonalRegularizer(mode="diagonals")
    with pytest.raises(ValueError, match="rank 2"):
        regularizers.OrthogonalRegularizer()(np.ones((2, 2, 2)))


def test_layer_losses():
    layer = layers.Dense(
        2, kernel_regularizer="l2", bias_regularizer=regularizers.L1(0.5), activity_regularizer="l1"
    )
    layer.build((None, 3))
    layer.set_weights([np.full((3, 2), 2.0), np.array([1.0, -3.0])])
    layer(np.ones((4, 3), "float32"))
    # outputs are 7 and 3 in each of four rows; activity is per sample
    assert sorted(float(x) for x in layer.losses) == pytest.approx(
        sorted([0.01 * 24, 0.5 * 4, 0.01 * 10])
    )


LENGTHS = np.linalg.norm(W, axis=0)
MOVES = [
    (constraints.NonNeg(), np.maximum(W, 0)),
    (constraints.UnitNorm(), W / LENGTHS),
    (constraints.UnitNorm(axis=1), W / np.linalg.norm(W, axis=1, keepdims=True)),
    (constraints.MaxNorm(1.2), W * np.minimum(LENGTHS, 1.2) / LENGTHS),
    (constraints.MinMaxNorm(1.0, 1.5), W * np.clip(LENGTHS, 1.0, 1.5) / LENGTHS),
    (
        constraints.MinMaxNorm(1.0, 1.5, rate=0.3),
        W * (0.3 * np.clip(LENGTHS, 1.0, 1.5) + 0.7 * LENGTHS) / LENGTHS,
    ),
    (constraints.UnitNorm(axis=[0, 1]), W / np.sqrt((W**2).sum())),
]


@pytest.mark.parametrize(("constraint", "expected"), MOVES)
def test_constraint(constraint, expected):
    np.testing.assert_allclose(constraint(W), expected, rtol=1e-6)
    assert constraint(W.astype("float32")).dtype == np.float32


def test_zero_weight_stays():
    for constraint in (
        constraints.UnitNorm(),
        constraints.MaxNorm(),
        constraints.MinMaxNorm(1.0, 2.0),
    ):
        np.testing.assert_array_equal(constraint(np.zeros((3, 2))), 0)


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("max_norm", "MaxNorm"),
        ("maxnorm", "MaxNorm"),
        ("nonneg", "NonNeg"),
        ("non_neg", "NonNeg"),
        ("unitnorm", "UnitNorm"),
        ("unit_norm", "UnitNorm"),
        ("min_max_norm", "MinMaxNorm"),
    ],
)
def test_alias(alias, name):
    assert type(constraints.get(alias)).__name__ == name


def test_config():
    for one in (regularizers.L1L2(0.1, 0.2), regularizers.OrthogonalRegularizer(0.2, "columns")):
        assert (
            regularizers.deserialize(regularizers.serialize(one)).get_config() == one.get_config()
        )
    for other in (constraints.MinMaxNorm(0.1, 0.9, 0.5, [0, 1]), constraints.NonNeg()):
        assert (
            constraints.deserialize(constraints.serialize(other)).get_config() == other.get_config()
        )
