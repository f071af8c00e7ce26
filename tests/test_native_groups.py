"""All groups of the benchmark workloads have functions of their own in the native backend."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
from tests.native_groups import tapes
from cornu_backend_native import fused
missing = sorted(tapes(quick=True) - set(fused.listed()))
assert not missing, "\\n".join(["Run `python -m tests.native_groups`:", *missing])
"""


def test_all_groups_of_the_workloads_are_prebuilt() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
