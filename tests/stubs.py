"""Stubs for editors and type checkers, of what is found at run time: `hatch run stubs` writes them.

The names of the facades (`cornu.layers`, …) come from the registry, and the modules that stand
under another name (`cornu.ops`, `cornu.datasets`, `cornu.layers.core`, all of `cornu.keras`) from
the entry points. Stubs that are read at run time, by `cornu_engine.lazy`, are written by hand.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import cornu
from cornu.aliases import HERE, brought
from cornu.facade import facade
from cornu.plugins import registry
from cornu.plugins.kinds import KINDS, Kind
from cornu_engine.lazy import names_of_stub

ROOT = Path(cornu.__file__).parent
HEADER = '"""Written by `hatch run stubs`, for editors."""\n# ruff: noqa\n# fmt: off\n\n'

# What stands under `cornu.` and is another module: `datasets` is `cornu_preprocessing.datasets`.
ALIASES = {name.removeprefix("cornu."): real for name, real in HERE.items() if real != "cornu"}
ALIASES |= {name.removeprefix("cornu."): real for name, (real, _) in brought().items()}


def stubs() -> dict[str, str]:
    """Return the text of each stub, by the path of its module below `cornu`."""
    texts = {}
    for kind in KINDS.values():
        if kind.face in names_of_stub("cornu") and _is_facade(kind):
            texts[kind.face] = facade_stub(kind)
    texts["utils._brought"] = "\n".join(_names("utility")) + "\n" + _paths_below("utils")
    for name, real in ALIASES.items():
        for below in _parts(import_module(real)) if not real.startswith("cornu.") else [""]:
            texts[name + below] = f"from {real}{below} import *\n"
    of_keras = {*texts, *(n for n, home in names_of_stub("cornu").items() if home == f"cornu.{n}")}
    for name in sorted(of_keras - {"keras", "utils._brought"}):
        texts[f"keras.{name}"] = f"from cornu.{name} import *\n"
    texts["keras"] = "from cornu import *\nfrom cornu import __version__ as __version__\n"
    return {name: HEADER + text for name, text in texts.items()}


def facade_stub(kind: Kind) -> str:
    """Return the stub of the public module of one kind."""
    attribute, _ = facade(kind.module, kind.name)
    signatures = {name: str(inspect.signature(attribute(name))) for name in FUNCTIONS}
    functions = [f"def {name}{text}: ...".replace("'", "") for name, text in signatures.items()]
    head = "from collections.abc import Mapping\nfrom typing import Any\n"
    return "\n".join([head, *_names(kind.name), _paths_below(kind.face), *functions, ""])


FUNCTIONS = ("get", "serialize", "deserialize")


def _is_facade(kind: Kind) -> bool:
    module = import_module(kind.module)
    return getattr(module, "__path__", None) == [] and hasattr(module, "deserialize")


def _names(kind: str) -> Iterator[str]:
    """Yield a line for each name that our own distributions bring, names of others' names last."""
    ours = (e for e in registry.entries(kind) if e.plugin.distribution.startswith("cornu-"))
    own = {e.name for e in ours if not e.is_role}
    objects = {name: registry.attribute(kind, name) for name in sorted(own)}
    aliases = []
    for name, found in objects.items():
        if isinstance(found, ModuleType):
            yield f"from {found.__name__.rpartition('.')[0]} import {name} as {name}"
            continue
        home, real = found.__module__, found.__name__
        assert getattr(import_module(home), real) is found, f"{home}.{real} is not {name}"
        if name == real:
            yield f"from {home} import {name} as {name}"
        elif objects.get(real) is found:
            aliases.append(f"{name} = {real}")
        else:
            yield f"from {home} import {real} as _{real}"
            aliases.append(f"{name} = _{real}")
    yield from ("", *aliases)


def _paths_below(face: str) -> str:
    names = sorted(name.rpartition(".")[::2] for name in ALIASES)
    return "".join(f"from cornu.{face} import {n} as {n}\n" for above, n in names if above == face)


def _parts(module: ModuleType, below: str = "") -> Iterator[str]:
    """Yield "" for a module, ".image" for a public module in it, and so on."""
    yield below
    for name in getattr(module, "__all__", ()):
        part = getattr(module, name)
        if isinstance(part, ModuleType) and part.__name__ == f"{module.__name__}.{name}":
            yield from _parts(part, f"{below}.{name}")


def files() -> dict[Path, str]:
    """Return the text of each stub, by its file."""
    texts = stubs()
    above = {name.rpartition(".")[0] for name in texts}
    return {
        ROOT / name.replace(".", "/") / "__init__.pyi"
        if name in above
        else ROOT / f"{name.replace('.', '/')}.pyi": text
        for name, text in texts.items()
    }


def written() -> dict[Path, str]:
    """Return the stubs that stand there."""
    texts = {path: path.read_text(encoding="utf-8") for path in ROOT.rglob("*.pyi")}
    return {path: text for path, text in texts.items() if text.startswith(HEADER)}


if __name__ == "__main__":
    texts = files()  # first: where a plugin cannot be imported, all stubs stay
    for path in written().keys() - texts:
        path.unlink()
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
