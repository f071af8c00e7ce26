"""The NumPy backend against the definitions of the primitives."""

from __future__ import annotations

from typing import ClassVar

from cornu.testing.backend_suite import BackendSuite
from cornu_backend_numpy.backend import NumpyBackend


class TestNumpy(BackendSuite):
    backend = NumpyBackend()
    dtypes: ClassVar[tuple[str, ...]] = ("float16", "float32", "float64")
