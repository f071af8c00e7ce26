"""All groups of the benchmark workloads have functions of their own in the native backend."""

from __future__ import annotations

import os
import subprocess
import sys

from cornu_engine.thresholds import ENVIRONMENT_VARIABLE

SCRIPT = """
from tests.native_groups import tapes
from cornu_backend_native import fused
missing = sorted(tapes(quick=True) - set(fused.listed()))
assert not missing, "\\n".join(["Run `python -m tests.native_groups`:", *missing])
"""


def test_all_groups_of_the_workloads_are_prebuilt() -> None:
    # As users run them: what checks a plan makes values as well, and those come in another order.
    usual = {name: value for name, value in os.environ.items() if name != ENVIRONMENT_VARIABLE}
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, capture_output=True, text=True, env=usual)
    assert done.returncode == 0, done.stderr
