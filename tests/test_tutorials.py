"""The tutorials run without a warning, and learn what they set out to learn."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import pytest

from tests.pages import ROOT

FOLDER = ROOT / "docs" / "tutorials"
TUTORIALS = sorted(path for path in FOLDER.glob("*.md") if path.stem != "index")

# What holds of the page's variables in the end, as Python.
RESULTS = {
    "deploying": "accuracy > 0.95 and np.abs(predict(x) - answers).max() < 1e-5",
    "first_network": "accuracy > 0.94",
    "gan": "0.9 < radius.mean() < 1.1 and radius.std() < 0.15",
    "images": "gain > 0.1",
    "old_script": "accuracy > 0.85 and float(done.stdout.split()[-1]) > 0.85",
    "own_layer": "last < 0.01 and cornu.layers.Bells is Bells",
    "programs": "accuracy > 0.9 and 'np.tanh' in source",
    "seq2seq": "accuracy > 0.9",
    "tabular": "r2 > 0.97",
    "text": "accuracy > 0.95",
    "time_series": "skill > 0.9",
    "transfer": "accuracy > 0.85 and np.mean(with_base[-5:]) > np.mean(without[-5:]) - 0.05",
    "vae": "last < 0.8 * first",
}

RUN = """
import pathlib, sys
from tests import pages
path, result = sys.argv[1:]
wrong = pages.run(pathlib.Path(path))
holds = eval(result, vars(sys.modules["page"]))
sys.exit("\\n".join(wrong) if wrong else 0 if holds else "not so: " + result)
"""


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_the_tutorial_runs_and_learns(path, tmp_path):
    env = {**os.environ, "MPLBACKEND": "agg", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-c", RUN, str(path), RESULTS[path.stem]]
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_every_tutorial_has_a_result_that_uses_its_variables():
    assert [path.stem for path in TUTORIALS] == sorted(RESULTS)
    for path in TUTORIALS:
        names = {n.id for n in ast.walk(ast.parse(RESULTS[path.stem])) if isinstance(n, ast.Name)}
        assert names - {"float"} <= set(_words(path.read_text(encoding="utf-8")))


def _words(text: str) -> list[str]:
    return text.replace("(", " ").replace(",", " ").replace(".", " ").split()
