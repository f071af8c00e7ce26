"""A program as Python would run it: `__main__`, `sys.argv` and `sys.path` are its own."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from cornu_keras.compat.runner.tracebacks import execute

__all__ = ["Program", "of_file", "of_module", "of_text"]


@dataclass
class Program:
    """What is to be run.

    Attributes
    ----------
    source : str or bytes or CodeType
    file : str
        For messages.
    first : str
        What `sys.argv[0]` is.
    path : str
        What `sys.path[0]` is.
    named : dict
        What `__main__` has beside its name.
    """

    source: Any
    file: str
    first: str
    path: str
    named: dict[str, Any]

    def enter(self, arguments: list[str]) -> None:
        """Give the process the arguments and the path of the program."""
        sys.argv = [self.first, *arguments]
        if not getattr(sys.flags, "safe_path", False):
            sys.path[0] = self.path

    def run(self) -> None:
        """Run it."""
        main = ModuleType("__main__")
        vars(main).update(__builtins__=__builtins__, __annotations__={}, **self.named)
        sys.modules["__main__"] = main
        code = self.source
        if not isinstance(code, CodeType):
            code = _compiled(code, self.file)
        execute(code, vars(main))


def _compiled(source: str | bytes, file: str) -> CodeType:
    from cornu_keras.compat.runner.tracebacks import hide

    try:
        return compile(source, file, "exec", dont_inherit=True)
    except BaseException:
        hide()
        raise


def of_file(name: str) -> Program:
    """Return the program in a file, or in a folder or archive with a `__main__.py`.

    Raises
    ------
    OSError
        Where there is none.
    """
    path = os.path.abspath(name)
    if os.path.isdir(path) or (not path.endswith(".py") and _is_archive(path)):
        spec = PathFinder.find_spec("__main__", [path])
        if spec is None:
            raise FileNotFoundError(f"can't find '__main__' module in {path!r}")
        return _of_spec(spec, name, path, "")
    with open(path, "rb") as file:
        source = file.read()
    loader = SourceFileLoader("__main__", path)
    named = {"__file__": path, "__cached__": None, "__loader__": loader}
    return Program(source, path, name, os.path.dirname(os.path.realpath(path)), named)


def _is_archive(path: str) -> bool:
    import zipfile

    return zipfile.is_zipfile(path)


def of_text(source: str | bytes, file: str, first: str) -> Program:
    """Return the program in a text: of `-c`, or from the standard input."""
    return Program(source, file, first, "", {})


def of_module(name: str) -> Program:
    """Return the program in a module: `-m name`.

    Raises
    ------
    ImportError
        Where there is none.
    """
    spec = find_spec(name)
    if spec is not None and spec.submodule_search_locations is not None:
        spec = find_spec(f"{name}.__main__")
        if spec is None:
            raise ImportError(
                f"No module named {name}.__main__; {name!r} is a package and cannot be directly "
                "executed"
            )
    if spec is None:
        raise ImportError(f"No module named {name}")
    return _of_spec(spec, spec.origin or name, os.getcwd(), spec.parent or "")


def _of_spec(spec: ModuleSpec, first: str, path: str, package: str) -> Program:
    find = getattr(spec.loader, "get_code", None)
    code = None if find is None else find(spec.name)
    if code is None:
        raise ImportError(f"No code object available for {spec.name}")
    named: dict[str, Any] = {
        "__file__": spec.origin,
        "__cached__": spec.cached,
        "__loader__": spec.loader,
        "__package__": package,
    }
    # A folder's `__main__` is found by its path, in children too.
    named["__spec__"] = spec if spec.name != "__main__" else None
    return Program(code, str(spec.origin), first, path, named)


def source_of(program: Program) -> tuple[str | bytes, Path | None]:
    """Return the text of a program, and where it looks for its own modules."""
    source = program.source
    if isinstance(source, CodeType):
        try:
            source = Path(program.file).read_bytes()
        except OSError:
            source = b""
    return source, Path(program.path or os.getcwd())
