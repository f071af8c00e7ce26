"""A model may change backends between fits: its weights are where the last program left them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import cornu
from cornu import layers

pytest.importorskip("pyopencl", reason="The OpenCL backend is not installed.")
from cornu_backend_opencl.backend import OpenCLBackend

ORDERS = [("numpy", "opencl", "numpy"), ("opencl", "numpy", "opencl")]


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    cornu.set_backend(None)


def _trained(engines: tuple[str, ...]) -> list[np.ndarray]:
    """Return the weights after a fit on each of the backends."""
    cornu.utils.set_random_seed(0)
    model = cornu.Sequential([cornu.Input((6,)), layers.Dense(5, "tanh"), layers.Dense(1)])
    model.compile("adam", "mse")
    x = np.random.default_rng(0).normal(size=(40, 6)).astype("float32")
    for engine in engines:
        cornu.set_backend(engine)
        model.fit(x, x.sum(axis=1), batch_size=10, verbose=0, shuffle=False)
    return model.get_weights()


@pytest.mark.parametrize("engines", ORDERS, ids="-".join)
def test_weights_are_where_the_last_program_left_them(engines: tuple[str, ...]) -> None:
    availability = OpenCLBackend().available()
    if not availability.ok:
        pytest.skip(availability.reason)
    expected = _trained(("numpy",) * 3)
    for ours, theirs in zip(_trained(engines), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)
