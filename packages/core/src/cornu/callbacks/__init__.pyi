"""Written by `hatch run stubs`, for editors."""
# ruff: noqa
# fmt: off

from collections.abc import Mapping
from typing import Any

from cornu_optim.callbacks.backup import BackupAndRestore as BackupAndRestore
from cornu_optim.callbacks.base_logger import BaseLogger as BaseLogger
from cornu_optim.callbacks.csv_logger import CSVLogger as CSVLogger
from cornu.base.callback import Callback as Callback
from cornu.training.callback_list import CallbackList as CallbackList
from cornu_optim.callbacks.early_stopping import EarlyStopping as EarlyStopping
from cornu.training.history import History as History
from cornu_optim.callbacks.lambdas import LambdaCallback as LambdaCallback
from cornu_optim.callbacks.scheduler import LearningRateScheduler as LearningRateScheduler
from cornu_keras.showing.live import LivePlot as LivePlot
from cornu_optim.callbacks.checkpoint import ModelCheckpoint as ModelCheckpoint
from cornu_optim.callbacks.monitor import MonitorCallback as MonitorCallback
from cornu_optim.callbacks.orbax import OrbaxCheckpoint as OrbaxCheckpoint
from cornu_optim.callbacks.progbar_logger import ProgbarLogger as ProgbarLogger
from cornu_optim.callbacks.plateau import ReduceLROnPlateau as ReduceLROnPlateau
from cornu_optim.callbacks.remote import RemoteMonitor as RemoteMonitor
from cornu_optim.callbacks.swap_ema import SwapEMAWeights as SwapEMAWeights
from cornu_optim.callbacks.tensorboard import TensorBoard as TensorBoard
from cornu_optim.callbacks.terminate import TerminateOnNaN as TerminateOnNaN

from cornu.callbacks import callbacks as callbacks
from cornu.callbacks import tensorboard_v1 as tensorboard_v1
from cornu.callbacks import tensorboard_v2 as tensorboard_v2

def get(identifier: Any) -> Any: ...
def serialize(callback: Any) -> Any: ...
def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any: ...
