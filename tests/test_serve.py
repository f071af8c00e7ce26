"""`cornu serve` as a process: what it answers, to many at once, and to bad requests."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.cli import main
from cornu_keras.commands.serve import size_of

X = np.random.default_rng(0).normal(size=(24, 3)).astype("float32")


def one_input() -> cornu.Model:
    return cornu.Sequential(
        [cornu.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(2)], name="one"
    )


def two_inputs() -> cornu.Model:
    a, b = cornu.Input((3,), name="a"), cornu.Input((2,), name="b")
    joined = layers.Concatenate()([a, b])
    heads = {"left": layers.Dense(1)(joined), "right": [layers.Dense(2)(joined)]}
    return cornu.Model([a, b], heads, name="two")


class Served:
    """A model in a server process."""

    def __init__(self, model: cornu.Model, folder: Path) -> None:
        self.model = model
        model.save(folder / "model.keras")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        file = str(folder / "model.keras")
        command = [sys.executable, "-m", "cornu", "serve", file, "--port", str(port)]
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def wait(self) -> None:
        for _ in range(600):
            assert self.process.poll() is None, self.log.read_text()
            try:
                self.ask("/")
                return
            except urllib.error.URLError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def ask(self, path: str, value: Any = None) -> Any:
        """Return the status and what comes back."""
        data = None if value is None else json.dumps(value).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


@pytest.fixture(scope="module", params=[one_input, two_inputs])
def served(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(request.param(), tmp_path_factory.mktemp("served"))
    try:
        server.wait()
        yield server
    finally:
        server.process.terminate()
        server.process.wait(30)


def _rows(served: Served, count: int) -> tuple[Any, Any]:
    """Return inputs as arrays and as JSON."""
    if served.model.name == "one":
        return X[:count], X[:count].tolist()
    x = {"a": X[:count], "b": X[:count, :2]}
    return x, {name: rows.tolist() for name, rows in x.items()}


def test_what_it_is(served):
    status, said = served.ask("/")
    assert status == 200
    named = zip(served.model.input_names, served.model.inputs, strict=True)
    shapes = {name: [*x.shape] for name, x in named}
    assert said == {"model": served.model.name, "inputs": shapes}


def test_predictions(served):
    for count in (1, 7, 24):
        x, rows = _rows(served, count)
        status, said = served.ask("/predict", {"inputs": rows})
        assert status == 200, said
        expected = served.model.predict(x, verbose=0)
        found = cornu.tree.map_structure_up_to(expected, np.float32, said["outputs"])
        cornu.tree.map_structure(_near, found, expected)


def _near(found, expected):
    """As a batch of another size computes it."""
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_many_at_once(served):
    def ask(count: int) -> bool:
        x, rows = _rows(served, count)
        status, said = served.ask("/predict", {"inputs": rows})
        expected = served.model.predict(x, verbose=0)
        found = cornu.tree.map_structure_up_to(expected, np.float32, said["outputs"])
        cornu.tree.map_structure(_near, found, expected)
        return status == 200

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, [1 + i % 24 for i in range(64)]))


#: request to a model of one input -> what the answer says
BAD = [
    ({"inputs": [[1.0, 2.0]]}, "has shape"),
    ({"inputs": [[1.0], [2.0, 3.0]]}, "inhomogeneous"),
    ({"inputs": [["a", "b", "c"]]}, "text"),
    ({"inputs": {"a": [[1.0]], "b": [[1.0]]}}, "needs inputs named"),
    ({"inputs": [[float("nan"), 0.0, 0.0]]}, "NaN or infinity"),
    ({"inputs": []}, "x"),
    ({"rows": [[1.0]]}, "Field required"),
    ({"inputs": 3}, "valid list"),
]


@pytest.mark.parametrize("served", [one_input], indirect=True)
@pytest.mark.parametrize(("asked", "words"), BAD)
def test_bad_requests(served, asked, words):
    status, said = served.ask("/predict", asked)
    assert (status, words in json.dumps(said)) == (422, True), said
    assert served.ask("/predict", {"inputs": X.tolist()})[0] == 200  # and it goes on


def test_batches_of_all_sizes_need_few_programs():
    from cornu_keras.commands.serve import _predicted

    model, sizes = one_input(), (*range(1, 41), 255, 300, 513)
    x = np.random.default_rng(1).normal(size=(600, 3)).astype("float32")
    expected = np.asarray(model(x))
    made = []
    with mock.patch("cornu.training.programs.make_step", _counted(made)):
        for count in sizes:
            _near(_predicted(model, x[:count]), expected[:count])
    assert sorted(made) == sorted({size_of(count) for count in sizes})
    assert made != []


def _counted(made):
    from cornu.training.programs import make_step

    def make(model, mode, spec, backend):
        step = make_step(model, mode, spec, backend)
        made.append(step.compiled.program.inputs[0].shape[0])
        return step

    return make


def test_what_is_missing_is_said(capsys):
    with mock.patch("importlib.util.find_spec", return_value=None):
        assert main(["serve", "model.keras"]) == 2
    said = capsys.readouterr().err
    assert "serve needs fastapi and uvicorn: pip install fastapi uvicorn" in said
