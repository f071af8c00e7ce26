"""What a file may give for an argument: what its annotation lets a user write.

Annotations are read as text, by the few forms in the table below; what they say beyond these, such
as the name of a class, is left to the constructor.
"""

from __future__ import annotations

import ast
import functools
import inspect
import reprlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cornu.plugins import registry
from cornu_data.constructors import constructors
from cornu_engine.attributes import is_int
from cornu_engine.errors import SavingError


def check_arguments(cls: type, config: Mapping[str, Any]) -> None:
    """Check the plain values of a configuration by what the constructors of a class say.

    That are classes of packages whose plugin states that it is `ANNOTATED`.

    Raises
    ------
    SavingError
        For a text where a number is wanted, None where it is not, and the like.

    Examples
    --------
    >>> class Blur:
    ...     def __init__(self, radius: int, sigma: float | None = None): ...
    >>> Blur.__module__ = "cornu.docs"
    >>> check_arguments(Blur, {"radius": 3, "sigma": 1})
    >>> check_arguments(Blur, {"radius": "3"})
    Traceback (most recent call last):
    cornu_engine.errors.SavingError: radius='3' of Blur is not what it takes: int.
    """
    if are_meant(cls.__module__.partition(".")[0]):  # others annotate as they like
        # The nearest constructor says most; what it passes on, the next one says.
        check_call(tuple(reversed(constructors(cls))), config, cls.__name__)


def are_meant(package: str) -> bool:
    """Tell whether annotations in a package say what a file may give."""
    return any(
        plugin.module.partition(".")[0] == package and plugin.states("ANNOTATED")
        for plugin in registry.plugins()
    )


def check_call(functions: tuple[Callable, ...], config: Mapping[str, Any], what: str) -> None:
    """Check the arguments with which functions are to be called, of which the last says most."""
    said = _said(functions)
    for name in said.keys() & config.keys():
        text, fits = said[name]
        if not fits(config[name]):
            raise SavingError(
                f"{name}={reprlib.repr(config[name])} of {what} is not what it takes: {text}."
            )


@functools.cache
def _said(functions: tuple[Callable, ...]) -> dict[str, tuple[str, Callable[[Any], bool]]]:
    annotations = {name: text for function in functions for name, text in _annotations(function)}
    if "name" in annotations:
        annotations["name"] = "str | None"  # what has none gets one
    return {name: (text, _reader(text)) for name, text in annotations.items()}


def _annotations(function: Callable) -> Iterator[tuple[str, str]]:
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            said = parameter.annotation
            yield parameter.name, said if isinstance(said, str) else "Any"


def _reader(text: str) -> Callable[[Any], bool]:
    said = ast.parse(text, mode="eval").body
    return lambda value: _fits(said, value)


def _fits(said: ast.expr, value: Any) -> bool:
    if isinstance(said, ast.BinOp):  # a | b
        return _fits(said.left, value) or _fits(said.right, value)
    if isinstance(said, ast.Constant):
        return value is None
    name, members = ast.unparse(said), []
    if isinstance(said, ast.Subscript):
        name = ast.unparse(said.value)
        members = said.slice.elts if isinstance(said.slice, ast.Tuple) else [said.slice]
    return _FORMS.get(name, _is_object)(value, members)


def _is_whole(value: Any, members: Any = ()) -> bool:
    return is_int(value) and -(2**63) <= value < 2**63


def _is_number(value: Any, members: Any = ()) -> bool:
    return _is_whole(value) or isinstance(value, float)


def _is_list(value: Any, members: list[ast.expr]) -> bool:
    if isinstance(value, dict):
        return _is_array(value)
    return isinstance(value, (list, tuple)) and all(_fits(members[0], v) for v in value)


def _is_array(value: Any) -> bool:
    return isinstance(value, dict) and value.get("class_name") in ("__numpy__", "__tensor__")


def _is_dict(value: Any, members: list[ast.expr]) -> bool:
    return isinstance(value, dict) and all(_fits(members[-1], v) for v in value.values())


def _is_object(value: Any, members: Any) -> bool:
    return value is not None and not isinstance(value, (bool, int, float))


_FORMS: dict[str, Callable[[Any, Any], bool]] = {
    "Any": lambda value, members: True,
    "bool": lambda value, members: value is None or isinstance(value, bool) or value in (0, 1),
    "int": _is_whole,
    "float": _is_number,
    "str": lambda value, members: isinstance(value, str),
    "Rate": lambda value, members: _is_number(value) or isinstance(value, dict),
    "np.ndarray": lambda value, members: _is_array(value),
    **dict.fromkeys(("Sequence", "Iterable", "list", "tuple"), _is_list),
    **dict.fromkeys(("Mapping", "dict"), _is_dict),
}
