"""Callbacks."""

from cornu.base import Callback
from cornu_optim.callbacks.backup import BackupAndRestore
from cornu_optim.callbacks.base_logger import BaseLogger
from cornu_optim.callbacks.checkpoint import ModelCheckpoint
from cornu_optim.callbacks.csv_logger import CSVLogger
from cornu_optim.callbacks.early_stopping import EarlyStopping
from cornu_optim.callbacks.lambdas import LambdaCallback
from cornu_optim.callbacks.monitor import MonitorCallback
from cornu_optim.callbacks.plateau import ReduceLROnPlateau
from cornu_optim.callbacks.remote import RemoteMonitor
from cornu_optim.callbacks.scheduler import LearningRateScheduler
from cornu_optim.callbacks.swap_ema import SwapEMAWeights
from cornu_optim.callbacks.tensorboard import TensorBoard
from cornu_optim.callbacks.terminate import TerminateOnNaN

__all__ = [
    "BackupAndRestore",
    "BaseLogger",
    "CSVLogger",
    "Callback",
    "EarlyStopping",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "MonitorCallback",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
]
