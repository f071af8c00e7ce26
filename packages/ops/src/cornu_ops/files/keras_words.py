"""Functions between the layers of a functional model, in Keras 3's words and back.

`x + y` is a `FunctionCall` here and a class `Add` there, which takes some of its arguments when it
is made and the rest when it is called.
"""

from __future__ import annotations

import inspect
import warnings
from typing import Any

from cornu_engine.config import image_data_format
from cornu_engine.errors import SavingError, UnknownNameError
from cornu_ops.files.function_names import public_function
from cornu_ops.files.operation_table import BY_CLASS, BY_FUNCTION, UNREADABLE, Row

_Entry = dict[str, Any]


def in_keras_words(config: Any) -> Any:
    """Return a model's configuration with its function calls as Keras 3 writes them.

    A call that Keras has no class for stays as it is; Cornu reads both.
    """
    if isinstance(config, (list, tuple)):
        return [in_keras_words(member) for member in config]
    if not isinstance(config, dict):
        return config
    if _is_call(config) and len(config.get("inbound_nodes", ())) == 1:
        return _written(config) or config
    return {key: in_keras_words(value) for key, value in config.items()}


def warn_of_calls(config: Any, stacklevel: int) -> None:
    """Warn of the function calls in a configuration that Keras has no class for."""
    names = list(dict.fromkeys(_calls(config)))
    if names:
        warnings.warn(
            f"Keras cannot read this model: it has no operation for "
            f"{', '.join(f'cornu.ops.{name}' for name in names)} called so between layers. Cornu "
            "reads it.",
            stacklevel=stacklevel + 1,
        )


def _calls(config: Any) -> list[str]:
    if isinstance(config, (list, tuple)):
        return [name for member in config for name in _calls(member)]
    if not isinstance(config, dict):
        return []
    if _is_call(config):
        return [config["config"]["function"]]
    return [name for value in config.values() for name in _calls(value)]


def _is_call(config: _Entry) -> bool:
    return config.get("class_name") == "FunctionCall" and config.get("module") == "cornu.ops"


def _written(entry: _Entry) -> _Entry | None:
    row = BY_FUNCTION.get(entry["config"]["function"])
    if row is None or row.class_name in UNREADABLE:
        return None
    signature = inspect.signature(public_function(entry["config"]["function"]))
    node = entry["inbound_nodes"][0]
    try:
        bound = signature.bind(*node["args"], **node["kwargs"])
    except TypeError:
        return None
    bound.apply_defaults()
    given = bound.arguments
    if row.function == "get_item" and isinstance(given["key"], list):
        return None  # x[[0, 1]], which Keras reads as x[0, 1]
    names = [name for name in row.arguments if name in given]
    made = {name: _as_lists(given.pop(name), arrays=True) for name in names}
    if "data_format" in made:  # which Keras' functions decide before they make the class
        made["data_format"] = made["data_format"] or image_data_format()
    args, kwargs = _values(row, given)
    unsaid = {name: p.default for name, p in signature.parameters.items() if name in given}
    if _holds_tensor(made) or any(given[name] not in (unsaid[name], {}) for name in given):
        return None
    return {
        **entry,
        "module": row.module,
        "class_name": row.class_name,
        "config": {**made, "name": entry["config"]["name"]},
        "registered_name": row.class_name,
        "inbound_nodes": [{"args": args, "kwargs": kwargs}],
    }


def _values(row: Row, given: _Entry) -> tuple[list[Any], _Entry]:
    """Take what the class is called on out of `given`, as positional and keyword arguments."""
    args: list[Any] = []
    kwargs: _Entry = {}
    for name in row.values:
        if name.startswith("**"):
            kwargs.update(given.pop(name[2:]))
        elif name.startswith("*"):
            args.extend(given.pop(name[1:]))
        else:
            value = _as_lists(given.pop(name))
            is_key = row.function == "get_item" and name == "key"
            args.append([value] if is_key and not isinstance(value, list) else value)
    return args, kwargs


def _holds_tensor(value: Any) -> bool:
    if isinstance(value, dict):
        return value.get("class_name") == "__keras_tensor__" or _holds_tensor(list(value.values()))
    return isinstance(value, (list, tuple)) and any(map(_holds_tensor, value))


def _as_lists(value: Any, arrays: bool = False) -> Any:
    """Return a value with its tuples as lists, and its arrays too, where Keras takes no others."""
    marker = value.get("class_name") if isinstance(value, dict) else None
    if marker == "__tuple__":
        value = value["config"]["items"]
    elif marker == "__numpy__" and arrays:
        value = value["config"]["value"]
    if isinstance(value, (list, tuple)):
        return [_as_lists(member, arrays) for member in value]
    return value


# Reading


def is_keras_operation(config: Any) -> bool:
    """Tell the configuration of an operation as Keras 3 writes it."""
    return isinstance(config, dict) and str(config.get("module")).startswith("keras.src.ops.")


def in_our_words(entry: _Entry) -> _Entry:
    """Return the configuration of an operation of Keras 3 as that of a `FunctionCall`.

    Raises
    ------
    UnknownNameError
        If Cornu has no such operation.
    """
    name, config = str(entry.get("class_name")), entry.get("config")
    row = BY_CLASS.get(name)
    if row is None:
        raise UnknownNameError(
            f"The file holds the operation {name!r} of Keras, which Cornu does not have."
        )
    if not isinstance(config, dict):
        raise SavingError(f"The configuration of {name!r} is a dict, not {config!r}.")
    arguments = {key: value for key, value in config.items() if key not in ("name", "dtype_policy")}
    return {
        **entry,
        "module": "cornu.ops",
        "class_name": "FunctionCall",
        "config": {"function": row.function, "name": config.get("name")},
        "registered_name": "FunctionCall",
        "inbound_nodes": [_read(row, arguments, n) for n in entry.get("inbound_nodes") or ()],
    }


def _read(row: Row, arguments: _Entry, node: Any) -> _Entry:
    """Return a call with its values by position, and of its arguments those that say something."""
    parameters = inspect.signature(public_function(row.function)).parameters
    args, given = list(node["args"]), {**arguments, **node["kwargs"]}
    rest: list[Any] = []
    for name in row.values:
        if name.startswith("*"):
            args, rest = [], args
        elif args:
            given[name] = args.pop(0)
    if args:
        raise SavingError(f"{row.class_name!r} is called on {len(args)} values too many.")
    if row.function == "get_item" and isinstance(given["key"], list):  # of x[:, 0], a tuple
        given["key"] = {"class_name": "__tuple__", "config": {"items": given["key"]}}
    for name in [name for name in given if name in parameters]:
        if type(given[name]) is type(parameters[name].default) is not dict and (
            given[name] == parameters[name].default
        ):
            del given[name]
    leading = []
    for name in parameters:
        if name not in given or not (rest or name in row.values):
            break
        leading.append(given.pop(name))
    return {"args": [*leading, *rest], "kwargs": given}
