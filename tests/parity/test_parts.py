"""The small parts: activations, regularizers, constraints, initializers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

import cornu
from tests.parity.sides import assert_agree, floats, generator
from tests.parity.skips import require

Part = Callable[[Any], Any]

PLAIN = (
    "linear relu sigmoid tanh softmax softplus softsign elu selu gelu silu mish exponential "
    "hard_sigmoid relu6 leaky_relu log_softmax celu hard_tanh hard_silu hard_shrink soft_shrink "
    "tanh_shrink squareplus sparse_plus sparse_sigmoid log_sigmoid glu"
).split()

ACTIVATIONS: dict[str, dict] = {
    **{name: {} for name in PLAIN},
    "relu-all": {"negative_slope": 0.1, "max_value": 1.0, "threshold": 0.2},
    "elu-alpha": {"alpha": 0.4},
    "gelu-tanh": {"approximate": True},
    "softmax-axis": {"axis": 0},
    "threshold-given": {"threshold": 0.5, "default_value": -1.0},
}


@pytest.mark.usefixtures("precision")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name: str) -> None:
    function = name.partition("-")[0]
    require(f"keras.activations.{function}")
    x = floats(generator(name).normal(size=(6, 8)) * 3)
    ours, theirs = (
        getattr(k.activations, function)(x, **ACTIVATIONS[name]) for k in (cornu, keras)
    )
    assert_agree(ours, theirs, name)


REGULARIZERS: dict[str, Part] = {
    "l1": lambda r: r.l1(0.3),
    "l2": lambda r: r.l2(0.3),
    "l1_l2": lambda r: r.l1_l2(0.2, 0.3),
    "L1": lambda r: r.L1(0.3),
    "L2": lambda r: r.L2(0.3),
    "L1L2": lambda r: r.L1L2(0.1, 0.2),
    "L1-default": lambda r: r.L1(),
    "OrthogonalRegularizer": lambda r: r.OrthogonalRegularizer(0.2),
}


@pytest.mark.usefixtures("precision")
@pytest.mark.parametrize("name", REGULARIZERS)
def test_regularizers(name: str) -> None:
    require(f"keras.regularizers.{name.partition('-')[0]}")
    x = floats(generator(name).normal(size=(4, 3)))
    ours, theirs = (REGULARIZERS[name](k.regularizers)(x) for k in (cornu, keras))
    assert_agree(ours, theirs, name)


CONSTRAINTS: dict[str, Part] = {
    "MaxNorm": lambda c: c.MaxNorm(1.0),
    "MaxNorm-axis": lambda c: c.MaxNorm(0.5, axis=1),
    "MaxNorm-kernel": lambda c: c.MaxNorm(0.5, axis=[0, 1, 2]),
    "NonNeg": lambda c: c.NonNeg(),
    "UnitNorm": lambda c: c.UnitNorm(),
    "MinMaxNorm": lambda c: c.MinMaxNorm(0.5, 0.8),
    "MinMaxNorm-rate": lambda c: c.MinMaxNorm(0.5, 0.8, rate=0.3, axis=1),
}


@pytest.mark.usefixtures("precision")
@pytest.mark.parametrize("name", CONSTRAINTS)
def test_constraints(name: str) -> None:
    x = floats(generator(name).normal(size=(4, 3, 2, 5)))
    ours, theirs = (CONSTRAINTS[name](k.constraints)(x) for k in (cornu, keras))
    assert_agree(ours, theirs, name)


FIXED: dict[str, Part] = {
    "Zeros": lambda i: i.Zeros(),
    "Ones": lambda i: i.Ones(),
    "Constant": lambda i: i.Constant(0.7),
    "Identity": lambda i: i.Identity(2.0),
    "STFT": lambda i: i.STFT(side="imag", periodic=True),
}


@pytest.mark.usefixtures("precision")
@pytest.mark.parametrize("name", FIXED)
def test_fixed_initializers(name: str) -> None:
    shape = (6, 1, 4) if name == "STFT" else (4, 4)
    ours, theirs = (FIXED[name](k.initializers)(shape) for k in (cornu, keras))
    assert_agree(ours, theirs, name)


RANDOM: dict[str, Callable[[Any, int], Any]] = {
    "RandomNormal": lambda i, seed: i.RandomNormal(0.1, 0.4, seed),
    "RandomUniform": lambda i, seed: i.RandomUniform(-0.3, 0.5, seed),
    "TruncatedNormal": lambda i, seed: i.TruncatedNormal(0.1, 0.4, seed),
    "GlorotUniform": lambda i, seed: i.GlorotUniform(seed),
    "GlorotNormal": lambda i, seed: i.GlorotNormal(seed),
    "HeNormal": lambda i, seed: i.HeNormal(seed),
    "HeUniform": lambda i, seed: i.HeUniform(seed),
    "LecunNormal": lambda i, seed: i.LecunNormal(seed),
    "LecunUniform": lambda i, seed: i.LecunUniform(seed),
    "VarianceScaling": lambda i, seed: i.VarianceScaling(
        2.0, "fan_avg", "untruncated_normal", seed
    ),
    "VarianceScaling-truncated": lambda i, seed: i.VarianceScaling(0.5, "fan_out", seed=seed),
    "Orthogonal": lambda i, seed: i.Orthogonal(1.5, seed),
}

#: Distributions without a sharp end: the largest of their numbers says nothing.
ENDLESS = {"RandomNormal", "VarianceScaling", "Orthogonal"}


@pytest.mark.parametrize("shape", [(300, 200), (3, 3, 40, 150)], ids=["matrix", "kernel"])
@pytest.mark.parametrize("name", RANDOM)
def test_random_initializers_have_the_same_distribution(name: str, shape: tuple[int, ...]) -> None:
    """Other generators, so other numbers: their moments, quantiles and ends are compared."""
    seed = int(generator(f"{name} {shape}").integers(2**31))
    ours, theirs = (
        np.asarray(RANDOM[name](k.initializers, seed)(shape)).ravel() for k in (cornu, keras)
    )
    deviation = theirs.std()
    assert abs(ours.mean() - theirs.mean()) < 0.02 * deviation
    assert abs(ours.std() - deviation) < 0.02 * deviation
    quantiles = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95]
    difference = np.quantile(ours, quantiles) - np.quantile(theirs, quantiles)
    assert np.abs(difference).max() < 0.05 * deviation
    if name not in ENDLESS:
        ends = [(values.min(), values.max()) for values in (ours, theirs)]
        np.testing.assert_allclose(*ends, rtol=0, atol=0.02 * deviation)
