"""What a dialect calls things: its modules, their names, and what each takes.

The table is a text such as

    [layers]
    Dense(units, activation=None, **kwargs)
    MaxPool2D(pool_size=(2, 2), **kwargs)
    [layers.core = layers]

A line in brackets opens a module, or says that one stands for another; the others are its names, of
functions and classes with their arguments. Lines are parsed when they are asked for.
"""

from __future__ import annotations

import ast
import inspect
from importlib.resources import files

__all__ = ["Table"]

_OPEN = inspect.Parameter.empty


class Table:
    """The modules and names of a dialect.

    Parameters
    ----------
    package : str
        Where the file `api.txt` lies.

    Examples
    --------
    >>> table = Table("cornu_keras.compat.keras2")
    >>> str(table.signature("layers", "Dropout"))
    '(rate, noise_shape=None, seed=None, **kwargs)'
    >>> table.alias("layers.core")
    'layers'
    """

    def __init__(self, package: str) -> None:
        self._package = package
        self._names: dict[str, dict[str, str]] = {}
        self._aliases: dict[str, str] = {}

    def _read(self) -> dict[str, dict[str, str]]:
        if not self._names:
            text = files(self._package).joinpath("api.txt").read_text(encoding="utf-8")
            names: dict[str, dict[str, str]] = {}
            for line in text.splitlines():
                if line.startswith("["):
                    module, _, real = line[1:-1].replace(" ", "").partition("=")
                    if real:
                        self._aliases[module] = real
                    else:
                        rows = names.setdefault(module.strip("."), {})
                elif line and not line.startswith("#"):
                    name, bracket, arguments = line.partition("(")
                    rows[name] = bracket + arguments
            self._names = names
        return self._names

    def modules(self) -> set[str]:
        """Return the paths of all modules, those that stand for others among them."""
        return {*self._read(), *self._aliases}

    def alias(self, module: str) -> str | None:
        """Return the module that another stands for, which is in Cornu where it has a full name."""
        self._read()
        return self._aliases.get(module)

    def names(self, module: str) -> list[str]:
        """Return the names that a module has."""
        return sorted(self._read().get(module, ()))

    def has(self, module: str, name: str) -> bool:
        """Tell whether a module has a name."""
        return name in self._read().get(module, ())

    def signature(self, module: str, name: str) -> inspect.Signature | None:
        """Return what a function or class takes; None where the table does not say."""
        text = self._read().get(module, {}).get(name, "")
        return _parsed(text) if text else None


def _parsed(text: str) -> inspect.Signature:
    function = ast.parse(f"def f{text}: ...").body[0]
    assert isinstance(function, ast.FunctionDef)
    said = function.args
    positional = [*said.posonlyargs, *said.args]
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    defaults = [None] * (len(positional) - len(said.defaults)) + [*said.defaults]
    parameters = [
        inspect.Parameter(a.arg, kind, default=_value(d))
        for a, d in zip(positional, defaults, strict=True)
    ]
    if said.vararg:
        parameters.append(inspect.Parameter(said.vararg.arg, inspect.Parameter.VAR_POSITIONAL))
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters += [
        inspect.Parameter(a.arg, keyword, default=_value(d))
        for a, d in zip(said.kwonlyargs, said.kw_defaults, strict=True)
    ]
    if said.kwarg:
        parameters.append(inspect.Parameter(said.kwarg.arg, inspect.Parameter.VAR_KEYWORD))
    return inspect.Signature(parameters)


def _value(default: ast.expr | None) -> object:
    return _OPEN if default is None else ast.literal_eval(default)
