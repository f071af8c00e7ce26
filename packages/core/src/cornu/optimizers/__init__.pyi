"""Written by `hatch run stubs`, for editors."""
# ruff: noqa
# fmt: off

from collections.abc import Mapping
from typing import Any

from cornu_optim.optimizers.adadelta import Adadelta as Adadelta
from cornu_optim.optimizers.adafactor import Adafactor as Adafactor
from cornu_optim.optimizers.adagrad import Adagrad as Adagrad
from cornu_optim.optimizers.adam import Adam as Adam
from cornu_optim.optimizers.adam import AdamW as AdamW
from cornu_optim.optimizers.adamax import Adamax as Adamax
from cornu_optim.schedules.cosine import CosineDecay as CosineDecay
from cornu_optim.schedules.cosine import CosineDecayRestarts as CosineDecayRestarts
from cornu_optim.schedules.decay import ExponentialDecay as ExponentialDecay
from cornu_optim.optimizers.ftrl import Ftrl as Ftrl
from cornu_optim.schedules.decay import InverseTimeDecay as InverseTimeDecay
from cornu_optim.optimizers.lamb import Lamb as Lamb
from cornu.base.schedule import LearningRateSchedule as LearningRateSchedule
from cornu_optim.optimizers.lion import Lion as Lion
from cornu_optim.optimizers.loss_scale import LossScaleOptimizer as LossScaleOptimizer
from cornu_optim.optimizers.multi import MultiOptimizer as MultiOptimizer
from cornu_optim.optimizers.muon import Muon as Muon
from cornu_optim.optimizers.nadam import Nadam as Nadam
from cornu.base.optimizer import Optimizer as Optimizer
from cornu_optim.optimizers.multi import OptimizerMap as OptimizerMap
from cornu_optim.schedules.piecewise import PiecewiseConstantDecay as PiecewiseConstantDecay
from cornu_optim.schedules.decay import PolynomialDecay as PolynomialDecay
from cornu_optim.optimizers.rmsprop import RMSprop as RMSprop
from cornu_optim.optimizers.sgd import SGD as SGD
from cornu_optim.optimizers.schedule_free import ScheduleFreeAdamW as ScheduleFreeAdamW
from cornu_optim.optimizers.clipping import clip_norm as clip_norm

adadelta = Adadelta
adagrad = Adagrad
adam = Adam
adamax = Adamax
nadam = Nadam
rmsprop = RMSprop
sgd = SGD
from cornu.optimizers import legacy as legacy
from cornu.optimizers import schedules as schedules

def get(identifier: Any) -> Any: ...
def serialize(optimizer: Any) -> Any: ...
def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any: ...
