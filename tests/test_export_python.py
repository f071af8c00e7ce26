"""Models in plain NumPy compute bit for bit what `predict` does on the NumPy backend."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import cornu
from cornu import Input, Model, Sequential, ops, tree
from cornu import layers as L
from cornu.errors import SavingError
from cornu_backend_numpy.settings import limits
from tests.parity.layers import CASES


@pytest.fixture(autouse=True)
def on_numpy() -> Iterator[None]:
    """Predict on the NumPy backend, with BLAS on one thread, as the backend runs it."""
    before = cornu.get_backend()
    cornu.set_backend("numpy")
    with threadpool_limits(1, "blas"):
        yield
    cornu.set_backend(before)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the files of all tests here: type checkers start once."""
    return tmp_path_factory.mktemp("written")


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _same(found: Any, expected: Any) -> None:
    for ours, theirs in zip(tree.flatten(found), tree.flatten(expected), strict=True):
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
        np.testing.assert_array_equal(ours, theirs)
        assert ours.tobytes() == theirs.tobytes() or np.isnan(theirs).any()


def _rows_stand_alone() -> bool:
    """Whether BLAS gives a row of a product the same bits whatever rows stand beside it.

    The backend does products in parts of rows. OpenBLAS' kernels for AVX-512 do, those for AVX2
    take the last rows of a part another way.
    """
    a, b = _numbers(70, 216), _numbers(216, 24)
    halves = np.concatenate([a[:35] @ b, a[35:] @ b])
    return bool(np.array_equal(a @ b, halves))


def _alike(found: np.ndarray, expected: np.ndarray) -> None:
    """The same bits; where products have none of their own, equal to the rounding of their sums."""
    if _rows_stand_alone():
        _same(found, expected)
    else:
        np.testing.assert_allclose(found, expected, rtol=0, atol=3e-6 * np.abs(expected).max())


def _numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype("float32")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_layer(case: Any, written: Path) -> None:
    if limits.values() != type(limits)().values():
        pytest.skip("At extreme thresholds the backend computes in another order.")
    cornu.utils.set_random_seed(0)
    model = case.model(cornu)
    path = written / f"layer_{CASES.index(case)}.py"
    model.export(path)
    module = _load(path)
    for rows in (1, 33):
        batch = case.batch(np.random.default_rng(rows), rows)
        _same(module.predict(*tree.flatten(batch)), model.predict(batch, verbose=0))


def _attention() -> Model:
    x = Input((None, 32))
    seen = L.LayerNormalization()(x + L.MultiHeadAttention(4, 8)(x, x, use_causal_mask=True))
    return Model(x, seen + L.Dense(32)(L.Dense(64, activation="gelu")(seen)))


def _residual() -> Model:
    x = Input((32, 32, 3))
    first = L.Conv2D(16, 3, padding="same", activation="relu")(x)
    then = L.BatchNormalization()(L.Conv2D(16, 3, padding="same")(first))
    joined = L.Conv2D(32, 3, strides=2)(L.ReLU()(first + then))
    up = L.Conv2DTranspose(8, 3, strides=2)(joined)
    return Model(x, L.Dense(4, activation="softmax")(L.GlobalAveragePooling2D()(up)))


def _decoder() -> Model:
    return Sequential(
        [Input((14, 14, 24)), L.Conv2DTranspose(8, 3, padding="same"), L.Conv2DTranspose(2, 3)]
    )


