"""Parameters beside those of the signature: which names there are, and where each one goes.

`model__units` goes to the function that makes the model, `optimizer__learning_rate` to the
optimizer, `fit__epochs` to `Model.fit`. A name without a prefix, as in Keras 2, goes wherever it is
an argument.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from cornu import Model
from cornu.plugins import registry
from cornu_data.constructors import signature_parameters
from cornu_engine.errors import MissingDistributionError, UnknownNameError, near_matches

PREFIXES = ("model", "fit", "predict", "compile", "optimizer", "loss", "metrics", "callbacks")
_NOT_OURS = {"self", "x", "y", "sample_weight", "kwargs"}
OLDER_MODEL = "build_fn"  # what Keras 2 called `model`
_OLDER = {"fit": {"nb_epoch"}, "optimizer": {"lr", "decay"}}


@lru_cache
def arguments_of(method: str) -> frozenset[str]:
    """Return the arguments of a method of `Model` that a parameter may set.

    Examples
    --------
    >>> {"epochs", "batch_size"} <= arguments_of("fit")
    True
    """
    arguments = inspect.signature(getattr(Model, method)).parameters
    return frozenset(({*arguments} - _NOT_OURS) | _OLDER.get(method, set()))


def own_names(estimator: Any) -> frozenset[str]:
    """Return the parameters in the signature of an estimator."""
    return frozenset(type(estimator)._get_param_names())


def all_names(estimator: Any) -> list[str]:
    """Return every parameter: of the signature, of a base class, or beside them."""
    return [name for name in vars(estimator) if name[0] != "_" and name[-1] != "_"]


def extra_names(estimator: Any) -> list[str]:
    """Return the parameters that were given beside those of the signature."""
    if not takes_any(type(estimator).__init__):  # of a subclass that names all it takes
        return []
    own = own_names(estimator)
    return [name for name in all_names(estimator) if name not in own]


def routed(estimator: Any, prefix: str) -> dict[str, Any]:
    """Return the parameters with this prefix, the prefix taken away."""
    start = f"{prefix}__"
    names = [name for name in all_names(estimator) if name.startswith(start)]
    return {name[len(start) :]: getattr(estimator, name) for name in names}


def arguments_for(estimator: Any, method: str) -> dict[str, Any]:
    """Return what the parameters say about the arguments of a method of `Model`."""
    known = arguments_of(method)
    plain = {name: getattr(estimator, name) for name in all_names(estimator) if name in known}
    if plain.pop("nb_epoch", None) is not None:
        plain["epochs"] = estimator.nb_epoch
    return {**plain, **routed(estimator, method)}


def is_set(estimator: Any, name: str) -> bool:
    """Tell whether a parameter has another value than the default of its signature."""
    value = getattr(estimator, name)
    for cls in type(estimator).__mro__:  # a base sets what a constructor before it did not take
        init = vars(cls).get("__init__")
        parameters = inspect.signature(init).parameters if init is not None else {}
        if name in parameters:
            default = parameters[name].default
            same = isinstance(value, type(default)) and value == default
            return value is not default and not same
    return True


# Functions that make models


def parameters_of(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Return the parameters of a function that can be given by name."""
    arguments = inspect.signature(function).parameters
    return {
        name: parameter
        for name, parameter in arguments.items()
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    }


def takes_any(function: Callable[..., Any]) -> bool:
    """Tell whether a function has `**kwargs`."""
    return any(p.kind is p.VAR_KEYWORD for p in inspect.signature(function).parameters.values())


# Names that are wrong


def check_names(estimator: Any, names: Iterable[str]) -> None:
    """Refuse names that go nowhere, as far as that can be known before there is data.

    Raises
    ------
    UnknownNameError
        With the names that were perhaps meant.
    """
    given = estimator._given_model()
    if not (given is None or callable(given)):
        return  # no model at all: `fit` will say so
    own = own_names(estimator)
    for name in names:
        prefix, _, rest = name.partition("__")
        if name in own or name == OLDER_MODEL:
            continue
        if not rest:
            _check_plain(estimator, given, name)
        elif prefix in PREFIXES:
            _check_routed(estimator, given, prefix, rest)
        else:
            hint = near_matches(prefix, PREFIXES) or f"Prefixes are {', '.join(PREFIXES)}."
            raise _unknown(estimator, name, hint)


def _check_plain(estimator: Any, given: Any, name: str) -> None:
    is_function = given is not None and not isinstance(given, Model)
    if is_function and takes_any(given):
        return
    of_function = list(parameters_of(given)) if is_function else []
    methods = [n for m in ("fit", "predict", "evaluate", "compile") for n in arguments_of(m)]
    candidates = [*own_names(estimator), OLDER_MODEL, *methods, *of_function]
    if name not in candidates:
        hint = near_matches(name, candidates)
        what = f" {_name_of(given)}() has {', '.join(of_function)}." if of_function else ""
        raise _unknown(estimator, name, hint or f"It is no argument of the model either.{what}")


def _check_routed(estimator: Any, given: Any, prefix: str, rest: str) -> None:
    if prefix == "model":
        _check_of_model(estimator, given, rest)
    elif prefix in ("fit", "predict", "compile"):
        if rest not in arguments_of(prefix):
            raise _unknown(estimator, f"{prefix}__{rest}", near_matches(rest, arguments_of(prefix)))
    elif prefix in ("optimizer", "loss"):
        known = _settings(prefix, getattr(estimator, prefix, None))
        if known and rest not in known:
            raise _unknown(estimator, f"{prefix}__{rest}", near_matches(rest, known))


def _check_of_model(estimator: Any, given: Any, rest: str) -> None:
    name = f"model__{rest}"
    if isinstance(given, Model):
        hint = "model is an object, which has none: pass a function that makes the model."
        raise _unknown(estimator, name, hint)
    function = estimator._default_model if given is None else given
    known = parameters_of(function)
    if rest not in known and not takes_any(function):
        what = f"{_name_of(function)}() has {', '.join(known) or 'no parameters'}."
        raise _unknown(estimator, name, near_matches(rest, known) or what)


def _settings(kind: str, given: Any) -> set[str]:
    """Return the parameters of the class of an optimizer or loss; empty where it is not known."""
    if isinstance(given, str):
        try:
            given = registry.lookup(kind, given)
        except (UnknownNameError, MissingDistributionError):
            return set()
    cls = given if isinstance(given, type) else type(given)
    if not hasattr(cls, "get_config"):
        return set()
    return {*signature_parameters(cls), *_OLDER.get(kind, set())}


def _name_of(function: Any) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _unknown(estimator: Any, name: str, hint: str) -> UnknownNameError:
    return UnknownNameError(f"{type(estimator).__name__} has no parameter {name!r}. {hint}".strip())
