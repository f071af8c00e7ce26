"""The plugin hooks of this distribution: what it hands to Cornu."""

from __future__ import annotations

from cornu.plugins import hookimpl


@hookimpl
def cornu_backends() -> list:
    """Hand in the backend."""
    # imported when a program is first compiled
    from cornu_backend_numpy.backend import NumpyBackend

    return [NumpyBackend]
