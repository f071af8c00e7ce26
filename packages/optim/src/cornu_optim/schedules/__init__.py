"""Learning-rate schedules."""

from cornu.base.schedule import LearningRateSchedule
from cornu_optim.schedules.cosine import CosineDecay, CosineDecayRestarts
from cornu_optim.schedules.decay import ExponentialDecay, InverseTimeDecay, PolynomialDecay
from cornu_optim.schedules.piecewise import PiecewiseConstantDecay

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
]
