"""What annotations of constructors say of a text: that a number belongs in its place."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from cornu_data.constructors import VARIADIC, constructors
from cornu_data.numbers import written
from cornu_engine.errors import DataError, quoted


class NoNumber(DataError, TypeError):
    """Text where numbers belong: neither its type nor its value is right."""


def refuse_text(
    cls: type, args: tuple, kwargs: Mapping[str, Any], are_meant: Callable[[str], bool]
) -> None:
    """Raise `NoNumber` for a text where a constructor takes numbers alone.

    Parameters
    ----------
    cls : type
    args, kwargs
        What its constructor is called with.
    are_meant : callable
        Tells of a package whether its annotations say what is taken.

    Examples
    --------
    >>> class Blur:
    ...     def __init__(self, radius: int, sigma: float | None = None): ...
    >>> refuse_text(Blur, (3,), {"sigma": "0.5"}, lambda package: True)
    Traceback (most recent call last):
    cornu_data.annotations.NoNumber: Blur: sigma must be a number or None; it is ...
    """
    if not any(isinstance(value, str) for value in (*args, *kwargs.values())):
        return
    inits = constructors(cls)
    given = {**dict(zip(_annotated(inits[0]), args, strict=False)), **kwargs} if inits else {}
    for name, value in given.items():
        init = next((init for init in inits if name in _annotated(init)), None)
        if init is None or not isinstance(value, str):
            continue
        kinds = _annotated(init)[name].split(" | ")
        if set(kinds) <= _IN_WORDS.keys() and are_meant(init.__module__.partition(".")[0]):
            kind, example = (int, 1) if "int" in kinds else (float, 0.1)
            mend = f"{name}=True" if kinds[0] == "bool" else written(name, value, example, kind)
            raise NoNumber(
                f"{cls.__name__}: {name} must be {' or '.join(_IN_WORDS[k] for k in kinds)}; "
                f"it is {quoted(value)}: write {mend}."
            )


@functools.lru_cache(maxsize=1024)
def _annotated(init: Callable) -> dict[str, str]:
    """Return the parameters behind `self`, with what is said of them."""
    parameters = list(inspect.signature(init).parameters.values())[1:]
    said = {p.name: p.annotation for p in parameters if p.kind not in VARIADIC}
    return {name: text if isinstance(text, str) else "Any" for name, text in said.items()}


_IN_WORDS = {
    "int": "an integer",
    "float": "a number",
    "bool": "True or False",
    "Sequence[float]": "a list of numbers",
    "np.ndarray": "an array",
    "None": "None",
}
