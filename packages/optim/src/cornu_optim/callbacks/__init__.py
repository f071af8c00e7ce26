"""Callbacks."""

from cornu.base import Callback
from cornu_optim.callbacks.checkpoint import ModelCheckpoint
from cornu_optim.callbacks.csv_logger import CSVLogger
from cornu_optim.callbacks.early_stopping import EarlyStopping
from cornu_optim.callbacks.lambdas import LambdaCallback
from cornu_optim.callbacks.monitor import MonitorCallback
from cornu_optim.callbacks.plateau import ReduceLROnPlateau
from cornu_optim.callbacks.scheduler import LearningRateScheduler
from cornu_optim.callbacks.terminate import TerminateOnNaN

__all__ = [
    "CSVLogger",
    "Callback",
    "EarlyStopping",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "MonitorCallback",
    "ReduceLROnPlateau",
    "TerminateOnNaN",
]
