"""What stands here, each name with its home: editors read this, and so do module and plugin."""

from cornu.base.schedule import LearningRateSchedule as LearningRateSchedule
from cornu_optim.schedules.cosine import CosineDecay as CosineDecay
from cornu_optim.schedules.cosine import CosineDecayRestarts as CosineDecayRestarts
from cornu_optim.schedules.decay import ExponentialDecay as ExponentialDecay
from cornu_optim.schedules.decay import InverseTimeDecay as InverseTimeDecay
from cornu_optim.schedules.decay import PolynomialDecay as PolynomialDecay
from cornu_optim.schedules.piecewise import PiecewiseConstantDecay as PiecewiseConstantDecay
