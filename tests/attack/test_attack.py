"""A small share of `hatch run attack`; the rest on request."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.attack.kinds import KINDS
from tests.attack.watch import watched

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", KINDS)
def test_no_file_of_a_kind_does_harm(kind):
    pytest.importorskip("resource", reason="limits of memory are Unix'")
    done = subprocess.run(
        [sys.executable, "-m", "tests.attack", "--count", "25", kind],
        cwd=ROOT, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{kind:20}     25 files, 0 faults" in done.stdout


def test_the_hook_sees_what_it_should(tmp_path):
    with watched(tmp_path) as seen:
        (tmp_path / "inside").write_text("x")
        with pytest.raises(FileNotFoundError):
            Path("/nowhere/secret").read_text()
        eval("1 + 1")
    assert len(seen) >= 2
    assert "/nowhere/secret" in seen[0]
    assert any("compile" in event or "exec" in event for event in seen)
