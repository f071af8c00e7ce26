"""What stands here, each name with its home: editors read this, and so do module and plugin."""

from cornu.base.optimizer import Optimizer as Optimizer
from cornu_optim.optimizers.adadelta import Adadelta as Adadelta
from cornu_optim.optimizers.adafactor import Adafactor as Adafactor
from cornu_optim.optimizers.adagrad import Adagrad as Adagrad
from cornu_optim.optimizers.adam import Adam as Adam
from cornu_optim.optimizers.adam import AdamW as AdamW
from cornu_optim.optimizers.adamax import Adamax as Adamax
from cornu_optim.optimizers.clipping import clip_norm as clip_norm
from cornu_optim.optimizers.ftrl import Ftrl as Ftrl
from cornu_optim.optimizers.lamb import Lamb as Lamb
from cornu_optim.optimizers.lion import Lion as Lion
from cornu_optim.optimizers.loss_scale import LossScaleOptimizer as LossScaleOptimizer
from cornu_optim.optimizers.multi import MultiOptimizer as MultiOptimizer
from cornu_optim.optimizers.multi import OptimizerMap as OptimizerMap
from cornu_optim.optimizers.muon import Muon as Muon
from cornu_optim.optimizers.nadam import Nadam as Nadam
from cornu_optim.optimizers.rmsprop import RMSprop as RMSprop
from cornu_optim.optimizers.schedule_free import ScheduleFreeAdamW as ScheduleFreeAdamW
from cornu_optim.optimizers.sgd import SGD as SGD
