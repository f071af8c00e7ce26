"""Small models train alike on a backend and by the definitions, whatever rules apply.

The thresholds of all rules for large values are drawn with the model: so small models meet them in
every combination, for more threads than there are rows at times, in memory full of NaN.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import fields
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, note, settings
from hypothesis import strategies as st

import cornu
from cornu.backends import resolve
from cornu_engine import settings as engine_settings
from cornu_engine.backend import Backend
from cornu_engine.thresholds import Thresholds, extreme

from .drawing import Script, scripts

ALWAYS = ("checked", "quick")
# One of so many models is drawn where each of its programs goes through a compiler, and these are
# smaller: up to three lines, all batches of the same size.
SHARES = {"cpu": 5, "gpu": 8}


def _choices(table: Thresholds) -> dict[str, list[Any]]:
    """Return what each threshold may be: the usual number first."""
    return {
        row.name: list(dict.fromkeys([row.default, *row.metadata["extremes"].values()]))
        for row in fields(table)  # type: ignore[arg-type]
        if not set(row.metadata["extremes"]) & set(ALWAYS)
    }


def _train(
    script: Script, backend: str | Backend, batch: int, rows: int, optimizer: str
) -> list[np.ndarray]:
    """Build a model, train it for two epochs, and return all numbers that are left."""
    cornu.utils.clear_session()  # names of layers order what fit reports
    cornu.utils.set_random_seed(7)
    model = script.build()
    model.compile(optimizer, "mse", backend=backend)
    random = np.random.default_rng(7)
    inputs = [
        random.integers(0, 6, (rows, *i.shape[1:]))
        if i.dtype[0] == "i"
        else random.normal(size=(rows, *i.shape[1:]))
        for i in model.inputs
    ]
    targets = [random.normal(size=(rows, *o.shape[1:])) for o in model.outputs]
    history = model.fit(inputs, targets, batch_size=batch, epochs=2, verbose=0, shuffle=False)
    found = [np.array(values) for values in history.history.values()]
    return [
        *found,
        *model.get_weights(),
        *_listed(model.predict(inputs, batch_size=batch, verbose=0)),
    ]


def _listed(value: Any) -> list[np.ndarray]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


@pytest.fixture(autouse=True)
def _float64(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CORNU_NUM_THREADS", raising=False)
    monkeypatch.setattr("cornu_engine.config._floatx", "float64")


def test_on_numpy(examples: int, seed: int | None) -> None:
    _train_by_any_rules(resolve("numpy"), "cornu_backend_numpy", examples, seed)


def test_on_native(examples: int, seed: int | None) -> None:
    backend = resolve("native")
    availability = backend.available()
    if not availability.ok:
        pytest.skip(availability.reason)
    _train_by_any_rules(backend, "cornu_backend_native", examples, seed)


@pytest.mark.parametrize("schedule", ["cpu", "gpu"])
def test_on_opencl(schedule: str, examples: int, seed: int | None) -> None:
    pytest.importorskip("pyopencl", reason="The OpenCL backend is not installed.")
    from cornu_backend_opencl.backend import OpenCLBackend
    from cornu_backend_opencl.codegen.schedule import Schedule

    backend = OpenCLBackend(schedule=Schedule(schedule))
    availability = backend.available()
    if not availability.ok:
        pytest.skip(availability.reason)
    share = -(-examples // SHARES[schedule])
    _train_by_any_rules(backend, "cornu_backend_opencl", share, seed, longest=3, last=0)


def _train_by_any_rules(
    backend: Backend,
    package: str,
    examples: int,
    seed: int | None,
    longest: int = 6,
    last: int = 1,
) -> None:
    """Draw models with thresholds of core and of the backend's package; train them both ways.

    They have up to `longest` lines, and `last` rows in the last batch.
    """
    own: Thresholds = import_module(f"{package}.settings").limits
    tables = {"core": engine_settings.limits, package: own}
    choices = {name: _choices(table) for name, table in tables.items()}
    thresholds = st.fixed_dictionaries(
        {
            name: st.fixed_dictionaries({k: st.sampled_from(v) for k, v in row.items()})
            for name, row in choices.items()
        }
    )

    @settings(
        max_examples=examples,
        derandomize=seed is None,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(
        scripts(longest),
        thresholds,
        st.sampled_from([1, 2, 3, 5]),
        st.sampled_from(["adam", "sgd"]),
    )
    def run(script: Script, drawn: dict, batch: int, optimizer: str) -> None:
        rows = 2 * batch + last
        for name, values in drawn.items():
            moved = {k: v for k, v in values.items() if v != choices[name][k][0]}
            note(f"{name} thresholds: {moved}")
        note(f"{script}\nbatch {batch}, {optimizer}")
        try:
            expected = _train(script, "reference", batch, rows, optimizer)
        except ValueError as error:  # all weights stand behind a stop_gradient
            assume("No gradient of the loss" not in str(error))
            raise
        assume(all(np.isfinite(e).all() and np.abs(e).max(initial=0) < 1e6 for e in expected))
        with ExitStack() as stack:
            stack.enter_context(extreme("+".join(ALWAYS)))
            for name, values in drawn.items():
                stack.enter_context(tables[name].using(**values))
            found = _train(script, backend, batch, rows, optimizer)
        for ours, theirs in zip(found, expected, strict=True):
            size = np.abs(theirs).max(initial=1.0)
            np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-8 * size)

    run()
