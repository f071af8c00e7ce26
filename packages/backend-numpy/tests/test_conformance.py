"""The suite that any backend must pass."""

from __future__ import annotations

from cornu.testing import BackendSuite
from cornu_backend_numpy.backend import NumpyBackend


class TestNumpy(BackendSuite):
    backend = NumpyBackend()
    dtypes = ("float16", "float32", "float64")
