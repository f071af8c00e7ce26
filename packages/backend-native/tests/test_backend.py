"""The backend does what any backend must, on every instruction set that this processor has."""

from __future__ import annotations

import pytest

from cornu_backend_native.backend import NativeBackend
from cornu_backend_native.library import Library, library, variants
from cornu_engine.testing import BackendSuite


class TestNative(BackendSuite):
    """All primitives, their derivatives, loops and a training step."""

    backend = NativeBackend()


LOWER = [path for path in variants().values() if path != library().path]


@pytest.mark.parametrize("path", LOWER, ids=lambda path: path.stem)
class TestLowerVariant(BackendSuite):
    """The same on the instruction sets that this processor has but does not choose."""

    @pytest.fixture(autouse=True)
    def _kernels(self, path, request):
        request.cls.backend = NativeBackend(Library(path))
