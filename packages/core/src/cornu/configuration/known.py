"""Classes and functions by the names that files know them by, both ways.

They are found in the registry or among the custom objects, and nowhere else: a name in a file is
never imported.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from inspect import signature
from typing import Any

from cornu.plugins import registry
from cornu.plugins.custom_objects import custom_objects_in_effect
from cornu_engine.errors import MissingDistributionError, SavingError, UnknownNameError
from cornu_engine.files.rules import is_reading
from cornu_ops.files.function_names import function_name, public_function
from cornu_ops.files.operation_table import BY_FUNCTION

# Base class -> (kind in the registry, Keras' module).
_KINDS = {
    "Layer": ("layer", "keras.layers"),
    "LearningRateSchedule": ("optimizer", "keras.optimizers.schedules"),
    "Optimizer": ("optimizer", "keras.optimizers"),
    "Loss": ("loss", "keras.losses"),
    "Metric": ("metric", "keras.metrics"),
    "Initializer": ("initializer", "keras.initializers"),
    "Regularizer": ("regularizer", "keras.regularizers"),
    "Constraint": ("constraint", "keras.constraints"),
    "Callback": ("callback", "keras.callbacks"),
}
# Classes that are none of these, as the kind "object" brings them: Keras' module, where it is not
# `keras` itself.
_OBJECTS = {
    "FunctionCall": "cornu.ops",
    "Functional": "keras.src.models.functional",
    "SeedGenerator": "keras.random",
}
# A segment of a module's name -> kind.
_SEGMENTS = {
    "layers": "layer",
    "optimizers": "optimizer",
    "losses": "loss",
    "metrics": "metric",
    "initializers": "initializer",
    "regularizers": "regularizer",
    "constraints": "constraint",
    "activations": "activation",
    "callbacks": "callback",  # these touch files and networks: not from a file
}
_OPERATIONS = ("keras.ops", "keras.src.ops", "cornu.ops")  # where functions on tensors stand
_FUNCTION_KINDS = ("activation", "loss", "metric", "initializer", "regularizer", "constraint")


def public_name(cls: type) -> tuple[str | None, str]:
    """Return the module and name under which Keras knows a class; None as module, if it does not.

    A plugin states that Keras knows what it brings; a class says the name itself, where it is
    another: `keras_name = "Dense"`; one of the kind "object" also the module:
    `keras_module = "keras.src.applications.convnext"`.
    """
    cls = vars(cls).get("stands_for", cls)
    name = cls.__name__
    if name in _names_in_keras("object", cls):
        return vars(cls).get("keras_module", _OBJECTS.get(name, "keras")), name
    kinds = [_KINDS[base.__name__] for base in cls.__mro__ if base.__name__ in _KINDS]
    for kind, module in kinds or dict(_KINDS.values()).items():
        known = _names_in_keras(kind, cls)
        if known:
            name = name if name in known else known[0]
            return module, vars(cls).get("keras_name", name)
    return None, name


def _names_in_keras(kind: str, cls: type) -> list[str]:
    """Return the names of a class that plugins bring which go by Keras' names."""
    return [e.name for e in registry.names_of(kind, cls) if e.plugin.states("IN_KERAS")]


def without_unknown(cls: type, config: dict[str, Any]) -> dict[str, Any]:
    """Leave out arguments that Keras does not know, at the value at which they say nothing.

    A class says them itself: `not_in_keras = {"implementation": None}` beside what its bases say.
    """
    unsaid = {k: v for owner in cls.__mro__ for k, v in vars(owner).get("not_in_keras", {}).items()}
    return {k: v for k, v in config.items() if k not in unsaid or v is not unsaid[k]}


def offered_object(name: str, is_class: bool = True) -> Any:
    """Return the class or function that the kind "object" calls exactly so, or None.

    Examples
    --------
    >>> offered_object("Sequential"), offered_object("sequential")
    (<class 'cornu.models.sequential.Sequential'>, None)
    """
    known = (e for e in registry.entries("object") if e.name == name and e.is_class == is_class)
    return registry.meant("object", name, next((entry.object for entry in known), None))


def offered_function(function: Any) -> tuple[str, str] | None:
    """Return the module and name of a function of the kind "object", None for any other."""
    known = registry.names_of("object", function)
    return next(((entry.module, entry.name) for entry in known), None)


def operation_function(function: Any) -> tuple[str, str] | None:
    """Return the module and name under which Keras knows a function of `cornu.ops`.

    The module is empty where the name alone says it: an activation of that name does the same.
    None for any other function.

    Examples
    --------
    >>> from cornu import ops
    >>> operation_function(ops.tanh), operation_function(ops.sin), operation_function(len)
    (('', 'tanh'), ('keras.ops', 'sin'), None)
    """
    home, _, name = function_name(function).rpartition(".")
    if _operation(f"cornu.ops.{home}", name) is not function:
        return None
    activation = registry.find("activation", name)
    if activation is not None and not home and _alike(function, activation):
        return "", name
    return f"keras.ops.{home}".rstrip("."), name


def _alike(one: Any, two: Any) -> bool:
    """Tell whether two functions fill in the same for the arguments that both take."""
    left, right = signature(one).parameters, signature(two).parameters
    return all(left[key].default == right[key].default for key in left.keys() & right.keys())


