"""Processes that a script starts: their imports are redirected as well.

A child of `multiprocessing`, or of joblib, reads what its parent says of itself before it imports
the script, so the parent says one thing more. Workers of pytest load the plugins that the
environment names.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from cornu_keras.compat.runner import redirect

__all__ = ["follow", "follow_pytest"]

# The modules whose `get_preparation_data` says what a child is told.
SPAWNERS = ("multiprocessing.spawn", "joblib.externals.loky.backend.spawn", "loky.backend.spawn")
PLUGIN = "cornu_keras.compat.runner.pytest_plugin"


class Redirected:
    """Something that redirects imports when it is unpickled."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        """Say how it is unpickled."""
        return _redirected, (self.dialect,)


def _redirected(dialect: str) -> Redirected:
    follow(dialect)
    return Redirected(dialect)


def follow(dialect: str) -> None:
    """Redirect imports here, and in the processes that are started from here."""
    redirect.install(dialect)
    if not any(isinstance(finder, Spawners) for finder in sys.meta_path):
        sys.meta_path.insert(0, Spawners())
        for name in SPAWNERS:
            if name in sys.modules:
                _let_tell(sys.modules[name])


class Spawners:
    """A meta-path finder of the modules that start processes: they are changed when loaded."""

    def find_spec(self, name: str, path: Any = None, target: object = None) -> ModuleSpec | None:
        """Return the spec of such a module, None for any other."""
        if name not in SPAWNERS:
            return None
        specs = (finder.find_spec(name, path) for finder in redirect.other_finders(self))
        spec = next(filter(None, specs), None)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                run(module)
                _let_tell(module)

            spec.loader.exec_module = exec_module
        return spec


def _let_tell(module: Any) -> None:
    tell = module.get_preparation_data

    def get_preparation_data(name: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        data = dict(tell(name, *args, **kwargs))
        now = redirect.current()
        if now is None:
            return data
        if name == "ignore":  # the server that forks imports the script before it is told
            data = {key: value for key, value in data.items() if not key.startswith("init_main")}
        return {**data, "cornu": Redirected(now.dialect)}

    module.get_preparation_data = get_preparation_data


def follow_pytest(dialect: str) -> None:
    """Let the workers of pytest-xdist do the same."""
    os.environ["CORNU_DIALECT"] = dialect
    plugins = os.environ.get("PYTEST_PLUGINS", "")
    if PLUGIN not in plugins.split(","):
        os.environ["PYTEST_PLUGINS"] = ",".join(filter(None, [plugins, PLUGIN]))
