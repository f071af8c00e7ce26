"""What core itself brings: the base classes, and what models are made of before any layer.

Core comes in by the same hooks as everyone else, so `from cornu.layers import Layer, Input` works
whatever else is installed, and the names in saved models resolve.
"""

from __future__ import annotations

from typing import Any

from cornu.plugins import hookimpl
from cornu.plugins.hookspecs import Offer
from cornu.plugins.registry import reads_configurations

IN_KERAS = ANNOTATED = True  # what it brings goes by Keras' names, and takes what it says


@reads_configurations
def read(config: Any, kind: str) -> Any:
    """Return the object of a configuration."""
    from cornu.configuration.config import deserialize

    return deserialize(config, kind=kind)


@hookimpl
def cornu_layers() -> list[Offer]:
    """The base class, and what stands for a model's input."""
    return [
        "cornu_data.input_spec:InputSpec",
        "cornu.base.layer.layer:Layer",
        "cornu.models.input_layer:Input",
        "cornu.models.input_layer:InputLayer",
    ]


@hookimpl
def cornu_optimizers() -> list[Offer]:
    """The base classes of optimizers and of schedules."""
    return ["cornu.base.optimizer:Optimizer", "cornu.base.schedule:LearningRateSchedule"]


@hookimpl
def cornu_losses() -> list[Offer]:
    """The base class."""
    return ["cornu.base.loss:Loss"]


@hookimpl
def cornu_metrics() -> list[Offer]:
    """The base class, and the mean that training itself keeps."""
    return [f"cornu.base.metric:{name}" for name in ("Mean", "MeanMetricWrapper", "Metric")]


@hookimpl
def cornu_initializers() -> list[Offer]:
    """The base class."""
    return ["cornu.base.initializer:Initializer"]


@hookimpl
def cornu_regularizers() -> list[Offer]:
    """The base class."""
    return ["cornu.base.regularizer:Regularizer"]


@hookimpl
def cornu_constraints() -> list[Offer]:
    """The base class."""
    return ["cornu.base.constraint:Constraint"]


@hookimpl
def cornu_callbacks() -> list[Offer]:
    """The base class, and the callbacks that every training has."""
    return [
        "cornu.base.callback:Callback",
        "cornu.training.callback_list:CallbackList",
        "cornu.training.history:History",
    ]


@hookimpl
def cornu_objects() -> list[Offer]:
    """Models, and what layers are described by."""
    return [
        "cornu.base.layer.dtype_policy:DTypePolicy",
        "cornu_data.input_spec:InputSpec",
        "cornu.base.layer.operation:FunctionCall",
        "cornu.models.model:Functional",
        "cornu.models.model:Model",
        "cornu.models.sequential:Sequential",
        "cornu_ops.random.seed:SeedGenerator",
    ]


@hookimpl
def cornu_backends() -> list[Offer]:
    """The one that needs nothing else."""
    return [("reference", "cornu_engine.reference_backend:ReferenceBackend")]
