"""Optimizers."""

from cornu.base import Optimizer
from cornu_optim.optimizers.adadelta import Adadelta
from cornu_optim.optimizers.adafactor import Adafactor
from cornu_optim.optimizers.adagrad import Adagrad
from cornu_optim.optimizers.adam import Adam, AdamW
from cornu_optim.optimizers.adamax import Adamax
from cornu_optim.optimizers.clipping import clip_norm
from cornu_optim.optimizers.ftrl import Ftrl
from cornu_optim.optimizers.lamb import Lamb
from cornu_optim.optimizers.lion import Lion
from cornu_optim.optimizers.loss_scale import LossScaleOptimizer
from cornu_optim.optimizers.multi import MultiOptimizer, OptimizerMap
from cornu_optim.optimizers.muon import Muon
from cornu_optim.optimizers.nadam import Nadam
from cornu_optim.optimizers.rmsprop import RMSprop
from cornu_optim.optimizers.schedule_free import ScheduleFreeAdamW
from cornu_optim.optimizers.sgd import SGD

__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "MultiOptimizer",
    "Muon",
    "Nadam",
    "Optimizer",
    "OptimizerMap",
    "RMSprop",
    "ScheduleFreeAdamW",
    "clip_norm",
]
