"""Models that learn from models: `keras.distillation`."""

from cornu_optim.distillation.distiller import Distiller
from cornu_optim.distillation.losses import (
    DistillationLoss,
    FeatureDistillation,
    LogitsDistillation,
)

__all__ = ["DistillationLoss", "Distiller", "FeatureDistillation", "LogitsDistillation"]
