"""`keras.utils.generic_utils`: custom objects, configurations, lists, signatures."""

from __future__ import annotations

import base64
import inspect
import marshal
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from cornu.plugins.custom_objects import (
    CustomObjectScope,
    custom_object_scope,
    custom_objects_in_effect,
    get_custom_objects,
)
from cornu_engine.errors import BadFileError, near_matches

__all__ = [
    "CustomObjectScope",
    "Progbar",  # noqa: F822 - see `__getattr__`
    "check_for_unexpected_keys",
    "custom_object_scope",
    "deserialize_keras_object",
    "func_dump",
    "func_load",
    "get_custom_objects",
    "getargspec",
    "has_arg",
    "is_all_none",
    "object_list_uid",
    "serialize_keras_object",
    "slice_arrays",
    "to_list",
    "transpose_shape",
    "unpack_singleton",
]


def __getattr__(name: str) -> Any:
    if name == "Progbar":  # it comes with cornu-optim
        from cornu.utils import Progbar

        return Progbar
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# Objects as configurations


def serialize_keras_object(instance: Any) -> Any:
    """Return an object as its class' name and its configuration, a function as its name.

    Examples
    --------
    >>> import cornu
    >>> serialize_keras_object(cornu.constraints.NonNeg())
    {'class_name': 'NonNeg', 'config': {}}
    """
    if instance is None:
        return None
    if hasattr(instance, "get_config"):
        return {"class_name": type(instance).__name__, "config": instance.get_config()}
    if hasattr(instance, "__name__"):
        return instance.__name__
    raise ValueError(f"Cannot serialize {instance!r}: it has neither get_config() nor a name.")


def deserialize_keras_object(
    identifier: Any,
    module_objects: Mapping[str, Any] | None = None,
    custom_objects: Mapping[str, Any] | None = None,
    printable_module_name: str = "object",
) -> Any:
    """Return the object of a configuration, or the function of a name.

    Parameters
    ----------
    identifier : dict, str or None
    module_objects : dict, optional
        What a name may mean.
    custom_objects : dict, optional
        What it means before that.
    printable_module_name : str
        For the message.

    Examples
    --------
    >>> deserialize_keras_object("half", {"half": lambda x: x / 2})(4)
    2.0
    """
    if identifier is None:
        return None
    known = {**(module_objects or {}), **custom_objects_in_effect(), **(custom_objects or {})}
    if isinstance(identifier, str):
        return _known(identifier, known, printable_module_name)
    if not isinstance(identifier, dict):
        raise ValueError(f"Could not interpret serialized {printable_module_name}: {identifier!r}.")
    if not {"class_name", "config"} <= identifier.keys():
        raise ValueError(f"Improper config format: {identifier!r}.")
    cls = _known(identifier["class_name"], known, printable_module_name)
    config = identifier["config"]
    with CustomObjectScope(custom_objects or {}):
        if not hasattr(cls, "from_config"):
            return cls(**config)
        if has_arg(cls.from_config, "custom_objects"):
            everything = {**custom_objects_in_effect(), **(custom_objects or {})}
            return cls.from_config(config, custom_objects=everything)
        return cls.from_config(config)


def _known(name: str, known: Mapping[str, Any], kind: str) -> Any:
    if known.get(name) is None:
        raise ValueError(f"Unknown {kind}: {name}. {near_matches(name, list(known))}".rstrip())
    return known[name]


# Functions


def func_dump(func: Callable[..., Any]) -> tuple[str, Any, Any]:
    """Return a function's code as text, its defaults, and the values it closes over."""
    code = base64.encodebytes(marshal.dumps(func.__code__)).decode("ascii")
    cells = func.__closure__
    return code, func.__defaults__, tuple(c.cell_contents for c in cells) if cells else None


def func_load(code: Any, defaults: Any = None, closure: Any = None, globs: Any = None) -> Any:
    """Refuse: what a file or a text holds as code is never run.

    Raises
    ------
    BadFileError
        Always.
    """
    raise BadFileError(
        "func_load() makes a function of code that came as data, which Cornu never runs. Define "
        "the function in your script; for a model in a file, pass "
        'load_model(path, custom_objects={"name of the function or of its Lambda layer": '
        "function}).",
        "code",
    )


class ArgSpec(NamedTuple):
    """What `getargspec` returns."""

    args: list[str]
    varargs: str | None
    keywords: str | None
    defaults: tuple[Any, ...] | None


