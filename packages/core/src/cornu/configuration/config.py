"""Objects as configurations, and back.

A configuration is what JSON can hold. An object is `{"module", "class_name", "config",
"registered_name"}`, Keras 3's form; Keras 2's `{"class_name", "config"}` is read too. `known.py`
says which class or function a name stands for.
"""

from __future__ import annotations

import contextlib
import inspect
import types
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Any

import numpy as np

from cornu.configuration.annotated import check_arguments
from cornu.configuration.known import (
    find_class,
    find_function,
    is_offered,
    offered_function,
    operation_function,
    public_name,
    said_name,
    without_unknown,
)
from cornu.plugins.custom_objects import (
    CustomObjectScope,
    custom_objects_in_effect,
    get_registered_name,
)
from cornu_data.files.sharing import mark, marking, one_object_per_id, remember, shared
from cornu_engine.allowance import spend
from cornu_engine.depth import make_room
from cornu_engine.errors import CornuError, SavingError
from cornu_engine.variable import Variable

_WORK_OF_AN_OBJECT = 50  # in nodes
_PLAIN = (str, bool, int, float, type(None))

_collected: ContextVar[dict[str, Any] | None] = ContextVar("cornu_collected", default=None)


# Writing


def serialize(obj: Any) -> Any:
    """Return an object as a configuration.

    A function is written as its module and name, never as code. One without a name, such as a
    lambda, gets the names of its arguments as a placeholder.

    Raises
    ------
    SavingError
        For an object that is no function and has no `get_config`: no file could bring it back.

    Examples
    --------
    >>> serialize(lambda x, y: x)["config"]
    'lambda x, y'
    >>> serialize({"size": np.int64(3), "window": slice(1, None)})["size"]
    3
    """
    if isinstance(obj, (*_PLAIN, AtHand)):
        return obj
    if isinstance(obj, (list, tuple)):
        members = [serialize(x) for x in obj]
        return tuple(members) if isinstance(obj, tuple) else members
    if isinstance(obj, dict):
        return {str(key): serialize(value) for key, value in obj.items()}
    for kind, write in _MARKERS:
        if isinstance(obj, kind):
            return write(obj)
    if isinstance(obj, type):
        return np.dtype(obj).name if issubclass(obj, np.generic) else _function(obj)
    if hasattr(obj, "get_config"):
        return marking(_object, obj)
    if hasattr(obj, "_keras_history"):
        return _tensor(obj)
    if callable(obj):
        return _function(obj)
    raise SavingError(
        f"{obj!r} of type {type(obj).__name__} cannot be part of a configuration: it has no "
        "get_config()."
    )


def _object(obj: Any) -> dict[str, Any]:
    make_room()
    cls = type(obj)
    config = serialize(obj.get_config())
    if not isinstance(config, dict):
        raise SavingError(
            f"{cls.__name__}.get_config() must return a dict; it returned {type(config).__name__}."
        )
    module, name = public_name(cls)
    registered: str | None = None
    if module is None:
        module, registered = cls.__module__, get_registered_name(cls)
        _collect(registered, cls)
    else:
        config = without_unknown(cls, config)
        if module.startswith(("keras.src.", "cornu.")):  # no place that users import it from
            registered = name
    written = {
        "module": module,
        "class_name": name,
        "config": config,
        "registered_name": registered,
    }
    for key, method in (
        ("build_config", "get_build_config"),
        ("compile_config", "get_compile_config"),
    ):
        extra = getattr(obj, method, lambda: None)()
        if extra is not None:
            written[key] = serialize(extra)
    mark(obj, written)
    return written


def _function(function: Any) -> Any:
    function = getattr(function, "stands_for", function)
    ours = offered_function(function) or operation_function(function)
    if ours is not None:
        return function_config(*ours) if ours[0] else ours[1]
    name, registered = said_name(function), get_registered_name(function)
    if registered == name and is_offered(function):
        return name
    module = getattr(function, "__module__", None) or "builtins"
    if _collected.get() is not None:
        return function_config(module, _collect(registered, function))
    if registered != getattr(function, "__name__", type(function).__name__):
        return function_config(module, registered)
    qualified = getattr(function, "__qualname__", name) if name.isidentifier() else name
    return {**function_config(module, name), "registered_name": qualified}


def function_config(module: str, name: str) -> dict[str, Any]:
    """Return the configuration of a function of a module."""
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def _collect(name: str, obj: Any) -> str:
    collected = _collected.get()
    if collected is None:
        return name
    unique, count = name, 1
    while collected.get(unique, obj) is not obj:
        unique, count = f"{name}#{count}", count + 1
    collected[unique] = obj
    return unique


@contextlib.contextmanager
def collecting() -> Iterator[dict[str, Any]]:
    """Gather the custom classes and functions that configurations made inside refer to, lambdas
    included.

    For copies within one process, where every object is at hand and no file is written.
    """
    collected: dict[str, Any] = {}
    token = _collected.set(collected)
    try:
        yield collected
    finally:
        _collected.reset(token)


class AtHand(dict):
    """A description with the object itself beside it, for copies within one process."""

    def __init__(self, obj: Any, description: Any) -> None:
        said = isinstance(description, dict)
        super().__init__(description if said else function_config("builtins", description))
        self.object = obj


