"""The backend does what any backend must."""

from __future__ import annotations

from cornu_backend_native.backend import NativeBackend
from cornu_engine.testing import BackendSuite


class TestNative(BackendSuite):
    """All primitives, their derivatives, loops and a training step."""

    backend = NativeBackend()
