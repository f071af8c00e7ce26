"""Each optimizer: fifty steps on a small network leave the same weights as in live Keras."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

import cornu
from tests.parity.sides import Pair, assert_agree, floats, generator
from tests.parity.skips import require


def _two_kinds(o: Any) -> Any:
    """One optimizer for the biases, another for the rest."""
    chosen = o.OptimizerMap(default_optimizer=o.Adam(0.01))
    chosen[".*bias"] = o.SGD(0.05, momentum=0.9)
    return o.MultiOptimizer(chosen)


#: class and what is special -> how to make it from a namespace of optimizers
OPTIMIZERS: dict[str, Callable[[Any], Any]] = {
    "SGD": lambda o: o.SGD(0.05),
    "SGD-momentum": lambda o: o.SGD(0.05, momentum=0.9),
    "SGD-nesterov": lambda o: o.SGD(0.05, momentum=0.9, nesterov=True),
    "SGD-weight decay": lambda o: o.SGD(0.05, weight_decay=0.1),
    "SGD-clipnorm": lambda o: o.SGD(0.5, clipnorm=0.1),
    "SGD-clipvalue": lambda o: o.SGD(0.5, clipvalue=0.02),
    "SGD-global clipnorm": lambda o: o.SGD(0.5, global_clipnorm=0.1),
    "SGD-average": lambda o: o.SGD(0.05, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=3),
    "SGD-accumulation": lambda o: o.SGD(0.05, gradient_accumulation_steps=3),
    "RMSprop": lambda o: o.RMSprop(0.01),
    "RMSprop-momentum": lambda o: o.RMSprop(0.01, momentum=0.8, rho=0.7),
    "RMSprop-centered": lambda o: o.RMSprop(0.01, centered=True),
    "RMSprop-all": lambda o: o.RMSprop(0.01, centered=True, momentum=0.5, weight_decay=0.01),
    "Adam": lambda o: o.Adam(0.01),
    "Adam-betas": lambda o: o.Adam(0.01, beta_1=0.7, beta_2=0.95, epsilon=1e-4),
    "Adam-amsgrad": lambda o: o.Adam(0.01, amsgrad=True),
    "Adam-weight decay": lambda o: o.Adam(0.01, weight_decay=0.1),
    "Adam-clipnorm": lambda o: o.Adam(0.01, clipnorm=0.1),
    "Adam-clipvalue": lambda o: o.Adam(0.01, clipvalue=0.01),
    "Adam-global clipnorm": lambda o: o.Adam(0.01, global_clipnorm=0.1),
    "Adam-average": lambda o: o.Adam(
        0.01, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=4
    ),
    "Adam-accumulation": lambda o: o.Adam(0.01, gradient_accumulation_steps=2),
    "Adam-schedule": lambda o: o.Adam(o.schedules.ExponentialDecay(0.05, 4, 0.5)),
    "AdamW": lambda o: o.AdamW(0.01),
    "AdamW-decay": lambda o: o.AdamW(0.01, weight_decay=0.1, amsgrad=True),
    "Adagrad": lambda o: o.Adagrad(0.05),
    "Adadelta": lambda o: o.Adadelta(1.0),
    "Adamax": lambda o: o.Adamax(0.01),
    "Nadam": lambda o: o.Nadam(0.01),
    "Ftrl": lambda o: o.Ftrl(
        0.05, l1_regularization_strength=0.01, l2_regularization_strength=0.1, beta=0.1
    ),
    "Lion": lambda o: o.Lion(0.01),
    "Lamb": lambda o: o.Lamb(0.01),
    "Adafactor": lambda o: o.Adafactor(0.01),
    "ScheduleFreeAdamW": lambda o: o.ScheduleFreeAdamW(0.01),
    "LossScaleOptimizer": lambda o: o.LossScaleOptimizer(
        o.Adam(0.01), initial_scale=64.0, dynamic_growth_steps=20
    ),
    "MultiOptimizer": _two_kinds,
    "Muon": lambda o: o.Muon(0.01),
}


def _model(k: Any) -> Any:
    return k.Sequential(
        [
            k.Input((5,)),
            k.layers.Dense(8, activation="tanh"),
            k.layers.Dense(3, kernel_constraint="max_norm"),
        ]
    )


def _batch(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return (
        floats(random.normal(size=(16, 5))),
        floats(random.normal(size=(16, 3))),
    )


def _train(
    name: str, ours: Callable[[Any], Any], theirs: Callable[[Any], Any], steps: int = 50
) -> None:
    random = generator(name)
    pair = Pair.build(_model, random)
    pair.compile(lambda k: (theirs if k is keras else ours)(k.optimizers), "mse")
    for step in range(steps):
        x, y = _batch(random)
        pair.agree(lambda m, x=x, y=y: m.train_on_batch(x, y), f"{name}: loss at step {step}")
    pair.agree_on_weights(name)


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fifty_steps(name: str) -> None:
    require(f"keras.optimizers.{name.partition('-')[0]}")
    _train(name, OPTIMIZERS[name], OPTIMIZERS[name])


#: what a Keras 2 script wrote -> the same in Keras 3
KERAS_2: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "SGD-lr": (lambda o: o.SGD(lr=0.05), lambda o: o.SGD(0.05)),
    "SGD-decay": (
        lambda o: o.SGD(lr=0.05, decay=0.1, momentum=0.9),
        lambda o: o.SGD(o.schedules.InverseTimeDecay(0.05, 1, 0.1), momentum=0.9),
    ),
    "Adam-lr": (lambda o: o.Adam(lr=0.02), lambda o: o.Adam(0.02)),
    "Adam-decay": (
        lambda o: o.Adam(lr=0.02, decay=0.2),
        lambda o: o.Adam(o.schedules.InverseTimeDecay(0.02, 1, 0.2)),
    ),
    "RMSprop-lr": (lambda o: o.RMSprop(lr=0.02, rho=0.8), lambda o: o.RMSprop(0.02, rho=0.8)),
}


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("name", KERAS_2)
def test_arguments_of_keras_2(name: str) -> None:
    _train(name, *KERAS_2[name])


SCHEDULES: dict[str, Callable[[Any], Any]] = {
    "ExponentialDecay": lambda s: s.ExponentialDecay(0.1, 7, 0.8),
    "ExponentialDecay-stairs": lambda s: s.ExponentialDecay(0.1, 7, 0.8, staircase=True),
    "InverseTimeDecay": lambda s: s.InverseTimeDecay(0.1, 5, 0.7),
    "PiecewiseConstantDecay": lambda s: s.PiecewiseConstantDecay([3, 9], [0.3, 0.2, 0.1]),
    "PolynomialDecay": lambda s: s.PolynomialDecay(0.1, 10, 0.01, power=2.0),
    "PolynomialDecay-cycle": lambda s: s.PolynomialDecay(0.1, 10, 0.01, cycle=True),
    "CosineDecay": lambda s: s.CosineDecay(0.1, 10, alpha=0.1),
    "CosineDecay-warm up": lambda s: s.CosineDecay(0.0, 10, warmup_target=0.1, warmup_steps=4),
    "CosineDecayRestarts": lambda s: s.CosineDecayRestarts(0.1, 4, t_mul=1.5, m_mul=0.8),
}


@pytest.mark.usefixtures("precision")
@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules(name: str) -> None:
    require(f"keras.optimizers.schedules.{name.partition('-')[0]}")
    ours, theirs = (SCHEDULES[name](k.optimizers.schedules) for k in (cornu, keras))
    for step in (0, 1, 3, 4, 9, 10, 25):
        assert_agree(ours(step), theirs(step), f"{name} at {step}")


@pytest.mark.usefixtures("float64")
def test_strings() -> None:
    """A name alone gives Keras' defaults."""
    for name in ("sgd", "rmsprop", "adam"):
        random = generator(name)
        pair = Pair.build(_model, random)
        for model in (pair.ours, pair.theirs):
            model.compile(optimizer=name, loss="mse")
        x, y = _batch(random)
        for _ in range(3):
            pair.agree(lambda m, x=x, y=y: m.train_on_batch(x, y), name)
        pair.agree_on_weights(name)
