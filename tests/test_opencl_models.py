"""Models put together at random train alike on the OpenCL backend and by the definitions.

Memory of the device is full of NaN when it is handed out: what a program reads it has written.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu
from cornu import backends, layers

pytest.importorskip("pyopencl", reason="The OpenCL backend is not installed.")
from cornu_backend_opencl.backend import OpenCLBackend
from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_backend_opencl.device.session import Session

_spec = importlib.util.spec_from_file_location(
    "random_models", Path(__file__).with_name("test_random_models.py")
)
assert _spec is not None
assert _spec.loader is not None
random_models = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(random_models)

BACKENDS = {kind: OpenCLBackend(schedule=Schedule(kind)) for kind in ("cpu", "gpu")}
CASES = [("image", 0), ("image", 3), ("image", 5), ("sequence", 0), ("sequence", 2), ("flat", 1)]


@pytest.fixture(autouse=True)
def _usable() -> None:
    for backend in BACKENDS.values():
        availability = backend.available()
        if not availability.ok:
            pytest.skip(availability.reason)


@pytest.fixture
def _dirty(monkeypatch: pytest.MonkeyPatch) -> None:
    allocate = Session.allocate

    def dirty(self: Session, size: int, purpose: str) -> Any:
        buffer = allocate(self, size, purpose)
        self.cl.enqueue_fill_buffer(self.queue, buffer, np.uint8(255), 0, buffer.size)
        return buffer

    monkeypatch.setattr(Session, "allocate", dirty)


@pytest.mark.usefixtures("_dirty")
@pytest.mark.parametrize(("kind", "seed"), CASES)
def test_opencl_trains_as_defined(kind: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    _alike(kind, seed, "cpu", monkeypatch)


@pytest.mark.usefixtures("_dirty")
def test_the_schedule_for_gpus_trains_as_defined(monkeypatch: pytest.MonkeyPatch) -> None:
    _alike("flat", 2, "gpu", monkeypatch)


def test_a_model_may_change_backends_between_fits() -> None:
    """Its weights are where the last program left them, whoever ran it."""
    left = []
    for engines in (["numpy"] * 3, ["numpy", "opencl", "numpy"], ["opencl", "numpy", "opencl"]):
        cornu.utils.set_random_seed(0)
        model = cornu.Sequential([cornu.Input((6,)), layers.Dense(5, "tanh"), layers.Dense(1)])
        x = np.random.default_rng(0).normal(size=(40, 6)).astype("float32")
        for engine in engines:
            cornu.set_backend(engine)
            model.compile("adam", "mse") if model.optimizer is None else None
            model.fit(x, x.sum(axis=1), batch_size=10, verbose=0, shuffle=False)
        left.append(model.get_weights())
    cornu.set_backend(None)
    for weights in left[1:]:
        for ours, theirs in zip(weights, left[0], strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def _alike(kind: str, seed: int, schedule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cornu.config._settings, "floatx", "float64")
    monkeypatch.setitem(backends._made, "opencl", BACKENDS[schedule])
    batch = [1, 2, 4, 7][seed % 4]
    expected = random_models._train(kind, seed, batch, "reference")
    found = random_models._train(kind, seed, batch, "opencl")
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-9)
