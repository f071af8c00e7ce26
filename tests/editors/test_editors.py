"""What a user's editor sees: pyright and mypy read scripts as they stand on a user's disk.

Right scripts have no error, every planted mistake is found, and every attribute that layers,
optimizers, losses, metrics and callbacks have once they worked is known.
"""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.editors.attributes import script

SCRIPTS = Path(__file__).parent / "scripts"
Errors = dict[str, dict[int, str]]  # of each file, the message in each line


def pyright(files: list[Path], folder: Path) -> Errors:
    """Return what pyright says, as Pylance does in VS Code."""
    command = ["-m", "pyright", "--outputjson", "--pythonpath", sys.executable, *files]
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, timeout=300
    )
    found: Errors = {}
    for one in json.loads(done.stdout)["generalDiagnostics"]:
        if one["severity"] == "error":
            line = one["range"]["start"]["line"] + 1
            found.setdefault(Path(one["file"]).name, {})[line] = one["message"]
    return found


def mypy(files: list[Path], folder: Path) -> Errors:
    """Return what mypy says, also of functions without annotations."""
    options = ["--config-file=", "--check-untyped-defs", "--no-error-summary"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *files],
        cwd=folder, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found: Errors = {}
    for path, line, message in re.findall(r"^(.+?):(\d+): error: (.*)$", done.stdout, re.M):
        found.setdefault(Path(path).name, {})[int(line)] = message
    return found


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the scripts, in a folder far from this project."""
    folder = tmp_path_factory.mktemp("user")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)  # examples of callbacks write files
        texts = {"attributes.py": script()}
    texts |= {path.name: path.read_text(encoding="utf-8") for path in SCRIPTS.glob("*.py")}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


@pytest.fixture(scope="module", params=[pyright, mypy], ids=lambda checker: checker.__name__)
def errors(request: pytest.FixtureRequest, files: list[Path]) -> Errors:
    """Return all errors in all scripts, found in one run of each checker."""
    checker: Callable[[list[Path], Path], Errors] = request.param
    return checker(files, files[0].parent)


@pytest.mark.parametrize("name", ["script.py", "right.py", "paths.py"])
def test_a_script_has_no_error(errors, name):
    assert errors.get(name, {}) == {}


def test_every_mistake_is_found_and_nothing_else(errors):
    lines = (SCRIPTS / "mistakes.py").read_text(encoding="utf-8").splitlines()
    wrong = {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}
    found = errors["mistakes.py"]
    assert {n: lines[n - 1] for n in wrong - set(found)} == {}
    assert {n: found[n] for n in set(found) - wrong} == {}


def test_attributes_are_known(errors):
    assert errors.get("attributes.py", {}) == {}


def test_the_attributes_are_those_that_objects_have(files):
    text = files[0].read_text(encoding="utf-8")
    for name in ("kernel", "kernel_initializer", "units", "learning_rate", "best_epoch"):
        assert f"x.{name}" in text


def test_the_script_runs(monkeypatch, capsys, tmp_path):
    from cornu.datasets import mnist

    rng = np.random.default_rng(0)
    part = rng.integers(0, 256, (40, 28, 28), np.uint8), rng.integers(0, 10, 40)
    monkeypatch.setattr(mnist, "load_data", lambda: (part, part))
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(SCRIPTS / "script.py"))
    assert "(2, 3) 3 (4, 12)" in capsys.readouterr().out


def test_what_is_right_runs():
    runpy.run_path(str(SCRIPTS / "right.py"))


def test_every_name_of_the_other_script_is_there(capsys):
    runpy.run_path(str(SCRIPTS / "paths.py"))
    assert "ExponentialDecay" in capsys.readouterr().out
