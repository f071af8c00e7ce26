"""Scripts as they were written in 2016–2022, run as they are: what each prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sklearn", reason="one of the scripts asks scikit-learn for a score")

HERE = Path(__file__).parent / "strangers"
# Which of the critic's weights a step of its own moves: a model that is frozen has no updates, so
# neither means nor variances of BatchNormalization; a step of the maker moves none.
OWN = [True] * 4 + [False] * 2 + [True] * 2
LOGS = ["accuracy", "loss", "val_accuracy", "val_f1", "val_loss"]

PRINTS = {
    "gan": [f"{OWN}", f"{[False] * 8}", "(2,) True"],
    "vae": ["['loss', 'val_loss'] True", "(64, 2) (1, 12)"],
    "siamese": [
        "501 [(None, 8, 8, 4), (None, 4, 4, 4), (None, 64), (None, 6)]",
        "['accuracy', 'loss', 'val_accuracy', 'val_loss'] True",
    ],
    "callbacks": [
        f"0 {LOGS}",
        f"1 {LOGS}",
        "2 [0.01, 0.0093, 0.0075, 0.005] ['accuracy', 'batch', 'loss', 'lr', 'size']",
    ],
    "graph": ["60 True", "./model.ckpt-60 True True"],
}


@pytest.mark.parametrize("name", PRINTS)
def test_a_script_prints_what_it_did(name, tmp_path):
    command = [sys.executable, "-m", "cornu", str(HERE / f"{name}.py")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if "━" not in line]
    assert lines == PRINTS[name], done.stderr
