"""Every optimizer against its rule in float64, eagerly and as a program."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from cornu_engine.variable import Variable
from cornu_optim import optimizers

# The rules as their papers and Keras' documentation state them.


def sgd(w, grads, lr, momentum=0.0, nesterov=False):
    m = np.zeros_like(w)
    for g in grads:
        m = momentum * m - lr * g
        w = w + (momentum * m - lr * g if nesterov else m)
    return w


def rmsprop(w, grads, lr, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False):
    v, mean, m = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    for g in grads:
        v = rho * v + (1 - rho) * g**2
        mean = rho * mean + (1 - rho) * g
        m = momentum * m + lr * g / np.sqrt(v - centered * mean**2 + epsilon)
        w = w - m
    return w


def adam(w, grads, lr, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
    m, v, largest = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(grads, 1):
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        largest = np.maximum(largest, v)
        alpha = lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        w = w - alpha * m / (np.sqrt(largest if amsgrad else v) + epsilon)
    return w


def adagrad(w, grads, lr, initial_accumulator_value=0.1, epsilon=1e-7):
    a = np.full_like(w, initial_accumulator_value)
    for g in grads:
        a = a + g**2
        w = w - lr * g / np.sqrt(a + epsilon)
    return w


def adadelta(w, grads, lr, rho=0.95, epsilon=1e-7):
    a, d = np.zeros_like(w), np.zeros_like(w)
    for g in grads:
        a = rho * a + (1 - rho) * g**2
        step = np.sqrt(d + epsilon) / np.sqrt(a + epsilon) * g
        d = rho * d + (1 - rho) * step**2
        w = w - lr * step
    return w


def adamax(w, grads, lr, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, u = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(grads, 1):
        m = beta_1 * m + (1 - beta_1) * g
        u = np.maximum(beta_2 * u, np.abs(g))
        w = w - lr / (1 - beta_1**t) * m / (u + epsilon)
    return w


def nadam(w, grads, lr, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v, product = np.zeros_like(w), np.zeros_like(w), 1.0
    for t, g in enumerate(grads, 1):
        now, later = (beta_1 * (1 - 0.5 * 0.96**s) for s in (t, t + 1))
        product *= now
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        m_hat = later * m / (1 - product * later) + (1 - now) * g / (1 - product)
        w = w - lr * m_hat / (np.sqrt(v / (1 - beta_2**t)) + epsilon)
    return w


def lion(w, grads, lr, beta_1=0.9, beta_2=0.99):
    m = np.zeros_like(w)
    for g in grads:
        w = w - lr * np.sign(beta_1 * m + (1 - beta_1) * g)
        m = beta_2 * m + (1 - beta_2) * g
    return w


def ftrl(w, grads, lr, l1=0.0, l2=0.0, shrinkage=0.0, beta=0.0, initial=0.1):
    n, z = np.full_like(w, initial), np.zeros_like(w)
    for g in grads:
        new = n + g**2
        z = z + g + 2 * shrinkage * w - (np.sqrt(new) - np.sqrt(n)) / lr * w
        curvature = np.sqrt(new) / lr + 2 * (l2 + beta / (2 * lr))
        w = (np.clip(z, -l1, l1) - z) / curvature
        n = new
    return w


def lamb(w, grads, lr, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(grads, 1):
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        u = m / (1 - beta_1**t) / (np.sqrt(v / (1 - beta_2**t)) + epsilon)
        w = w - lr * np.linalg.norm(w) / np.linalg.norm(u) * u
    return w


def adafactor(w, grads, lr, beta_2_decay=-0.8):
    rms = lambda x: np.sqrt(np.mean(x**2))  # noqa: E731
    r, c, v = 0.0, 0.0, np.zeros_like(w)
    for t, g in enumerate(grads, 1):
        rho = min(lr, 1 / np.sqrt(t))
        beta, square = 1 - t**beta_2_decay, g**2 + 1e-30
        if w.ndim == 2:
            r = beta * r + (1 - beta) * square.mean(axis=1)
            c = beta * c + (1 - beta) * square.mean(axis=0)
            v = np.outer(r / r.mean(), c)
        else:
            v = beta * v + (1 - beta) * square
        u = g / np.sqrt(v)
        w = w - max(1e-3, rms(w)) * rho * u / max(1.0, rms(u))
    return w


def schedule_free(w, grads, lr, beta_1=0.9, beta_2=0.999, epsilon=1e-8, warmup_steps=0):
    z, x, v = w, w, np.zeros_like(w)
    for t, g in enumerate(grads, 1):
        v = beta_2 * v + (1 - beta_2) * g**2
        rate = lr * min(1.0, t / warmup_steps) if warmup_steps else lr
        z = z - rate * g / (np.sqrt(v / (1 - beta_2**t)) + epsilon)
        x = (1 - 1 / t) * x + z / t
        w = (1 - beta_1) * z + beta_1 * x
    return w


def muon(w, grads, lr):
    if w.ndim != 2:
        return adam(w, (g for g in grads), lr)
    m = np.zeros_like(w)
    for g in grads:
        m = 0.95 * m + g
        u, s, vt = np.linalg.svd(g + 0.95 * m, full_matrices=False)
        s = s / (np.linalg.norm(s) + 1e-7)
        for _ in range(5):  # a Newton-Schulz step is a polynomial of the singular values
            s = 3.4445 * s - 4.775 * s**3 + 2.0315 * s**5
        w = w - lr * 0.2 * np.sqrt(max(w.shape)) * (u * s) @ vt
    return w


CASES = {
    "sgd": (optimizers.SGD, {}, sgd),
    "momentum": (optimizers.SGD, {"momentum": 0.9}, partial(sgd, momentum=0.9)),
    "nesterov": (
        optimizers.SGD,
        {"momentum": 0.9, "nesterov": True},
        partial(sgd, momentum=0.9, nesterov=True),
    ),
    "rmsprop": (optimizers.RMSprop, {}, rmsprop),
    "rmsprop momentum": (
        optimizers.RMSprop,
        {"momentum": 0.5, "rho": 0.8},
        partial(rmsprop, momentum=0.5, rho=0.8),
    ),
    "rmsprop centered": (
        optimizers.RMSprop,
        {"centered": True, "epsilon": 1e-3},
        partial(rmsprop, centered=True, epsilon=1e-3),
    ),
    "adam": (optimizers.Adam, {}, adam),
    "adam betas": (
        optimizers.Adam,
        {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.1},
        partial(adam, beta_1=0.5, beta_2=0.75, epsilon=0.1),
    ),
    "adam without memory": (
        optimizers.Adam,
        {"beta_1": 0.0, "beta_2": 0.0},
        partial(adam, beta_1=0.0, beta_2=0.0),
    ),
    "amsgrad": (optimizers.Adam, {"amsgrad": True}, partial(adam, amsgrad=True)),
    "adagrad": (optimizers.Adagrad, {}, adagrad),
    "adadelta": (optimizers.Adadelta, {}, adadelta),
    "adamax": (optimizers.Adamax, {}, adamax),
    "nadam": (optimizers.Nadam, {}, nadam),
    "lion": (optimizers.Lion, {}, lion),
    "ftrl": (optimizers.Ftrl, {}, ftrl),
    "ftrl regularized": (
        optimizers.Ftrl,
        {
            "l1_regularization_strength": 0.25,
            "l2_regularization_strength": 0.5,
            "l2_shrinkage_regularization_strength": 0.125,
            "beta": 0.5,
        },
        partial(ftrl, l1=0.25, l2=0.5, shrinkage=0.125, beta=0.5),
    ),
    "schedule free": (optimizers.ScheduleFreeAdamW, {}, schedule_free),
    "schedule free, warming up": (
        optimizers.ScheduleFreeAdamW,
        {"warmup_steps": 4},
        partial(schedule_free, warmup_steps=4),
    ),
    "muon": (
        optimizers.Muon,
        {"weight_decay": None, "adam_weight_decay": None},
        muon,
    ),
    "lamb": (optimizers.Lamb, {}, lamb),
    "adafactor": (optimizers.Adafactor, {}, adafactor),
}
SHAPES = ((4, 3), (3,), (2, 5))
RATE = 0.125  # exact in every float


@pytest.fixture
def problem():
    rng = np.random.default_rng(7)
    start = [rng.normal(size=s) for s in SHAPES]
    grads = [[rng.normal(size=s) for s in SHAPES] for _ in range(8)]
    return start, grads


@pytest.mark.parametrize("case", CASES)
def test_rule(case, problem, runner):
    make, arguments, rule = CASES[case]
    start, grads = problem
    weights = [Variable(w) for w in start]
    optimizer = make(learning_rate=RATE, **arguments)
    optimizer.build(weights)
    step = runner(lambda *g: optimizer.apply(g, weights), *grads[0])
    for g in grads:
        step(*g)
    for i, weight in enumerate(weights):
        expected = rule(start[i], iter(g[i] for g in grads), RATE)
        np.testing.assert_allclose(weight.numpy(), expected, rtol=1e-9, atol=1e-9)
    assert int(optimizer.iterations) == len(grads)


@pytest.mark.parametrize("case", CASES)
def test_flat_and_apart_are_the_same_numbers(case, problem):
    make, arguments, _ = CASES[case]
    results = []
    for apart in (False, True):
        weights = [Variable(w.astype("float32")) for w in problem[0]]
        optimizer = make(learning_rate=RATE, **arguments)
        if apart:
            optimizer.elementwise = False
        for g in problem[1]:
            optimizer.apply([x.astype("float32") for x in g], weights)
        assert bool(optimizer._groups) is (make.elementwise and not apart)
        results.append([w.numpy() for w in weights] + optimizer.get_weights())
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)


def test_adamw_is_adam_after_decay(problem):
    start, grads = problem
    decayed, plain = (
        [Variable(w) for w in start],
        [Variable(w - w * 0.5 * RATE) for w in start],
    )
    optimizers.AdamW(RATE, weight_decay=0.5).apply(grads[0], decayed)
    optimizers.Adam(RATE).apply(grads[0], plain)
    for one, other in zip(decayed, plain, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-12)


def test_muon_leaves_to_adam_what_is_no_plain_matrix():
    weights = [Variable(np.ones((2, 3))), Variable(np.ones((2, 3))), Variable(np.ones((2, 3)))]
    for weight, path in zip(
        weights, ("dense/kernel", "embedding/table", "head/kernel"), strict=True
    ):
        weight.path = path
    optimizer = optimizers.Muon(
        1.0, weight_decay=0.5, adam_weight_decay=0.25, exclude_layers=["head"]
    )
    optimizer.apply([np.zeros((2, 3))] * 3, weights)
    assert list(optimizer._slots["velocity"]) == weights[1:]
    assert [float(w.numpy()[0, 0]) for w in weights] == [0.5, 0.75, 0.75]


def test_adamw_needs_a_decay():
    with pytest.raises(ValueError, match="weight_decay"):
        optimizers.AdamW(weight_decay=None)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optimizers.SGD(momentum=1.5), "momentum.*1.5"),
        (lambda: optimizers.Lion(beta_1=0.0), "beta_1"),
        (lambda: optimizers.Ftrl(learning_rate_power=0.5), "learning_rate_power"),
        (lambda: optimizers.Ftrl(initial_accumulator_value=-1.0), "initial_accumulator_value"),
        (lambda: optimizers.Ftrl(l1_regularization_strength=-1.0), "l1_regularization_strength"),
    ],
)
def test_arguments_out_of_range(make, message):
    with pytest.raises(ValueError, match=message):
        make()
