"""Initializers: distributions, scales, seeds."""

from __future__ import annotations

import math

import numpy as np
import pytest

import cornu
from cornu import initializers
from cornu.errors import ShapeError

_phi = np.vectorize(lambda x: 0.5 * (1 + math.erf(x / math.sqrt(2))))


def _normal(mean, stddev):
    return lambda x: _phi((x - mean) / stddev)


def _truncated(mean, stddev):
    low, high = _phi(-2.0), _phi(2.0)
    return lambda x: np.clip((_phi((x - mean) / stddev) - low) / (high - low), 0, 1)


def _uniform(low, high):
    return lambda x: np.clip((x - low) / (high - low), 0, 1)


def _kolmogorov_smirnov(sample, distribution):
    """Largest distance between the sample's distribution and the true one, in units of "
    "1/sqrt(n)."""
    ordered = np.sort(np.ravel(sample).astype("float64"))
    expected = distribution(ordered)
    n = ordered.size
    above = np.arange(1, n + 1) / n - expected
    below = expected - np.arange(n) / n
    return max(above.max(), below.max()) * math.sqrt(n)


SHAPE = (3, 3, 40, 60)  # fan_in 360, fan_out 540
_T = 0.87962566103423978
SCALED = {
    "GlorotUniform": _uniform(-math.sqrt(6 / 900), math.sqrt(6 / 900)),
    "GlorotNormal": _truncated(0, math.sqrt(2 / 900) / _T),
    "HeUniform": _uniform(-math.sqrt(6 / 360), math.sqrt(6 / 360)),
    "HeNormal": _truncated(0, math.sqrt(2 / 360) / _T),
    "LecunUniform": _uniform(-math.sqrt(3 / 360), math.sqrt(3 / 360)),
    "LecunNormal": _truncated(0, math.sqrt(1 / 360) / _T),
}
DISTRIBUTIONS = [
    ("RandomNormal", {"mean": 1.0, "stddev": 0.3}, _normal(1.0, 0.3)),
    ("RandomUniform", {"minval": -0.2, "maxval": 0.6}, _uniform(-0.2, 0.6)),
    ("TruncatedNormal", {"mean": -1.0, "stddev": 0.3}, _truncated(-1.0, 0.3)),
    ("VarianceScaling", {}, _truncated(0, math.sqrt(1 / 360) / _T)),
    ("VarianceScaling", {"distribution": "normal"}, _truncated(0, math.sqrt(1 / 360) / _T)),
    (
        "VarianceScaling",
        {"scale": 3.0, "mode": "fan_out", "distribution": "untruncated_normal"},
        _normal(0, math.sqrt(3 / 540)),
    ),
    (
        "VarianceScaling",
        {"mode": "fan_avg", "distribution": "uniform"},
        _uniform(-math.sqrt(3 / 450), math.sqrt(3 / 450)),
    ),
    (
        "VarianceScaling",
        {"input_axes": [0], "output_axes": [1, 2], "distribution": "uniform"},
        _uniform(-1.0, 1.0),
    ),
    *((name, {}, distribution) for name, distribution in SCALED.items()),
]


@pytest.mark.parametrize(("name", "kwargs", "distribution"), DISTRIBUTIONS)
def test_distribution(name, kwargs, distribution):
    sample = getattr(initializers, name)(seed=11, **kwargs)(SHAPE)
    assert sample.shape == SHAPE
    assert sample.dtype == np.float32
    # 1.95 is exceeded by one honest sample in a thousand; the seed is fixed
    assert _kolmogorov_smirnov(sample, distribution) < 1.95


def test_the_test_can_fail():
    sample = initializers.RandomNormal(stddev=0.3, seed=11)(SHAPE)
    assert _kolmogorov_smirnov(sample, _normal(0, 0.33)) > 1.95


def test_truncated_at_two_deviations():
    sample = initializers.TruncatedNormal(stddev=0.5, seed=1)((100_000,))
    assert np.abs(sample).max() <= 1.0
    assert np.abs(sample).max() > 0.99


RANDOM = sorted({name for name, _, _ in DISTRIBUTIONS} | {"Orthogonal"})


@pytest.mark.parametrize("name", RANDOM)
def test_seeds(name):
    make = getattr(initializers, name)
    first = make(seed=3)((20, 30))
    np.testing.assert_array_equal(first, make(seed=3)((20, 30)))
    assert (first != make(seed=4)((20, 30))).any()
    stream = make(seed=cornu.random.SeedGenerator(3))
    assert (stream((20, 30)) != stream((20, 30))).any()


@pytest.mark.parametrize("name", RANDOM)
def test_global_seed(name):
    make = getattr(initializers, name)
    cornu.set_seed(5)
    one, other = make(), make()
    first, second = one((20, 30)), other((20, 30))
    assert (first != second).any()
    np.testing.assert_array_equal(first, one((20, 30)))  # as in Keras 3, one object draws once
    cornu.set_seed(5)
    np.testing.assert_array_equal(first, make()((20, 30)))