def getargspec(fn: Callable[..., Any]) -> ArgSpec:
    """Return the arguments of a function.

    Examples
    --------
    >>> getargspec(lambda x, y=1, **more: x)
    ArgSpec(args=['x', 'y'], varargs=None, keywords='more', defaults=(1,))
    """
    spec = inspect.getfullargspec(fn)
    return ArgSpec(spec.args, spec.varargs, spec.varkw, spec.defaults)


def has_arg(fn: Callable[..., Any], name: str, accept_all: bool = False) -> bool:
    """Tell whether a callable takes an argument by name; with `accept_all`, `**kwargs` takes any.

    Examples
    --------
    >>> has_arg(lambda x, **kwargs: x, "y"), has_arg(lambda x, **kwargs: x, "y", True)
    (False, True)
    """
    parameters = inspect.signature(fn).parameters
    if name in parameters:
        return parameters[name].kind in (
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            inspect.Parameter.KEYWORD_ONLY,
        )
    return accept_all and any(p.kind is p.VAR_KEYWORD for p in parameters.values())


# Lists


def to_list(x: Any, allow_tuple: bool = False) -> list[Any]:
    """Return a list as it is, anything else as the only member of one.

    Examples
    --------
    >>> to_list(1), to_list((1, 2)), to_list((1, 2), allow_tuple=True)
    ([1], [(1, 2)], [1, 2])
    """
    if isinstance(x, list):
        return x
    return list(x) if allow_tuple and isinstance(x, tuple) else [x]


def unpack_singleton(x: Any) -> Any:
    """Return the only member of a sequence, or the sequence where it has several.

    Examples
    --------
    >>> unpack_singleton([1]), unpack_singleton([1, 2])
    (1, [1, 2])
    """
    return x[0] if len(x) == 1 else x


def object_list_uid(object_list: Any) -> str:
    """Return a text that tells lists of objects apart."""
    return ", ".join(str(abs(id(x))) for x in to_list(object_list))


def is_all_none(iterable_or_element: Any) -> bool:
    """Tell whether there is nothing but None.

    Examples
    --------
    >>> is_all_none([None, None]), is_all_none((None, 1))
    (True, False)
    """
    return all(x is None for x in to_list(iterable_or_element, allow_tuple=True))


def slice_arrays(arrays: Any, start: Any = None, stop: Any = None) -> Any:
    """Return rows of an array, or of each array of a list: from `start` to `stop`, or those that
    `start` lists.

    Examples
    --------
    >>> import numpy as np
    >>> slice_arrays([np.arange(4), None], 1, 3)
    [array([1, 2]), None]
    >>> slice_arrays(np.arange(4), [0, 3])
    array([0, 3])
    """
    if arrays is None:
        return [None]
    rows = start.tolist() if hasattr(start, "shape") else start
    key = rows if hasattr(rows, "__len__") else slice(start, stop)
    if isinstance(arrays, list):
        return [None if x is None else x[key] for x in arrays]
    return arrays[key]


# Shapes and dicts


def transpose_shape(shape: Any, target_format: str, spatial_axes: Iterable[int]) -> Any:
    """Return a shape whose channels are last with its channels where a format has them.

    Examples
    --------
    >>> transpose_shape((16, 128, 64, 3), "channels_first", spatial_axes=(1, 2))
    (16, 3, 128, 64)
    """
    if target_format == "channels_last":
        return shape
    if target_format != "channels_first":
        raise ValueError(
            'The `data_format` argument must be one of "channels_first", "channels_last". '
            f"Received: {target_format!r}."
        )
    axes = list(spatial_axes)
    moved = [*shape[: axes[0]], shape[-1], *(shape[axis] for axis in axes)]
    return moved if isinstance(shape, list) else tuple(moved)


def check_for_unexpected_keys(
    name: str, input_dict: Mapping[str, Any], expected_values: Iterable[str]
) -> None:
    """Raise ValueError for keys that are not expected.

    Examples
    --------
    >>> check_for_unexpected_keys("loss", {"a": "mse"}, ["a", "b"])
    """
    expected = list(expected_values)
    unknown = [key for key in input_dict if key not in expected]
    if unknown:
        raise ValueError(
            f"Unknown entries in {name} dictionary: {unknown}. Only expected following keys: "
            f"{expected}"
        )