def _operation(module: str, name: str) -> Any:
    """Return the operation that Keras has a class for, of a module and a name in a file."""
    if not module.startswith(_OPERATIONS):
        return None
    path = next((f"{s}.{name}" for s in module.split(".") if f"{s}.{name}" in BY_FUNCTION), name)
    return public_function(path) if path in BY_FUNCTION else None


def said_name(function: Any) -> str:
    """Return what files call a function: its name, or a placeholder where it has none.

    Examples
    --------
    >>> said_name(said_name), said_name(lambda x, *rest: x)
    ('said_name', 'lambda x, rest')
    """
    if isinstance(function, functools.partial):
        return f"partial({said_name(function.func)})"
    name = getattr(function, "__name__", type(function).__name__)
    return name if name != "<lambda>" else f"lambda {', '.join(signature(function).parameters)}"


def is_placeholder(name: str) -> bool:
    """Tell the placeholder of a function without a name."""
    return name.startswith(("lambda ", "partial("))


def is_own(config: dict[str, Any]) -> bool:
    """Tell whether a configuration names a function or class of the user's, by its module."""
    package = str(config.get("module") or "builtins").partition(".")[0]
    known = ("builtins", "keras", "tf_keras", "cornu", "tensorflow")
    return package not in known and not package.startswith("cornu_")


def is_offered(function: Any) -> bool:
    """Tell whether a plugin offers a function, so that its name alone brings it back."""
    return any(registry.names_of(kind, function) for kind in _FUNCTION_KINDS)


def find_class(config: dict, kind: str | None) -> Any:
    """Return the class of a configuration.

    Raises
    ------
    UnknownNameError
        If nothing installed provides it.
    """
    name, registered = str(config["class_name"]), config.get("registered_name")
    module = str(config.get("module") or "")
    custom = custom_objects_in_effect()
    for candidate in (registered, name, name.rpartition(">")[2]):
        if candidate in custom:
            return custom[candidate]
    of_no_kind = offered_object(name)
    if of_no_kind is not None:
        return of_no_kind
    short = name.rpartition(">")[2]
    kinds = [k for k in (kind, _said_kind(module)) if k] or list(_kinds_of_files())
    cls = _first_found(kinds, short, classes=True)
    if cls is not None:
        return cls
    failure = _failure(kinds[0], short) if len(kinds) == 1 else None
    what = kinds[0] if len(kinds) == 1 or kind else "class"
    raise UnknownNameError(
        f"There is no {what} {name!r} here. {failure or ''} If it is your own, decorate it with "
        "@cornu.utils.register_keras_serializable(), or pass "
        f"custom_objects={{{short!r}: {short}}}."
    ) from failure


def _kinds_of_files() -> Iterable[str]:
    return (k for k in dict.fromkeys(_SEGMENTS.values()) if k != "callback" or not is_reading())


def _said_kind(module: Any) -> str | None:
    """Return the kind that a module's name speaks of, as "layer" for `keras.layers`."""
    said = next((_SEGMENTS[s] for s in reversed(str(module).split(".")) if s in _SEGMENTS), None)
    return said if said in set(_kinds_of_files()) else None


def find_function(config: dict, kind: str | None) -> Any:
    """Return the function of a configuration.

    Raises
    ------
    SavingError
        If the configuration names none.
    UnknownNameError
        If nothing installed provides it.
    """
    inner, registered = config.get("config"), config.get("registered_name")
    if not isinstance(inner, str):
        raise SavingError(f"The configuration of a function names it; this one holds {inner!r}.")
    name = inner if registered in (None, "", "function") else str(registered)
    custom = custom_objects_in_effect()
    for candidate in (f"{config.get('module')}.{name}", name, inner):
        if candidate in custom:
            return custom[candidate]
    of_no_kind = offered_object(name, is_class=False)
    if of_no_kind is not None:
        return of_no_kind
    operation = _operation(str(config.get("module")), inner)
    if operation is not None:
        return operation
    if not is_own(config):  # a user's `relu` is not ours
        said = _said_kind(config.get("module"))
        function = _first_found([k for k in (kind, said) if k] or list(_FUNCTION_KINDS), name)
        if function is not None:
            return function
    packaged = [obj for key, obj in custom.items() if key.endswith(f">{inner}")]
    if ">" not in inner and len(packaged) == 1:  # registered since; and Keras 3.6 left out packages
        return packaged[0]
    raise UnknownNameError(f"There is no function {inner!r} here. {how_to_give([inner])}")


def how_to_give(names: Iterable[str]) -> str:
    """Return how a user makes names known to a file that wants them."""
    shown = ", ".join(f"{n!r}: {n if n.isidentifier() else 'the function'}" for n in names)
    return (
        "A file holds names, never code: decorate your own with "
        f"@cornu.utils.register_keras_serializable(), or pass custom_objects={{{shown}}}."
    )


def _first_found(kinds: Iterable[str], name: str, classes: bool = False) -> Any:
    """Return what the first of the kinds to know a name calls so.

    With `classes`, functions are passed over: the class "Linear" is not the activation `linear`.
    """
    objects = (registry.find(kind, name) for kind in kinds)
    return next(
        (x for x in objects if x is not None and (isinstance(x, type) or not classes)), None
    )


def _failure(kind: str, name: str) -> Exception | None:
    """Return why a name stands for nothing."""
    try:
        registry.lookup(kind, name)
    except (UnknownNameError, MissingDistributionError) as error:
        return error
    return None
