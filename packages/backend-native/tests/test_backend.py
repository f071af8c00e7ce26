"""The backend does what any backend must, on every instruction set that this processor has."""

from __future__ import annotations

import numpy as np
import pytest

from cornu_backend_native.backend import NativeBackend
from cornu_backend_native.library import Library, library, variants
from cornu_engine.errors import BackendError
from cornu_engine.graph import make_node
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.primitives.table import Primitive, same
from cornu_engine.program import build_program
from cornu_engine.trace import Trace
from cornu_ops.testing import BackendSuite


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


def test_an_operation_without_a_kernel_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a plugin adds to the primitives does not run in Python in silence."""
    row = Primitive("spread", "other", np.sort, same)
    monkeypatch.setitem(PRIMITIVES, "spread", row)
    with Trace("test") as trace:
        x = trace.input("x", (3,), "float32")
        program = build_program("test", trace, [make_node("spread", [x], {}, (3,), x.dtype)])
    with pytest.raises(BackendError, match=r"no kernel for 'spread'.*CORNU_BACKEND=numpy"):
        NativeBackend().compile(program)
