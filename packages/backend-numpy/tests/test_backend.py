"""The NumPy backend against the definitions of the primitives."""

from __future__ import annotations

from typing import ClassVar

from cornu_backend_numpy.backend import NumpyBackend
from cornu_ops.testing.backend_suite import BackendSuite


class TestNumpy(BackendSuite):
    backend = NumpyBackend()
    dtypes: ClassVar[tuple[str, ...]] = ("float16", "float32", "float64")