def _marked(name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": name, "config": config}


def _tensor(tensor: Any) -> dict[str, Any]:
    operation, node, index = tensor._keras_history
    history = [operation.name, node, index]
    return _marked(
        "__keras_tensor__", shape=tensor.shape, dtype=tensor.dtype, keras_history=history
    )


_MARKERS: tuple[tuple[Any, Any], ...] = (
    (np.generic, lambda x: x.item()),
    (np.dtype, lambda x: x.name),
    (
        np.ndarray,
        lambda x: (
            _marked("__numpy__", value=x.tolist(), dtype=x.dtype.name) if x.ndim else x.item()
        ),
    ),
    (Variable, lambda x: serialize(x.numpy())),
    (
        slice,
        lambda x: _marked(
            "__slice__", start=serialize(x.start), stop=serialize(x.stop), step=serialize(x.step)
        ),
    ),
    (types.EllipsisType, lambda x: _marked("__ellipsis__")),
    (bytes, lambda x: _marked("__bytes__", value=x.decode("utf-8"))),
)


# Reading


def deserialize(
    config: Any,
    custom_objects: Mapping[str, Any] | None = None,
    kind: str | None = None,
    safe_mode: bool = True,
) -> Any:
    """Return the object that a configuration describes.

    Parameters
    ----------
    config : anything that `serialize` returns
        Keras 2's form of objects is understood as well.
    custom_objects : dict, optional
        More names, with the classes and functions they stand for.
    kind : str, optional
        What is expected, as "layer", where the configuration does not say.
    safe_mode : bool
        Only True: a configuration never runs code here, so there is nothing to allow.

    Raises
    ------
    SavingError
        For code in a configuration, and for objects that cannot be made from theirs.
    UnknownNameError
        For names that nothing installed provides.

    Examples
    --------
    >>> deserialize({"class_name": "__slice__", "config": {"start": 1, "stop": None, "step": None}})
    slice(1, None, None)
    """
    if not safe_mode:
        raise SavingError(
            "safe_mode=False asks to run code from a file, which Cornu never does. Register the "
            "functions the file names with @cornu.utils.register_keras_serializable(), or pass "
            "them as custom_objects."
        )
    if custom_objects:
        with CustomObjectScope(custom_objects):
            return deserialize(config, kind=kind)
    if isinstance(config, AtHand):
        return config.object
    if isinstance(config, _PLAIN):
        return config
    if isinstance(config, (list, tuple)):
        return [deserialize(x) for x in config]
    if not isinstance(config, dict):
        return config
    if "class_name" not in config:
        return {key: deserialize(value) for key, value in config.items()}
    name, inner = config["class_name"], config.get("config")
    if name in _REVIVERS:
        return _REVIVERS[name](inner)
    if name == "function":
        return find_function(config, kind)
    if name in ("__lambda__", "__typespec__"):
        raise SavingError(
            f"The configuration holds {name}, which is code or data that cannot be made again "
            "without running code. "
            "Save the model with a named function that is registered, or pass it as custom_objects."
        )
    with one_object_per_id():
        made = shared(config)
        if made is None:
            made = _revived(find_class(config, kind), inner, config)
            remember(made, config)
    return made


def _revived(cls: Any, inner: Any, config: dict) -> Any:
    if not isinstance(cls, type):
        return cls  # a custom function under the name of a class
    spend(_WORK_OF_AN_OBJECT)
    make_room()
    if not isinstance(inner, (dict, list, type(None))):
        raise SavingError(f"The configuration of {cls.__name__} must be a dict, not {inner!r}.")
    if isinstance(inner, dict):
        check_arguments(cls, inner)
    try:
        obj = _from_config(cls, {} if inner is None else inner)
    except (CornuError, RecursionError):
        raise
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise SavingError(
            f"{cls.__name__} cannot be made from its configuration {inner!r}: {error}"
        ) from error
    build_config = config.get("build_config")
    if build_config and hasattr(obj, "build_from_config") and not getattr(obj, "built", True):
        obj.build_from_config(build_config)
    compile_config = config.get("compile_config")
    if compile_config and hasattr(obj, "compile_from_config"):
        obj.compile_from_config(compile_config)
    return obj


def _from_config(cls: type, config: Any) -> Any:
    if not hasattr(cls, "from_config"):
        return cls(**config)
    parameters = inspect.signature(cls.from_config).parameters
    if "custom_objects" in parameters:
        return cls.from_config(config, custom_objects=custom_objects_in_effect())
    return cls.from_config(config)


def _array(config: dict) -> np.ndarray:
    dtype = np.dtype(str(config["dtype"]))
    if dtype.kind not in "biufU" or dtype.itemsize > 8:
        raise SavingError(f"An array of dtype {str(dtype)!r} is not part of any configuration.")
    return np.array(config["value"], dtype=dtype if dtype.kind != "U" else None)


_REVIVERS = {
    "__numpy__": _array,
    "__tensor__": _array,
    "__slice__": lambda c: slice(c["start"], c["stop"], c["step"]),
    "__ellipsis__": lambda c: ...,
    "__bytes__": lambda c: c["value"].encode("utf-8"),
}
