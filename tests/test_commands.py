"""Commands on files of models, as somebody at a terminal gives them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import cornu
from cornu import backends
from cornu.cli import main
from cornu.layers import BatchNormalization, Dense

SHELLS = {"bash": ["bash", "-n"], "zsh": None, "fish": None}


@pytest.fixture(autouse=True)
def as_it_was():
    before = backends.get_backend()
    yield
    backends.set_backend(before)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a model, a table and what is no model."""
    monkeypatch.chdir(tmp_path)
    cornu.utils.set_random_seed(1)
    layers = [cornu.Input((4,), name="row"), Dense(3, activation="relu"), BatchNormalization()]
    model = cornu.Sequential([*layers, Dense(2, activation="softmax", name="answer")])
    model.compile("adam", "mse")
    model.save("model.keras")
    x = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    np.save("x.npy", x)
    np.savetxt("x.csv", x, delimiter=",", header="a,b,c,d", comments="")
    (tmp_path / "broken.keras").write_text("no model")
    cornu.saving.save_model(model.layers[0], "layer.keras")
    return tmp_path


def say(capsys, *words: str) -> str:
    assert main(list(words)) == 0
    return capsys.readouterr().out


def test_summary(folder, capsys):
    assert "answer (Dense)" in say(capsys, "summary", "model.keras")


@pytest.mark.parametrize(
    "to", ["copy.h5", "copy.keras", "w.weights.h5", "m.onnx", "m.c", "m.cornu"]
)
def test_convert(to, folder, capsys):
    assert to in say(capsys, "convert", "model.keras", to)
    assert (folder / to).stat().st_size > 200
    if to.startswith("copy"):
        assert "no difference" in say(capsys, "diff", "model.keras", to)


def test_a_python_file_predicts(folder, capsys):
    say(capsys, "convert", "model.keras", "alone.py")
    code = "import alone, numpy; numpy.save('y.npy', alone.predict(numpy.load('x.npy')))"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    expected = cornu.models.load_model("model.keras").predict(np.load("x.npy"), verbose=0)
    np.testing.assert_allclose(np.load("y.npy"), expected, rtol=1e-6)


@pytest.mark.parametrize("data", ["x.csv", "x.npy", "x.npz"])
def test_predict(data, folder, capsys):
    np.savez("x.npz", row=np.load("x.npy"))
    say(capsys, "predict", "model.keras", data, "-o", "y.npy")
    expected = cornu.models.load_model("model.keras").predict(np.load("x.npy"), verbose=0)
    np.testing.assert_allclose(np.load("y.npy"), expected, rtol=1e-5)
    printed = say(capsys, "predict", "model.keras", data)
    lines = [[float(n) for n in line.split(",")] for line in printed.split()]
    np.testing.assert_allclose(lines, expected, rtol=1e-5)


def test_diff_says_what_differs(folder, capsys):
    model = cornu.models.load_model("model.keras")
    model.layers[-1].bias.assign([0.0, 0.5])
    model.save("moved.keras")
    assert main(["diff", "model.keras", "moved.keras"]) == 1
    assert capsys.readouterr().out == "answer (Dense): weight bias differs by up to 0.5\n"
    assert main(["diff", "model.keras", "moved.keras", "--tolerance", "1"]) == 0


@pytest.mark.parametrize("phase", ["predict", "train"])
def test_program(phase, folder, capsys):
    backends.set_backend("numpy")
    text = say(capsys, "program", "model.keras", "--phase", phase)
    assert "answer" in text
    compile(text, "program", "exec")


def test_bench_knows_every_backend_that_is_asked_for(folder, capsys):
    words = ["bench", "model.keras", "--seconds", "0", "--backend", "numpy", "--backend", "native"]
    lines = say(capsys, *words).splitlines()
    assert [line.split()[0] for line in lines] == ["backend", "numpy", "native"]


def test_doctor(capsys):
    told = say(capsys, "doctor")
    assert "numpy: runs here" in told
    assert f"numpy {np.__version__}" in told


@pytest.mark.parametrize("shell", SHELLS)
def test_completion(shell, tmp_path, capsys):
    script = tmp_path / "script"
    script.write_text(say(capsys, "completion", shell))
    assert "--overwrite" in script.read_text().replace("-l overwrite", "--overwrite")
    if SHELLS[shell]:
        subprocess.run([*SHELLS[shell], script], check=True, timeout=60)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["summary", "none.keras"], "none.keras"),
        (["summary", "broken.keras"], "broken.keras"),
        (["summary", "layer.keras"], "holds a layer alone"),
        (["convert", "model.keras", "model.tflite"], ".onnx"),
        (["convert", "model.keras", "x.csv"], ".onnx"),
        (["convert", "model.keras", "model.keras"], "--overwrite"),
        (["predict", "model.keras", "x.txt"], ".csv"),
        (["predict", "model.keras", "wide.npy"], "(batch, 4)"),
        (["bench", "model.keras", "--backend", "cuda"], "cuda"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(words, told, folder, capsys):
    np.save("wide.npy", np.zeros((2, 7), "float32"))
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("cornu: ")
    assert error.count("\n") == 1
    assert told in error


def test_the_command_has_help_with_examples(folder):
    command = [sys.executable, "-m", "cornu", "convert", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "cornu convert old.h5 model.keras" in done.stdout
