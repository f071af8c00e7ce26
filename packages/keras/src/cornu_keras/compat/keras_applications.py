"""`keras_applications`: the models of `cornu.applications`, whose functions are told Keras' parts.

That package asked each caller for `backend=`, `layers=`, `models=` and `utils=`; here they are
taken and nothing is done with them, as there is one of each.
"""

from __future__ import annotations

import functools
import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import FunctionType, ModuleType
from typing import Any

from cornu_engine.errors import CornuError

__all__ = ["get_submodules_from_kwargs", "set_keras_submodules"]

_PARTS = ("backend", "layers", "models", "utils", "engine")
__path__: list[str] = []
__version__ = "1.0.8"


def set_keras_submodules(**parts: Any) -> None:
    """Do nothing: there is one of each part."""


def get_submodules_from_kwargs(kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """Return Keras' parts."""
    return tuple(import_module(f"cornu.{part}") for part in _PARTS[:4])


def _told(module: str, name: str) -> Any:
    """Return what stands in `cornu.applications`; a function takes Keras' parts besides."""
    found = getattr(import_module(f"cornu.applications{module}"), name)
    if isinstance(found, ModuleType):
        return import_module(f"{__name__}{module}.{name}")
    if not isinstance(found, FunctionType):
        return found

    @functools.wraps(found)
    def call(*args: Any, **kwargs: Any) -> Any:
        return found(*args, **{k: v for k, v in kwargs.items() if k not in _PARTS})

    return call


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    try:
        return _told("", name)
    except CornuError as error:
        raise AttributeError(str(error)) from error


class _Finder:
    """Finds the modules of the families: `keras_applications.vgg16`."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        return ModuleSpec(name, self) if name.startswith(f"{__name__}.") else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> None: ...

    def exec_module(self, module: ModuleType) -> None:
        inner = module.__name__[len(__name__) :]
        import_module(f"cornu.applications{inner}")
        module.__dict__["__getattr__"] = functools.partial(_told, inner)


sys.meta_path.append(_Finder())
