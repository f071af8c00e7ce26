"""The plugin hooks of this distribution: what it hands to Cornu."""

from __future__ import annotations

from cornu.plugins import hookimpl


@hookimpl
def cornu_backends() -> list:
    """Hand in the backend."""
    from cornu_backend_opencl.backend import OpenCLBackend

    return [OpenCLBackend]