MODELS: dict[str, tuple[Callable[[], Model], tuple[int, ...]]] = {
    "mlp": (
        lambda: Sequential([Input((784,)), L.Dense(512, activation="relu"), L.Dense(10)]),
        (784,),
    ),
    "residual": (_residual, (32, 32, 3)),
    "decoder": (_decoder, (14, 14, 24)),
    "attention over any steps": (_attention, (13, 32)),
    "recurrent over any steps": (
        lambda: Sequential([Input((None, 8)), L.Bidirectional(L.LSTM(32)), L.Dense(2)]),
        (20, 8),
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_models_of_some_size(name: str, written: Path) -> None:
    if limits.values() != type(limits)().values():
        pytest.skip("At extreme thresholds the backend computes in another order.")
    make, shape = MODELS[name]
    cornu.utils.set_random_seed(0)
    model = make()
    path = written / f"model_{name.replace(' ', '_')}.py"
    model.export(path)
    module = _load(path)
    for rows in (1, 32, 70):
        x = _numbers(rows, *shape)
        _alike(module.predict(x), model.predict(x, verbose=0))


def test_type_checkers_and_linters_are_content(written: Path) -> None:
    """Of all files that the tests before have written."""
    files = sorted(map(str, written.glob("*.py")))
    if len(files) < 10:  # this test was asked for alone
        for case in CASES[:10]:
            case.model(cornu).export(written / f"layer_{CASES.index(case)}.py")
        files = sorted(map(str, written.glob("*.py")))
    strict = [sys.executable, "-m", "mypy", "--strict", "--config-file=", *files]
    rules = "E,F,W,I,B,UP,C4,SIM,RUF,D1"
    options = ["--isolated", "--line-length", "100", "--select", rules]
    lint = [sys.executable, "-m", "ruff", "check", *options, *files]
    for command in (strict, lint):
        done = subprocess.run(command, capture_output=True, text=True, cwd=written, timeout=300)
        assert done.returncode == 0, done.stdout[-3000:]
    for file in files:
        for node in ast.walk(ast.parse(Path(file).read_text())):
            if isinstance(node, ast.Import):
                assert {alias.name for alias in node.names} <= {"numpy", "numpy.typing"}
            if isinstance(node, ast.ImportFrom):
                assert node.module == "__future__"


def _several() -> Model:
    a, b = Input((3,), name="a"), Input((3,), name="lambda")
    return Model({"a": a, "lambda": b}, {"sum": a + b, "more": L.Dense(2)(a)})


def test_several_inputs_and_outputs(written: Path) -> None:
    model = _several()
    model.export(written / "several.py")
    module = _load(written / "several.py")
    a, b = _numbers(5, 3), _numbers(5, 3)[::-1]
    found = module.predict(a, b)
    assert set(found) == {"sum", "more"}
    _same(found, model.predict({"a": a, "lambda": b}, verbose=0))
    with pytest.raises(ValueError, match="different numbers of rows"):
        module.predict(a, b[:2])


def test_one_file_with_its_weights(written: Path) -> None:
    model = Sequential([Input((4,)), L.Dense(3, activation="tanh"), L.Dense(2, use_bias=False)])
    model.export(written / "alone.py", weights="inline")
    assert not (written / "alone.npz").exists()
    x = _numbers(7, 4)
    _same(_load(written / "alone.py").predict(x), model.predict(x, verbose=0))
    wide = Sequential([Input((400,)), L.Dense(400, name="wide")])
    with pytest.raises(SavingError, match=r'wide/kernel.*weights="file"'):
        wide.export(written / "wide.py", weights="inline")
    with pytest.raises(ValueError, match="weights should be"):
        model.export(written / "alone.py", weights="far")


def test_a_file_runs_where_nothing_but_numpy_is(written: Path) -> None:
    model = Sequential([Input((4,)), L.Dense(3)])
    model.export(written / "plain.py")
    script = (
        "import sys, numpy, plain; print(plain.predict(numpy.ones((2, 4))).shape);"
        "assert not [m for m in sys.modules if m.startswith('cornu')]"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=written, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["(2,", "3)"], done.stderr


def test_inputs_that_do_not_fit(written: Path) -> None:
    model = Sequential([Input((4,), name="flower"), L.Embedding(3, 2)])
    model.export(written / "fits.py")
    predict = _load(written / "fits.py").predict
    assert predict(np.zeros((0, 4))).shape == (0, 4, 2)
    for wrong in (np.zeros((2, 5)), np.zeros(4), np.array([["a"] * 4])):
        with pytest.raises(ValueError, match=r"flower.*\(None, 4\).*got"):
            predict(wrong)
    with pytest.raises(ValueError, match=r"not in \[0, 3\)"):
        predict(np.full((1, 4), 9))


def test_state_goes_on_from_call_to_call(written: Path) -> None:
    model = Sequential([Input((4, 2), batch_size=1), L.GRU(3, stateful=True)])
    model.export(written / "kept.py")
    module, x = _load(written / "kept.py"), _numbers(1, 4, 2)
    for _ in range(3):
        _same(module.predict(x), model.predict(x, verbose=0))


def test_no_name_gets_out_of_its_comment(written: Path) -> None:
    name = '"""\nraise SystemExit\n#\u2028raise SystemExit'
    x = Input((3,), name=name)
    model = Model(x, L.Dense(2, name=f"{name} 2")(x), name=f"{name} 3\\")
    model.export(written / "named.py")
    module = _load(written / "named.py")
    _same(module.predict(_numbers(2, 3)), model.predict(_numbers(2, 3), verbose=0))
    assert (written / "named.py").read_bytes().isascii()


def test_what_numpy_has_no_word_for(written: Path) -> None:
    x = Input((3,))
    model = Model(x, L.Lambda(ops.erfinv, name="inverse")(x))
    with pytest.raises(SavingError, match="inverse"):
        model.export(written / "inverse.py")
