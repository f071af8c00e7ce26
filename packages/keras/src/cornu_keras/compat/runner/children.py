"""Processes that a script starts: their imports are redirected as well.

A child of `multiprocessing` reads what its parent says of itself before it imports the script, so
the parent says one thing more. Workers of pytest load the plugins that the environment names.
"""

from __future__ import annotations

import os
from typing import Any

from cornu_keras.compat.runner import redirect

__all__ = ["follow", "follow_pytest"]


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
    """Redirect imports here, and in the processes that `multiprocessing` starts from here."""
    from multiprocessing import spawn

    redirect.install(dialect)
    told = getattr(spawn.get_preparation_data, "tells", spawn.get_preparation_data)

    def get_preparation_data(name: str) -> dict[str, Any]:
        data = dict(told(name))
        if name == "ignore":  # the server that forks imports the script before it is told
            data = {key: value for key, value in data.items() if not key.startswith("init_main")}
        return {**data, "cornu": Redirected(dialect)}

    get_preparation_data.tells = told  # type: ignore[attr-defined]
    spawn.get_preparation_data = get_preparation_data


def follow_pytest(dialect: str) -> None:
    """Let the workers of pytest-xdist do the same."""
    os.environ["CORNU_DIALECT"] = dialect
    plugins = os.environ.get("PYTEST_PLUGINS", "")
    if _PLUGIN not in plugins.split(","):
        os.environ["PYTEST_PLUGINS"] = ",".join(filter(None, [plugins, _PLUGIN]))


_PLUGIN = "cornu_keras.compat.runner.pytest_plugin"
