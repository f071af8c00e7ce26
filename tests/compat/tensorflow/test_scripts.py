"""Tutorials as strangers write them print under the runner what they print under TensorFlow.

`tutorials/NAME.txt` is what TensorFlow 2.21 with tf_keras printed; scripts print what does not
depend on the numbers that are drawn.
"""

import subprocess
import sys
from pathlib import Path

import pytest

TUTORIALS = Path(__file__).parent / "tutorials"
NEEDS = {
    "data_augmentation": "cornu_preprocessing",
    "style_transfer": "PIL",
    "text_classification": "cornu_preprocessing",
    "text_generation": "cornu_preprocessing",
    "time_series_windows": "pandas",
    "word2vec": "cornu_preprocessing",
}


@pytest.mark.parametrize("name", sorted(path.stem for path in TUTORIALS.glob("*.py")))
def test_a_tutorial_prints_what_it_prints_under_tensorflow(name, tmp_path):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    script = TUTORIALS / f"{name}.py"
    done = subprocess.run(
        [sys.executable, "-m", "cornu", str(script)],
        capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    printed = [line.rstrip() for line in done.stdout.splitlines() if not line.endswith("/step")]
    wanted = script.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    assert printed == [line.rstrip() for line in wanted]
