"""The examples run, quickly, and learn what they set out to learn."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
SCRIPTS = sorted(EXAMPLES.glob("*.py"))

# Seconds on a slow machine that is busy with other things; others get DEFAULT.
DEFAULT = 60
LIMITS = {
    "augmented_digits.py": 180,
    "sklearn_dask_search.py": 120,
    "sklearn_grid_search_2019.py": 120,
    "transformer_sort.py": 120,
}

# The figure that a script prints in its last line, and the least it has to be.
RESULTS = {
    "autoencoder.py": ("gain", 0.2),
    "digits_cnn.py": ("accuracy", 0.9),
    "optuna_search.py": ("accuracy", 0.9),
    "sequence_forecasting.py": ("skill", 0.5),
    "serve.py": ("same", 1),
    "sklearn_dask_search.py": ("accuracy", 0.8),
    "sklearn_grid_search_2019.py": ("accuracy", 0.95),
    "sklearn_learning_curve.py": ("gain", 0.1),
    "sklearn_mixed_types.py": ("r2", 0.95),
    "spam_classification.py": ("accuracy", 0.8),
    "text_classification.py": ("accuracy", 0.7),
    "transformer_sort.py": ("accuracy", 0.95),
}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_example(script, tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        timeout=LIMITS.get(script.name, DEFAULT),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert script.read_text(encoding="utf-8").startswith('"""')
    if script.name in RESULTS:
        name, least = RESULTS[script.name]
        found = re.fullmatch(rf"{name} (-?[\d.]+)", done.stdout.splitlines()[-1])
        assert found, done.stdout
        assert float(found[1]) >= least


def test_every_limit_and_result_is_of_a_script_that_is_there():
    assert {*LIMITS, *RESULTS} <= {script.name for script in SCRIPTS}
