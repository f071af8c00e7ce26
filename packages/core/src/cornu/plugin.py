"""What core itself brings: the base classes, and what models are made of before any layer.

Core comes in by the same hooks as everyone else, so `from cornu.layers import Layer, Input` works
whatever else is installed, and the names in saved models resolve.
"""

from __future__ import annotations

from typing import Any

from cornu.plugins import hookimpl
from cornu.plugins.hookspecs import Offer
from cornu.plugins.registry import reads_configurations


@reads_configurations
def read(config: Any, kind: str) -> Any:
    """Return the object of a configuration."""
    from cornu.configuration.config import deserialize

    return deserialize(config, kind=kind)


@hookimpl
def cornu_layers() -> list[Offer]:
    """The base class, and what stands for a model's input."""
    from cornu.base import InputSpec, Layer
    from cornu.models.input_layer import Input, InputLayer

    return [Input, InputLayer, InputSpec, Layer]


@hookimpl
def cornu_optimizers() -> list[Offer]:
    """The base classes of optimizers and of schedules."""
    from cornu.base import Optimizer
    from cornu.base.schedule import LearningRateSchedule

    return [LearningRateSchedule, Optimizer]


@hookimpl
def cornu_losses() -> list[Offer]:
    """The base class."""
    from cornu.base import Loss

    return [Loss]


@hookimpl
def cornu_metrics() -> list[Offer]:
    """The base class, and the mean that training itself keeps."""
    from cornu.base.metric import Mean, MeanMetricWrapper, Metric

    return [Mean, MeanMetricWrapper, Metric]


@hookimpl
def cornu_initializers() -> list[Offer]:
    """The base class."""
    from cornu.base import Initializer

    return [Initializer]


@hookimpl
def cornu_regularizers() -> list[Offer]:
    """The base class."""
    from cornu.base import Regularizer

    return [Regularizer]


@hookimpl
def cornu_constraints() -> list[Offer]:
    """The base class."""
    from cornu.base import Constraint

    return [Constraint]


@hookimpl
def cornu_callbacks() -> list[Offer]:
    """The base class, and the callbacks that every training has."""
    from cornu.base import Callback
    from cornu.training.callback_list import CallbackList
    from cornu.training.history import History
    from cornu.training.progbar_logger import ProgbarLogger

    return [Callback, CallbackList, History, ProgbarLogger]


@hookimpl
def cornu_objects() -> list[Offer]:
    """Models, and what layers are described by."""
    return [
        "cornu.base.layer.dtype_policy:DTypePolicy",
        "cornu.base.layer.input_spec:InputSpec",
        "cornu.base.layer.operation:FunctionCall",
        "cornu.models.model:Functional",
        "cornu.models.model:Model",
        "cornu.models.sequential:Sequential",
        "cornu_engine.seed:SeedGenerator",
    ]


@hookimpl
def cornu_backends() -> list[Offer]:
    """The one that needs nothing else."""
    return [("reference", "cornu_engine.reference_backend:ReferenceBackend")]
