"""The hooks a plugin may implement. Each takes nothing and returns what the plugin offers.

An offer is a class or a function, known by its `__name__`, or a pair `(alias, object)` that
makes the object known under one more name. In place of an object stands a reference to it,
`"my_package.layers:Scale"`, if it shall be imported only when it is first used; names of classes
begin with a capital letter there. Otherwise import inside the hook, not at the top of the plugin
module: Cornu loads every plugin to ask one of them, and calls a hook only when that kind is needed.

Beside hooks, a plugin module may state what holds for all that it brings:

* `IN_KERAS = True`: Keras knows the classes by these names, so files call them as Keras does.
* `ANNOTATED = True`: what a file gives for an argument has to be what the constructor's annotation
  lets a user write.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from cornu.plugins import hookspec

Offer: TypeAlias = "type | Callable[..., Any] | str | tuple[str, type | Callable[..., Any] | str]"


@hookspec
def cornu_layers() -> Sequence[Offer]:  # type: ignore[empty-body]
    """Layer classes and their functional forms: `cornu.layers`."""


@hookspec
def cornu_optimizers() -> Sequence[Offer]:  # type: ignore[empty-body]
    """Optimizer and learning-rate schedule classes: `cornu.optimizers`."""


@hookspec
def cornu_losses() -> Sequence[Offer]:  # type: ignore[empty-body]
    """Loss classes, and loss functions `f(y_true, y_pred)`: `cornu.losses`."""


@hookspec
def cornu_metrics() -> Sequence[Offer]:  # type: ignore[empty-body]
    """Metric classes, and metric functions `f(y_true, y_pred)`: `cornu.metrics`."""


@hookspec
def cornu_activations() -> Sequence[Offer]:  # type: ignore[empty-body]
    """Activation functions `f(x)`: `cornu.activations`."""


@hookspec
def cornu_initializers() -> Sequence[Offer]:  # type: ignore[empty-body]
    """Initializer classes, or functions `f(shape, dtype=None)`: `cornu.initializers`."""


@hookspec
def cornu_regularizers() -> Sequence[Offer]:  # type: ignore[empty-body]
    """Regularizer classes, or functions `f(weight)`: `cornu.regularizers`."""


@hookspec
def cornu_constraints() -> Sequence[Offer]:  # type: ignore[empty-body]
    """Constraint classes, or functions `f(weight)`: `cornu.constraints`."""


@hookspec
def cornu_callbacks() -> Sequence[Offer]:  # type: ignore[empty-body]
    """Callback classes: `cornu.callbacks`."""


@hookspec
def cornu_objects() -> Sequence[Offer]:  # type: ignore[empty-body]
    """Classes and functions that files may name and that are none of the above."""


@hookspec
def cornu_file_formats() -> Sequence[Offer]:  # type: ignore[empty-body]
    """Subclasses of `cornu.saving.formats.FileFormat`: files that `save` and `load_model`
    take beside our own."""


@hookspec
def cornu_backends() -> Sequence[Offer]:  # type: ignore[empty-body]
    """Backend classes, known by their `name`: `cornu.set_backend`."""


@hookspec
def cornu_utilities() -> Sequence[Offer]:  # type: ignore[empty-body]
    """Utilities: functions, classes and, by reference, modules: `cornu.utils`."""


@hookspec
def cornu_exporters() -> Sequence[Offer]:  # type: ignore[empty-body]
    """Functions that write what a model computes, known by the format: `model.export`."""
