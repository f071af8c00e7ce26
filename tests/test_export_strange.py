"""Models that are no plain stacks, in every format: what each file computes is what they do."""

from __future__ import annotations

import runpy
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu
from tests.exported.strange import MODELS
from tests.exported_c import CLANG, GCC, Call, run

NEAR = {"rtol": 1e-5, "atol": 1e-5}


@pytest.fixture(scope="module")
def made() -> dict[str, tuple[Any, list[np.ndarray], list[np.ndarray]]]:
    """Each model with its inputs and what `predict` makes of them on the NumPy backend."""
    cornu.set_backend("numpy")
    found = {}
    try:
        for name, make in MODELS.items():
            cornu.utils.set_random_seed(1)
            model, xs = make()
            given = xs if len(xs) > 1 else xs[0]
            found[name] = model, xs, cornu.tree.flatten(model.predict(given, verbose=0))
    finally:
        cornu.set_backend(None)
    return found


def _compare(found: list[Any], expected: list[np.ndarray]) -> None:
    for one, other in zip(found, expected, strict=True):
        assert np.asarray(one).dtype == other.dtype
        np.testing.assert_allclose(np.reshape(one, other.shape), other, **NEAR)


@pytest.mark.parametrize("name", MODELS)
def test_python(made, name, tmp_path):
    model, xs, expected = made[name]
    model.export(tmp_path / "m.py")
    found = runpy.run_path(str(tmp_path / "m.py"))["predict"](*xs)
    _compare(cornu.tree.flatten(found), expected)


@pytest.mark.parametrize("name", MODELS)
def test_served(made, name, tmp_path):
    model, xs, expected = made[name]
    model.export(tmp_path / "m.cornu")
    _compare(cornu.tree.flatten(cornu.saved_model.load(tmp_path / "m.cornu").serve(*xs)), expected)


@pytest.mark.parametrize("name", MODELS)
def test_onnx(made, name, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    model, xs, expected = made[name]
    model.export(tmp_path / "m.onnx")
    path = str(tmp_path / "m.onnx")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [given.name for given in session.get_inputs()]
    _compare(session.run(None, dict(zip(names, xs, strict=True))), expected)


@pytest.mark.parametrize("compiler", [GCC, CLANG], ids=["gcc", "clang"])
def test_c(made, compiler, tmp_path):
    if compiler[0] == "gcc" and shutil.which("gcc") is None:
        pytest.skip("There is no gcc on this machine; clang comes with ziglang.")
    calls = {}
    for name, (model, xs, expected) in made.items():
        model.export(Path(tmp_path) / f"m_{name}.c", batch=len(xs[0]))
        calls[name] = Call(f"m_{name}", "predict", xs, expected)
    run(tmp_path, list(calls.values()), compiler)
    for name, call in calls.items():
        assert call.code == 0, name
        for one, other in zip(call.found, call.outputs, strict=True):
            np.testing.assert_allclose(one, other, **NEAR, err_msg=name)
