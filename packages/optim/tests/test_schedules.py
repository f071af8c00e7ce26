"""Schedules against their formulas, eagerly and inside a program."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cornu import ops
from cornu_optim import schedules as s

STEPS = [0, 1, 4, 5, 9, 10, 11, 25, 100]


def polynomial(t, length=10, start=1.0, end=0.25, power=2.0):
    return (start - end) * (1 - min(t, length) / length) ** power + end


def cycle(t, length=10, start=1.0, end=0.25):
    length *= max(1, math.ceil(t / length))
    return (start - end) * (1 - t / length) + end


def cosine(t, length=10, alpha=0.1):
    return 0.5 * ((1 - alpha) * 0.5 * (1 + math.cos(math.pi * min(t, length) / length)) + alpha)


def warm(t):
    return 0.25 + (1.0 - 0.25) * t / 4 if t < 4 else cosine(t - 4, alpha=0.0) * 2


def restarts(t, first=10, t_mul=2.0, m_mul=0.5):
    start, length, height = 0, first, 1.0
    while t >= start + length:
        start, length, height = start + length, length * t_mul, height * m_mul
    return height * 0.5 * (1 + math.cos(math.pi * (t - start) / length))


CASES = [
    (s.ExponentialDecay(1.0, 10, 0.5), lambda t: 0.5 ** (t / 10)),
    (s.ExponentialDecay(1.0, 10, 0.5, staircase=True), lambda t: 0.5 ** (t // 10)),
    (s.InverseTimeDecay(1.0, 10, 0.5), lambda t: 1 / (1 + 0.5 * t / 10)),
    (s.InverseTimeDecay(1.0, 10, 0.5, staircase=True), lambda t: 1 / (1 + 0.5 * (t // 10))),
    (
        s.PiecewiseConstantDecay([4, 10], [1.0, 0.5, 0.25]),
        lambda t: 1.0 if t <= 4 else 0.5 if t <= 10 else 0.25,
    ),
    (s.PolynomialDecay(1.0, 10, 0.25, power=2.0), polynomial),
    (s.PolynomialDecay(1.0, 10, 0.25, cycle=True), cycle),
    (s.CosineDecay(0.5, 10, alpha=0.1), cosine),
    (s.CosineDecay(0.25, 10, warmup_target=1.0, warmup_steps=4), warm),
    (s.CosineDecay(0.25, 10, warmup_target=0.5), lambda t: cosine(t, alpha=0.0)),
    (s.CosineDecayRestarts(1.0, 10, m_mul=0.5), restarts),
    (s.CosineDecayRestarts(1.0, 10, t_mul=1.0), lambda t: restarts(t, t_mul=1.0, m_mul=1.0)),
]


@pytest.mark.parametrize(("schedule", "formula"), CASES)
def test_formula(schedule, formula, as_program):
    compiled = as_program(schedule, np.int64(0))
    for step in STEPS:
        for found in (schedule(step), compiled(np.int64(step))):
            assert found.dtype == "float32"
            assert float(found) == pytest.approx(formula(step), rel=2e-6, abs=1e-7)


@pytest.mark.parametrize(("schedule", "formula"), CASES)
def test_config(schedule, formula):
    copied = type(schedule).from_config(schedule.get_config())
    assert copied.get_config() == schedule.get_config()
    assert float(copied(7)) == float(schedule(7))


@pytest.mark.parametrize(
    "make",
    [
        lambda: s.ExponentialDecay(1.0, 0, 0.5),
        lambda: s.InverseTimeDecay(1.0, -1, 0.5),
        lambda: s.PolynomialDecay(1.0, 0),
        lambda: s.CosineDecay(1.0, 0),
        lambda: s.CosineDecayRestarts(1.0, 0),
    ],
)
def test_steps_are_positive(make):
    with pytest.raises(ValueError, match="decay_steps"):
        make()


def test_boundaries_fit_values():
    with pytest.raises(ValueError, match="2 values for 2 boundaries"):
        s.PiecewiseConstantDecay([1, 2], [1.0, 0.5])


def test_base_class_says_what_is_missing():
    with pytest.raises(NotImplementedError, match="__call__"):
        s.LearningRateSchedule()(0)


def test_a_schedule_of_the_user(as_program):
    class Linear(s.LearningRateSchedule):
        def __init__(self, slope):
            self.slope = slope

        def __call__(self, step):
            return ops.cast(step, "float32") * self.slope

    assert float(as_program(Linear(0.5), np.int64(0))(np.int64(3))) == 1.5
