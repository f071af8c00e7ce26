"""Names in a configuration that a file brings, each checked before anything is made of it."""

from __future__ import annotations

import re
from typing import Any

from cornu_engine.errors import BadFileError
from cornu_engine.files.jsontext import read_json, write_json
from cornu_engine.files.names import STEERS, check_name, shown, unreadable
from cornu_engine.files.rules import Limits

# Where names stand in a configuration: key -> what is called so.
_NAMED = {
    "class_name": "class",
    "dtype": "dtype",
    "name": "object",
    "registered_name": "class",
    "module": "module",
}
# Members that consist of names and numbers, but for the configurations of objects in them.
_OF_NAMES = frozenset(
    "compile_config loss loss_weights metrics weighted_metrics optimizer_config "
    "input_layers output_layers inbound_nodes input_names output_names".split()
)
_DTYPE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")  # no `S100`, `V8` or `M8[s]`, which NumPy knows
_NUMPY_CODE = re.compile(r"[A-Z][0-9]*|[a-z][0-9]+")
_OPERATIONS = ("keras.src.ops", "cornu.ops")  # modules of functions between layers


def check_names(config: Any, key: str = "") -> None:
    """Check every name in a configuration, before anything is made of it.

    Parameters
    ----------
    config : what a JSON text holds
    key : str
        What the configuration is, as "compile_config".

    Raises
    ------
    BadFileError
        For what is no name, and for functions that would compute something while the model is being
        made.
    """
    _check(config, key, key in _OF_NAMES)


def config_text(config: Any, key: str = "", **kwargs: Any) -> str:
    r"""Return a configuration as JSON for a file, if the file could be read again.

    Parameters
    ----------
    config : what a JSON text holds
    key : str
        As in `check_names`.
    **kwargs
        For `json.dumps`.

    Raises
    ------
    SavingError
        For what the reader refuses.

    Examples
    --------
    >>> config_text({"name": "a\nb"})
    Traceback (most recent call last):
    cornu_engine.errors.SavingError: The file could not be read again: 'a\nb' is no name of an
    object. A name is one line of text, without a backslash, and no path.
    """
    text = write_json(config, **kwargs)
    try:
        check_names(read_json(text, Limits(), "The configuration"), key)
    except BadFileError as error:
        raise unreadable(error) from None
    return text


def _check(value: Any, key: str, all_names: bool) -> None:
    if isinstance(value, str):
        if all_names and value:
            check_name(value, "object")
    elif isinstance(value, (list, tuple)):
        for member in value:
            _check(member, key, all_names)
    elif isinstance(value, dict):
        is_object = "class_name" in value
        if is_object:
            _check_object(value)
        for inner, member in value.items():
            if STEERS.search(str(inner)):
                raise BadFileError(f"{shown(inner)} is no key of a configuration.", "names")
            if all_names and not is_object:
                check_name(inner, "key")
            if inner in _NAMED and isinstance(member, str) and member:
                _check_named(inner, member)
            else:
                _check(member, inner, inner in _OF_NAMES or (all_names and inner != "config"))


def _check_named(key: str, name: str) -> None:
    check_name(name, _NAMED[key])
    if key == "dtype" and (not _DTYPE.fullmatch(name) or _NUMPY_CODE.fullmatch(name)):
        raise BadFileError(f"{name!r} is no dtype; write its name, such as 'float32'.", "names")


def _check_object(config: dict[str, Any]) -> None:
    name = config["class_name"]
    if name == "function" and isinstance(config.get("config"), str):
        check_name(config["config"], "function")
    if str(config.get("module")).startswith(_OPERATIONS):
        for node in config.get("inbound_nodes") or ():
            if not _holds_a_tensor(node):  # it would be computed here and now
                raise BadFileError(f"{shown(name)} is called on no tensor.", "config")


def _holds_a_tensor(value: Any) -> bool:
    if isinstance(value, dict):
        return value.get("class_name") == "__keras_tensor__" or _holds_a_tensor(
            list(value.values())
        )
    return isinstance(value, (list, tuple)) and any(map(_holds_a_tensor, value))
