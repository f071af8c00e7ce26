"""Functions of arrays are written, and computed again, with neither layers nor models."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu_ops as ops
from cornu_engine.errors import BadFileError, MissingDistributionError, NotBuiltError, SavingError
from cornu_engine.variable import Variable
from cornu_export import ExportArchive, load
from cornu_export.describe import InputSpec
from cornu_export.exporting import write_cornu

RANDOM = np.random.default_rng(0)
KERNEL = RANDOM.normal(size=(6, 3)).astype("float32")
MEAN = RANDOM.normal(size=6).astype("float32")
ROWS = InputSpec("x", (None, 6), "float32")


def _steps(x: Any) -> Any:
    start = ops.zeros_like(x[:, 0])
    return ops.scan(lambda state, row: (ops.tanh(state + row),) * 2, start, ops.transpose(x))[1]


# what is written, and what NumPy makes of it in float64
FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[np.ndarray], Any]]] = {
    "a product": (lambda x: ops.matmul(x, KERNEL), lambda x: x @ KERNEL.astype(float)),
    "a formula": (
        lambda x: ops.tanh(x - MEAN) * 2.0 + 1.0,
        lambda x: np.tanh(x - MEAN.astype(float)) * 2 + 1,
    ),
    "sizes in the values": (lambda x: x / x.shape[0], lambda x: x / len(x)),
    "sizes in shapes": (lambda x: ops.reshape(x, (-1,)), lambda x: x.reshape(-1)),
    "a loop": (
        _steps,
        lambda x: np.stack([_loop(x, i) for i in range(x.shape[1])]),
    ),
    "words": (
        lambda x: ops.take(KERNEL, ops.cast(x > 0, "int32"), axis=0),
        lambda x: KERNEL[(x > 0).astype(int)],
    ),
}


def _loop(x: np.ndarray, last: int) -> np.ndarray:
    state = np.zeros(len(x))
    for column in x.T[: last + 1]:
        state = np.tanh(state + column)
    return state


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_computed_for_any_size(name: str, tmp_path: Path) -> None:
    function, numpy = FUNCTIONS[name]
    write_cornu(tmp_path / "f", function, [ROWS], name="f")
    served = load(tmp_path / "f")
    for rows in (1, 2, 17):
        x = RANDOM.normal(size=(rows, 6)).astype("float32")
        expected = numpy(x.astype(float))
        np.testing.assert_allclose(served.serve(x), expected, rtol=1e-5, atol=1e-6)


DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (3,), (0, 3), (2, 3, 2)])
def test_every_kind_of_number_comes_back(dtype: str, shape: Any, tmp_path: Path) -> None:
    value = Variable(RANDOM.integers(0, 2, shape).astype(dtype), name="value")
    turned = Variable(np.array(value.numpy(), order="F"), name="turned")
    archive = ExportArchive()
    archive.add_endpoint("serve", lambda x: x * 2.0, [InputSpec("x", (None,), "float32")])
    archive.add_variable_collection("values", [value, turned])
    archive.write_out(tmp_path / "f", verbose=False)
    for found in load(tmp_path / "f").values:
        assert (found.dtype, found.shape) == (np.dtype(dtype), shape)
        np.testing.assert_array_equal(found.numpy(), value.numpy())


def test_a_large_array_is_written_in_parts(tmp_path: Path) -> None:
    weights = Variable(RANDOM.normal(size=(3000, 400)).astype("float32"), name="w")
    write_cornu(tmp_path / "f", lambda x: x @ weights, [InputSpec("x", (None, 3000), "float32")])
    np.testing.assert_array_equal(load(tmp_path / "f").variables[0].numpy(), weights.numpy())


def test_state_goes_on_between_calls_and_endpoints(tmp_path: Path) -> None:
    count = Variable(np.zeros((), "float32"), trainable=False, name="count")

    def counted(x: Any) -> Any:
        count.assign(count + 1.0)
        return x + count

    archive = ExportArchive()
    for name in ("one", "other"):
        archive.add_endpoint(name, counted, [InputSpec("x", (None,), "float32")])
    archive.write_out(tmp_path / "f", verbose=False)
    served = load(tmp_path / "f")
    zero = np.zeros(1, "float32")
    seen = [float(each(zero)[0]) for each in (served.one, served.other, served.one)]
    assert seen == [1.0, 2.0, 3.0]
    assert float(count.numpy()) == 0.0


def test_a_function_that_rounds_a_free_size_is_explained(tmp_path: Path) -> None:
    with pytest.raises(SavingError, match="rounds the size of a free axis"):
        write_cornu(tmp_path / "f", lambda x: x[::2], [ROWS])
    with pytest.raises(TypeError, match="does not take 'opset_version' for format 'cornu'"):
        write_cornu(tmp_path / "f", lambda x: x, [ROWS], opset_version=18)
    assert not list(tmp_path.iterdir())


# Files that were changed


def _written(path: Path) -> Path:
    kernel = Variable(KERNEL, name="kernel")
    write_cornu(path, lambda x: ops.matmul(x - MEAN, kernel), [ROWS], name="f")
    return path


def _rewritten(path: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    change(config)
    members["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def _first(config: dict[str, Any], op: str) -> dict[str, Any]:
    return next(row for row in config["graph"]["nodes"] if row["op"] == op)


CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "an operation of another name": lambda c: _first(c, "matmul").update(op="eval"),
    "a private attribute": lambda c: _first(c, "matmul").update({"with": {"__class__": 1}}),
    "a value before its operands": lambda c: _first(c, "matmul").update(of=[10_000, 0]),
    "a negative place": lambda c: _first(c, "matmul").update(of=[-1, 0]),
    "a later version": lambda c: c.update(version=99),
    "a version before the first": lambda c: c.update(version=0),
    "numbers as another version holds them": lambda c: c.update(version=1),
    "another kind of file": lambda c: c.update(format="something"),
    "an endpoint of another name": lambda c: c.update(endpoint="other"),
    "no graph": lambda c: c.pop("graph"),
    "an array that is not there": lambda c: _first(c, "constant").update(array="99"),
    "a variable that is not there": lambda c: c.update(variables=["kernel", "bias"]),
    "a place that is not there": lambda c: c.update(knows=[7]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_file_is_refused(change: str, tmp_path: Path) -> None:
    path = _rewritten(_written(tmp_path / "f"), CHANGES[change])
    with pytest.raises(BadFileError):
        load(path).serve(np.ones((2, 6), "float32"))


def test_files_from_before_archives_are_read(tmp_path: Path) -> None:
    def older(config: dict[str, Any]) -> None:
        for key in ("endpoint", "knows", "trainable"):
            del config[key]

    x = np.ones((2, 6), "float32")
    expected = load(_written(tmp_path / "f")).serve(x)
    np.testing.assert_array_equal(load(_rewritten(tmp_path / "f", older)).serve(x), expected)


def test_without_h5py_the_first_version_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    golden = Path(__file__).parent / "golden" / "cornu-0.1.0" / "dense.cornu"
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(MissingDistributionError, match="pip install h5py"):
        load(golden)


# Archives


def test_what_an_archive_cannot_hold(tmp_path: Path) -> None:
    class Unbuilt:
        name, built, variables = "net", False, ()

    archive = ExportArchive()

    def twice(x: Any) -> Any:
        return x * 2.0

    for call, error, words in (
        (lambda: archive.write_out(tmp_path / "m"), ValueError, "no endpoint yet"),
        (lambda: archive.track(Unbuilt()), NotBuiltError, "no weights yet"),
        (lambda: archive.track("x"), ValueError, "layer or model"),
        (lambda: archive.add_endpoint("serve", twice), ValueError, "input_signature"),
        (lambda: archive.add_endpoint("a b", twice, [ROWS]), ValueError, "attribute"),
        (lambda: archive.add_endpoint("variables", twice, [ROWS]), ValueError, "taken"),
        (lambda: archive.add_endpoint("sum", max, [ROWS, ROWS]), ValueError, "one name"),
        (lambda: archive.add_variable_collection("w", [1]), ValueError, "holds variables"),
        (lambda: archive.write_out(tmp_path / "m", options=1), ValueError, "options"),
        (lambda: ExportArchive("onnx"), ValueError, "model.export"),
    ):
        with pytest.raises(error, match=words):
            call()
    archive.add_endpoint("serve", twice, [ROWS])
    with pytest.raises(ValueError, match="taken"):
        archive.add_endpoint("serve", twice, [ROWS])
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize("place", [-1, 10_000])
def test_an_archive_with_a_wrong_place_is_refused(place: int, tmp_path: Path) -> None:
    archive = ExportArchive()
    for name in ("serve", "again"):
        archive.add_endpoint(name, lambda x: x * 2.0, [ROWS])
    archive.write_out(tmp_path / "m", verbose=False)
    path = _rewritten(tmp_path / "m", lambda config: config["more"][0].update(knows=[place]))
    with pytest.raises(BadFileError, match="variable of a program"):
        load(path)
