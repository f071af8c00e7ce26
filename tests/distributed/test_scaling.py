"""`python -m cornu scaling`, alone and in a job."""

from __future__ import annotations

import re

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.cli import main
from cornu_ops import ranks
from tests.distributed.jobs import job


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    model = cornu.Sequential([cornu.Input((6,)), layers.Dense(50, "relu"), layers.Dense(3)])
    model.save(folder / "bare.keras")
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.save(folder / "model.keras")
    return str(folder / "model.keras")


def test_a_table_to_as_many_ranks(file, capsys):
    words = ["--ranks", "48", "--network", "10Gb", "--seconds", "0", "--batch-size", "16"]
    assert main(["scaling", file, *words]) == 0
    said = capsys.readouterr().out
    assert "a step of 16 rows" in said
    assert "network: 10 Gb/s, 20 µs, 1 to a machine" in said
    rows = [line.split() for line in said.splitlines() if line.endswith("%")]
    assert [int(row[0]) for row in rows] == [1, 2, 4, 8, 16, 32, 48]
    assert all(row[-1].endswith("%") for row in rows)
    assert ranks.current.size == 1  # as it was


def test_what_is_sent_are_the_gradients_and_the_sums_of_metrics(file):
    from cornu_distributed.scaling.measuring import measured

    model = cornu.models.load_model(file)
    (sent,) = measured(model, 8, 0.0).sums
    assert 4 * model.count_params() < sent <= 4 * (model.count_params() + 16)
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_models_whose_data_can_be_drawn():
    from cornu_distributed.scaling.measuring import measured

    given = {"a": cornu.Input((4,), dtype="int32", name="a"), "b": cornu.Input((4, 2), name="b")}
    embedded = layers.Embedding(9, 2)(given["a"])
    both = layers.GRU(3)(layers.add([embedded, given["b"]]))
    outputs = [layers.Dense(1, "sigmoid")(both), layers.Dense(2)(both)]
    model = cornu.Model(list(given.values()), outputs)
    model.compile("sgd", ["binary_crossentropy", "mse"])
    costs = measured(model, 8, 0.0)
    assert costs.rows == 8
    assert min(costs.step, costs.staged) > 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["none.keras"], "none.keras"),
        (["--network", "fast"], "such as 25Gb"),
        (["--latency", "20"], "such as 20us"),
        (["--read", "soon"], "such as 20us"),
        (["--ranks", "0"], "--ranks must be 1 or more"),
        (["--batch-size", "0"], "--batch-size must be 1 or more"),
        (["bare.keras"], "compile it before it is saved"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(words, told, file, capsys):
    path = file.replace("model.keras", words[0]) if words[0].endswith("keras") else file
    assert main(["scaling", path, *words[words[0].endswith("keras") :], "--seconds", "0"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("cornu: ")
    assert error.count("\n") == 1
    assert told in error


def test_in_a_job_it_is_compared_with_what_happens(file):
    status, said = job(2, "-m", "cornu", "scaling", file, "--seconds", "0")
    assert status == 0, said
    rows = re.findall(r"^(\d+) .*%(.*)$", said, re.M)
    assert [int(ranks) for ranks, _ in rows] == [1, 2, 2]
    assert [after.strip() for _, after in rows] == ["", "", "measured"]
