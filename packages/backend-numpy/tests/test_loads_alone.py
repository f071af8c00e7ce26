"""Asking for the NumPy backend imports no module of another one, with the registry or without."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys
{first}
from cornu_engine.backends import resolve
print(resolve("numpy").name, *[m for m in sys.modules if m.startswith("cornu_backend_")])
"""


@pytest.mark.parametrize(
    "first", ["", "from cornu.plugins import registry"], ids=["engine", "core"]
)
def test_numpy_loads_no_other_backend(first):
    if first:
        pytest.importorskip("cornu", reason="core is not installed beside the engine")
    program = PROGRAM.format(first=first)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    name, *modules = done.stdout.split()
    assert name == "numpy"
    assert modules
    assert {m.partition(".")[0] for m in modules} == {"cornu_backend_numpy"}
