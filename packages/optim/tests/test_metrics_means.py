"""Metrics that are means over samples, against float64 formulas on all data at once."""

from __future__ import annotations

import numpy as np
import pytest

from cornu.base.metric import Mean
from cornu_optim import metrics

RNG = np.random.default_rng(5)
SAMPLES = 24


def normal(*shape):
    return RNG.normal(size=(SAMPLES, *shape)).astype("float32")


def shares(*shape):
    p = RNG.random((SAMPLES, *shape)) + 0.1
    return (p / p.sum(-1, keepdims=True)).astype("float32")


def classes(c, *shape):
    return RNG.integers(0, c, (SAMPLES, *shape))


WEIGHT = RNG.random(SAMPLES).astype("float32")
REAL = normal(3), normal(3)
ONE_HOT = np.eye(6, dtype="float32")[classes(6)], shares(6)
NUMBERS = classes(6), ONE_HOT[1]
BINARY = classes(2, 3), RNG.random((SAMPLES, 3)).astype("float32")


def log_cosh(y, p):
    return np.log(np.cosh(p - y)).mean(-1)


def bce(y, p):
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(-1)


def cosine(y, p):
    return (y * p).sum(-1) / np.linalg.norm(y, axis=-1) / np.linalg.norm(p, axis=-1)


def rank_of(y, p):
    return (p > np.take_along_axis(p, y[:, None], 1)).sum(-1)


def pearson(y, p):
    return np.array([np.corrcoef(a, b)[0, 1] for a, b in zip(y, p, strict=True)])


# class, arguments, data, value of each sample
MEANS = {
    "mse": (metrics.MeanSquaredError, {}, REAL, lambda y, p: ((y - p) ** 2).mean(-1)),
    "mae": (metrics.MeanAbsoluteError, {}, REAL, lambda y, p: np.abs(y - p).mean(-1)),
    "mape": (
        metrics.MeanAbsolutePercentageError,
        {},
        REAL,
        lambda y, p: 100 * np.abs((y - p) / y).mean(-1),
    ),
    "msle": (
        metrics.MeanSquaredLogarithmicError,
        {},
        (np.abs(REAL[0]), np.abs(REAL[1])),
        lambda y, p: (np.log((1 + y) / (1 + p)) ** 2).mean(-1),
    ),
    "logcosh": (metrics.LogCoshError, {}, REAL, log_cosh),
    "cosine": (metrics.CosineSimilarity, {}, REAL, cosine),
    "hinge": (
        metrics.Hinge,
        {},
        (np.sign(REAL[0]), REAL[1]),
        lambda y, p: np.maximum(1 - y * p, 0).mean(-1),
    ),
    "squared hinge": (
        metrics.SquaredHinge,
        {},
        (np.sign(REAL[0]), REAL[1]),
        lambda y, p: (np.maximum(1 - y * p, 0) ** 2).mean(-1),
    ),
    "categorical hinge": (
        metrics.CategoricalHinge,
        {},
        ONE_HOT,
        lambda y, p: np.maximum(((1 - y) * p).max(-1) - (y * p).sum(-1) + 1, 0),
    ),
    "binary crossentropy": (metrics.BinaryCrossentropy, {}, BINARY, bce),
    "crossentropy": (
        metrics.CategoricalCrossentropy,
        {},
        ONE_HOT,
        lambda y, p: -(y * np.log(p)).sum(-1),
    ),
    "sparse crossentropy": (
        metrics.SparseCategoricalCrossentropy,
        {},
        NUMBERS,
        lambda y, p: -np.log(np.take_along_axis(p, y[:, None], 1))[:, 0],
    ),
    "kl": (
        metrics.KLDivergence,
        {},
        (shares(6), ONE_HOT[1]),
        lambda y, p: (y * np.log(y / p)).sum(-1),
    ),
    "poisson": (
        metrics.Poisson,
        {},
        (np.abs(REAL[0]), np.abs(REAL[1]) + 0.1),
        lambda y, p: (p - y * np.log(p)).mean(-1),
    ),
    "accuracy": (metrics.Accuracy, {}, (classes(3), classes(3)), lambda y, p: y == p),
    "binary accuracy": (
        metrics.BinaryAccuracy,
        {"threshold": 0.25},
        BINARY,
        lambda y, p: (y == (p > 0.25)).mean(-1),
    ),
    "categorical accuracy": (
        metrics.CategoricalAccuracy,
        {},
        ONE_HOT,
        lambda y, p: y.argmax(-1) == p.argmax(-1),
    ),
    "sparse accuracy": (
        metrics.SparseCategoricalAccuracy,
        {},
        NUMBERS,
        lambda y, p: y == p.argmax(-1),
    ),
    "top k": (
        metrics.TopKCategoricalAccuracy,
        {"k": 2},
        ONE_HOT,
        lambda y, p: rank_of(y.argmax(-1), p) < 2,
    ),
    "sparse top k": (
        metrics.SparseTopKCategoricalAccuracy,
        {"k": 3},
        NUMBERS,
        lambda y, p: rank_of(y, p) < 3,
    ),
    "pearson": (metrics.PearsonCorrelation, {}, (normal(7), normal(7)), pearson),
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("case", MEANS)
def test_mean_of_samples(case, weighted, runner, accumulate):
    make, arguments, data, formula = MEANS[case]
    values = formula(*(d.astype("float64") if d.dtype.kind == "f" else d for d in data))
    weight = WEIGHT if weighted else None
    found = accumulate(make(**arguments), data, runner, weight)
    np.testing.assert_allclose(found, np.average(values, weights=weight), rtol=2e-5)


@pytest.mark.parametrize("weighted", [False, True])
def test_root_mean_squared_error(weighted, runner, accumulate):
    weight = WEIGHT if weighted else None
    found = accumulate(metrics.RootMeanSquaredError(), REAL, runner, weight)
    squares = ((REAL[0] - REAL[1]) ** 2).mean(-1)
    np.testing.assert_allclose(found, np.sqrt(np.average(squares, weights=weight)), rtol=1e-5)


@pytest.mark.parametrize("weighted", [False, True])
def test_sum_and_mean(weighted, runner, accumulate):
    x, weight = REAL[0], WEIGHT if weighted else None
    w = np.ones_like(WEIGHT) if weight is None else weight
    mean = accumulate(Mean(), (x,), runner, weight)
    np.testing.assert_allclose(mean, np.average(x.mean(-1), weights=w), rtol=1e-5)
    total = accumulate(metrics.Sum(), (x,), runner, weight)
    np.testing.assert_allclose(total, (x.sum(-1) * w).sum(), rtol=1e-5)


def test_reduce_of_keras_2(runner, accumulate):
    x = REAL[0].mean(-1)
    for reduction, expected in (
        ("sum", (REAL[0].sum(-1) * WEIGHT).sum()),
        ("sum_over_batch_size", (x * WEIGHT).mean()),
        ("weighted_mean", np.average(x, weights=WEIGHT)),
    ):
        found = accumulate(metrics.Reduce(reduction, "reduce"), (REAL[0],), runner, WEIGHT)
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    with pytest.raises(ValueError, match="weighted_mean"):
        metrics.Reduce("product", "reduce")
