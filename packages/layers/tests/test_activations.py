"""Activations against their formulas in float64, and their derivatives."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cornu import activations
from cornu.errors import UnknownNameError
from cornu.testing import check_grads

X = np.array([[-7.1, -3.2, -1.3, -0.4, -0.05, 0.0], [0.05, 0.45, 0.9, 1.7, 3.3, 8.2]])
_erf = np.vectorize(math.erf)


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _softplus(x):
    return np.logaddexp(0, x)


def _softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def _sparsemax(x):
    """Project by bisection on the threshold: slow, and nothing like the sort of the "
    "implementation."""
    low, high = x.max(-1, keepdims=True) - 1, x.max(-1, keepdims=True)
    for _ in range(80):
        middle = (low + high) / 2
        too_much = np.maximum(x - middle, 0).sum(-1, keepdims=True) > 1
        low, high = np.where(too_much, middle, low), np.where(too_much, high, middle)
    return np.maximum(x - low, 0)


CASES = [
    ("linear", {}, lambda x: x),
    ("relu", {}, lambda x: np.maximum(x, 0)),
    ("relu", {"negative_slope": 0.2}, lambda x: np.where(x > 0, x, 0.2 * x)),
    ("relu", {"alpha": 0.2}, lambda x: np.where(x > 0, x, 0.2 * x)),
    ("relu", {"max_value": 2.0}, lambda x: np.clip(x, 0, 2)),
    ("relu", {"threshold": 1.0}, lambda x: np.where(x > 1, x, 0)),
    (
        "relu",
        {"negative_slope": 0.1, "max_value": 2.0, "threshold": 1.0},
        lambda x: np.where(x >= 2, 2, np.where(x > 1, x, 0.1 * (x - 1))),
    ),
    ("relu6", {}, lambda x: np.clip(x, 0, 6)),
    ("leaky_relu", {}, lambda x: np.where(x > 0, x, 0.2 * x)),
    ("elu", {"alpha": 0.7}, lambda x: np.where(x > 0, x, 0.7 * np.expm1(x))),
    (
        "selu",
        {},
        lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)),
    ),
    ("celu", {"alpha": 0.7}, lambda x: np.where(x > 0, x, 0.7 * np.expm1(x / 0.7))),
    ("sigmoid", {}, _sigmoid),
    ("hard_sigmoid", {}, lambda x: np.clip(x + 3, 0, 6) / 6),
    ("sparse_sigmoid", {}, lambda x: np.clip((x + 1) / 2, 0, 1)),
    ("log_sigmoid", {}, lambda x: -_softplus(-x)),
    ("tanh", {}, np.tanh),
    ("hard_tanh", {}, lambda x: np.clip(x, -1, 1)),
    ("tanh_shrink", {}, lambda x: x - np.tanh(x)),
    ("softsign", {}, lambda x: x / (1 + np.abs(x))),
    ("softplus", {}, _softplus),
    ("squareplus", {"b": 3.0}, lambda x: (x + np.sqrt(x**2 + 3)) / 2),
    (
        "sparse_plus",
        {},
        lambda x: np.where(x <= -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x)),
    ),
    ("exponential", {}, np.exp),
    ("silu", {}, lambda x: x * _sigmoid(x)),
    ("swish", {}, lambda x: x * _sigmoid(x)),
    ("hard_silu", {}, lambda x: x * np.clip(x + 3, 0, 6) / 6),
    ("hard_swish", {}, lambda x: x * np.clip(x + 3, 0, 6) / 6),
    ("gelu", {}, lambda x: x * (1 + _erf(x / np.sqrt(2))) / 2),
    (
        "gelu",
        {"approximate": True},
        lambda x: x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2,
    ),
    ("mish", {}, lambda x: x * np.tanh(_softplus(x))),
    ("hard_shrink", {}, lambda x: np.where(np.abs(x) > 0.5, x, 0)),
    ("soft_shrink", {}, lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0)),
    (
        "threshold",
        {"threshold": 0.4, "default_value": 3.0},
        lambda x: np.where(x > 0.4, x, 3.0),
    ),
    ("softmax", {}, _softmax),
    ("softmax", {"axis": 0}, lambda x: _softmax(x.T).T),
    ("log_softmax", {}, lambda x: np.log(_softmax(x))),
    ("sparsemax", {}, _sparsemax),
    ("glu", {}, lambda x: x[:, :3] * _sigmoid(x[:, 3:])),
]
IDS = [f"{name}-{'-'.join(kwargs)}".rstrip("-") for name, kwargs, _ in CASES]


@pytest.mark.parametrize(("name", "kwargs", "formula"), CASES, ids=IDS)
def test_formula(name, kwargs, formula):
    function = getattr(activations, name)
    expected = formula(X)
    found = function(X.astype("float64"), **kwargs)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    single = function(X.astype("float32"), **kwargs)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected, rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize(("name", "kwargs", "formula"), CASES, ids=IDS)
def test_derivative(name, kwargs, formula):
    function = getattr(activations, name)
    for shape in ((6,), (3, 4), (2, 3, 2)):
        x = np.random.default_rng(len(shape)).normal(size=shape) * 2 + 0.0137  # off every kink
        check_grads(lambda x, f=function: f(x, **kwargs), [x])


@pytest.mark.parametrize(
    "name", ["softplus", "log_sigmoid", "sigmoid", "silu", "mish", "elu", "selu"]
)
def test_no_overflow(name):
    far = np.array([-1e4, 1e4], "float32")
    with np.errstate(over="raise"):
        assert np.isfinite(getattr(activations, name)(far)).all()


def test_get():
    assert activations.get(None) is activations.linear
    assert activations.get("swish") is activations.silu
    assert activations.get(np.tanh) is np.tanh
    with pytest.raises(UnknownNameError, match="'relu'"):
        activations.get("rellu")


def test_round_trip():
    for name in ("relu", "gelu", "hard_silu"):
        function = getattr(activations, name)
        assert activations.deserialize(activations.serialize(function)) is function


def test_old_and_new_name_together():
    with pytest.raises(TypeError, match="negative_slope= and its older name alpha="):
        activations.relu(X, negative_slope=0.1, alpha=0.1)
