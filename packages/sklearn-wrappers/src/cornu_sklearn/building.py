"""From the parameters of an estimator to a compiled model of its own."""

from __future__ import annotations

import copy
import inspect
from typing import Any

import numpy as np

from cornu import Model
from cornu_engine.errors import UnknownNameError, near_matches
from cornu_sklearn import parameters, parts
from cornu_sklearn.targets import Target

_OPTIMIZER = "rmsprop"  # Keras' own default


def build(estimator: Any, X: np.ndarray, y: np.ndarray, meta: dict[str, Any]) -> Model:
    """Return a model that belongs to this fit alone: made by the function, or a copy.

    Parameters
    ----------
    estimator : BaseWrapper
    X, y : numpy.ndarray
        For functions that ask for them.
    meta : dict
        What is known of the data.

    Raises
    ------
    TypeError
        If `model` is nothing that a model can come from, or lacks an argument.
    """
    given = estimator._given_model()
    if isinstance(given, Model):
        return copy.deepcopy(given)
    function = estimator._default_model if given is None else given
    if not callable(function):
        raise TypeError(
            f"model={given!r} is no model: pass a function that returns one, a Model, or None for "
            "a network sized from the data."
        )
    model = function(**_arguments(estimator, function, X, y, meta))
    if not isinstance(model, Model):
        what = "None" if model is None else f"a {type(model).__name__}"
        raise TypeError(
            f"{_name_of(function)}() returned {what}, not a model: end it with `return model`."
        )
    return model


def _arguments(
    estimator: Any, function: Any, X: np.ndarray, y: np.ndarray, meta: dict[str, Any]
) -> dict[str, Any]:
    """Return the arguments of a function, each from where its name says."""
    names = parameters.all_names(estimator)
    given = parameters.routed(estimator, "model")
    given = {**(getattr(estimator, "model_kwargs", None) or {}), **given}
    special = {
        "X": lambda: X,
        "y": lambda: meta["target_encoder_"].for_function(y),
        "meta": lambda: meta,
        "params": estimator.get_params,
        "compile_kwargs": lambda: compile_arguments(estimator),
    }
    known = parameters.parameters_of(function)
    arguments: dict[str, Any] = {}
    missing = []
    for name in given:
        if name not in known and not parameters.takes_any(function):
            hint = near_matches(name, known) or f"It has {', '.join(known) or 'none'}."
            raise UnknownNameError(f"{_name_of(function)}() has no argument {name!r}. {hint}")
    for name, parameter in known.items():
        required = parameter.default is inspect.Parameter.empty
        if name in given:
            arguments[name] = given[name]
        elif name in names and name != "model" and parameters.is_set(estimator, name):
            arguments[name] = getattr(estimator, name)
        elif name in special:
            arguments[name] = special[name]()
        elif name in meta:
            arguments[name] = meta[name]
        elif required and name in names:
            value = getattr(estimator, name)
            arguments[name] = _OPTIMIZER if name == "optimizer" and value is None else value
        elif required:
            missing.append(name)
    if missing:
        raise TypeError(
            f"{_name_of(function)}() needs {', '.join(missing)}: give {type(estimator).__name__} "
            f"model__{missing[0]}=..., or {missing[0]} a default."
        )
    if parameters.takes_any(function):
        extra = parameters.extra_names(estimator)
        plain = {n: getattr(estimator, n) for n in extra if "__" not in n and not _is_taken(n)}
        arguments = {**plain, **given, **arguments}
    return arguments


def _name_of(function: Any) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _is_taken(name: str) -> bool:
    """Tell whether a plain name is another of `model`, or an argument of a method of `Model`."""
    methods = ("fit", "predict", "compile")
    return name == parameters.OLDER_MODEL or any(
        name in parameters.arguments_of(method) for method in methods
    )


def compile_arguments(estimator: Any) -> dict[str, Any]:
    """Return what the parameters say about `Model.compile`, objects made anew.

    Names that keep their default are left out, but for the optimizer.
    """
    arguments = parameters.arguments_for(estimator, "compile")
    names = parameters.all_names(estimator)
    unset = {n for n in arguments if n in names and not parameters.is_set(estimator, n)}
    routed = parameters.routed(estimator, "compile")
    arguments = {
        name: value for name, value in arguments.items() if name not in unset or name in routed
    }
    optimizer = arguments.get("optimizer", _OPTIMIZER)
    settings = parameters.routed(estimator, "optimizer")
    arguments["optimizer"] = parts.make("optimizer", optimizer, settings)
    if "loss" in arguments:
        arguments["loss"] = parts.make(
            "loss", arguments["loss"], parameters.routed(estimator, "loss")
        )
    if "metrics" in arguments:
        settings = parameters.routed(estimator, "metrics")
        arguments["metrics"] = parts.make_all("metric", arguments["metrics"], settings)
    return arguments


def compile_model(estimator: Any, model: Model, target: Target, units: int) -> None:
    """Compile a model as the parameters say, where it is not compiled or they say otherwise.

    What the function that made the model took as an argument (`optimizer`, in many recipes) is left
    to it; an optimizer's settings (`optimizer__learning_rate`) always count.
    """
    function = estimator._given_model()
    taken = set()
    if callable(function) and not isinstance(function, Model):
        taken = set(parameters.parameters_of(function))
        if "compile_kwargs" in taken:
            taken |= parameters.arguments_of("compile")
    arguments = compile_arguments(estimator)
    knows_loss = model.loss is not None or type(model).train_step is not Model.train_step
    if not (model.compiled and knows_loss and model.optimizer is not None):
        if "loss" not in arguments:
            arguments["loss"] = model.loss or target.default_loss(units)
        model.compile(**arguments)
        return
    settings = parameters.routed(estimator, "optimizer")
    is_given = _given(estimator, "optimizer") and "optimizer" not in taken
    if not is_given:
        arguments["optimizer"] = parts.make("optimizer", model.optimizer, settings)
    changes = {name for name in arguments if name not in taken and name != "optimizer"}
    if not changes and not settings and not is_given:
        return
    before = model._compiled.arguments if model._compiled is not None else {}
    kept = {name: value for name, value in before.items() if name != "optimizer"}
    new = {name: value for name, value in arguments.items() if name in changes}
    model.compile(**{**kept, **new, "optimizer": arguments["optimizer"]})


def _given(estimator: Any, name: str) -> bool:
    names = parameters.all_names(estimator)
    return f"compile__{name}" in names or (name in names and parameters.is_set(estimator, name))


def ends(model: Model, inputs: Any) -> tuple[Any, str]:
    """Return the shape of a model's output and the name of its last layer; build it if need be.

    Parameters
    ----------
    model : Model
    inputs : array, or list or dict of them
        One row.
    """
    if model.built and getattr(model, "_graph", None) is not None:
        return model.output_shape, model.layers[-1].name
    output = model(inputs)
    last = model.layers[-1].name if model.layers else model.name
    if isinstance(output, dict):
        return {name: np.shape(part) for name, part in output.items()}, last
    if isinstance(output, (list, tuple)):
        return [np.shape(part) for part in output], last
    return (None, *np.shape(output)[1:]), last


def last_units(model: Model) -> int | None:
    """Return how many numbers a model puts out for a row, None where that is not known."""
    layers = model.layers
    if model.built and getattr(model, "_graph", None) is not None:
        shape = model.output_shape
        return shape[-1] if isinstance(shape, tuple) and isinstance(shape[-1], int) else None
    units = getattr(layers[-1], "units", None) if layers else None
    return units if isinstance(units, int) else None