@pytest.mark.parametrize("name", ["GlorotUniform", "TruncatedNormal"])
def test_bad_seed(name):
    for seed in (1.5, "1", True):
        with pytest.raises(TypeError, match="seed"):
            getattr(initializers, name)(seed=seed)


@pytest.mark.parametrize(
    ("shape", "tall"), [((7, 4), True), ((4, 7), False), ((5, 5), True), ((3, 3, 2, 8), True)]
)
def test_orthogonal(shape, tall):
    w = initializers.Orthogonal(gain=1.5, seed=0)(shape, "float64").reshape(-1, shape[-1])
    gram = w.T @ w if tall else w @ w.T
    np.testing.assert_allclose(gram, 2.25 * np.eye(len(gram)), atol=1e-12)


def test_orthogonal_prefers_no_rotation():
    corners = [initializers.Orthogonal(seed=s)((2, 2))[0, 0] for s in range(400)]
    # the corner of a uniform rotation is the cosine of a uniform angle
    assert _kolmogorov_smirnov(corners, lambda x: 1 - np.arccos(np.clip(x, -1, 1)) / np.pi) < 1.95


def test_constants():
    np.testing.assert_array_equal(
        initializers.Constant(2.5)((2, 3)), np.full((2, 3), 2.5, "float32")
    )
    np.testing.assert_array_equal(initializers.Constant([1, 2, 3])((2, 3)), [[1, 2, 3]] * 2)
    np.testing.assert_array_equal(initializers.Identity(2.0)((2, 3)), 2 * np.eye(2, 3))
    assert initializers.Zeros()((2,), "int32").dtype == np.int32
    assert initializers.Ones()((2,)).sum() == 2


def test_stft():
    window = np.hanning(8)
    t, f = np.arange(8)[:, None], np.arange(5)
    for side, function in (("real", np.cos), ("imag", np.sin)):
        found = initializers.STFT(side, "hann", "density")((8, 1, 5), "float64")
        expected = function(-2 * np.pi * t * f / 8) * window[:, None] / np.sqrt((window**2).sum())
        np.testing.assert_allclose(found[:, 0], expected, atol=1e-12)


@pytest.mark.parametrize(
    ("make", "shape", "words"),
    [
        (lambda: initializers.Orthogonal(), (3,), "rank 2 or more"),
        (lambda: initializers.Identity(), (2, 2, 2), "matrices only"),
    ],
)
def test_wrong_rank(make, shape, words):
    with pytest.raises(ShapeError, match=words):
        make()(shape)


@pytest.mark.parametrize("kwargs", [{"scale": 0.0}, {"mode": "fan_on"}, {"distribution": "cauchy"}])
def test_bad_variance_scaling(kwargs):
    with pytest.raises(ValueError, match=next(iter(kwargs))):
        initializers.VarianceScaling(**kwargs)


def test_config():
    for make in (
        lambda: initializers.VarianceScaling(2.0, "fan_out", "uniform", seed=3),
        lambda: initializers.HeNormal(seed=1),
        lambda: initializers.Constant(2.0),
        lambda: initializers.Orthogonal(gain=2.0),
    ):
        one = make()
        twin = initializers.deserialize(initializers.serialize(one))
        assert type(twin) is type(one)
        assert twin.get_config() == one.get_config()
        assert one.clone().get_config() == one.get_config()


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("uniform", "RandomUniform"),
        ("normal", "RandomNormal"),
        ("zero", "Zeros"),
        ("one", "Ones"),
        ("glorot_uniform", "GlorotUniform"),
        ("he_normal", "HeNormal"),
        ("lecun_uniform", "LecunUniform"),
        ("orthogonal", "Orthogonal"),
        ("OrthogonalInitializer", "Orthogonal"),
        ("variance_scaling", "VarianceScaling"),
    ],
)
def test_alias(alias, name):
    assert type(initializers.get(alias)).__name__ == name
    assert getattr(initializers, alias) is getattr(initializers, name)


def test_function_as_initializer():
    def ramp(shape, dtype=None):
        return np.arange(np.prod(shape), dtype=dtype).reshape(shape)

    layer = cornu.layers.Dense(2, kernel_initializer=ramp)
    layer.build((None, 2))
    np.testing.assert_array_equal(layer.get_weights()[0], [[0, 1], [2, 3]])


def test_an_array_stands_for_the_initializer_that_gives_it():
    table = np.arange(6.0, dtype="float32").reshape(2, 3)
    layer = cornu.layers.Dense(3, kernel_initializer=table)
    layer.build((None, 2))
    np.testing.assert_array_equal(layer.kernel.numpy(), table)
    again = cornu.layers.Dense.from_config(layer.get_config())
    again.build((None, 2))
    np.testing.assert_array_equal(again.kernel.numpy(), table)
    with pytest.raises(ShapeError, match=r"\(2, 3\) do not fill a weight of shape \(2, 4\)"):
        cornu.layers.Dense(4, kernel_initializer=table).build((None, 2))


def test_a_generator_of_seeds_is_written_with_its_initializer():
    made = initializers.RandomNormal(seed=cornu.random.SeedGenerator(3))
    again = initializers.RandomNormal.from_config(made.get_config())
    np.testing.assert_array_equal(again((4,)), made((4,)))
