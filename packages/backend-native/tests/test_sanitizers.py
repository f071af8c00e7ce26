"""The C under sanitizers: no memory out of bounds, nothing undefined, no race in the pool."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cornu_backend_native import build
from cornu_backend_native.sources import FOLDER

HERE = Path(__file__).parent
SUITE = """
import os
from pathlib import Path

from cornu_backend_native.backend import NativeBackend
from cornu_backend_native.library import Library
from cornu_engine.testing import BackendSuite


class TestSanitized(BackendSuite):
    backend = NativeBackend(Library(Path(os.environ["SANITIZED"])))
"""


def runtime(name: str) -> str:
    """Where gcc has the runtime of a sanitizer."""
    try:
        asked = ["gcc", f"-print-file-name=lib{name}.so"]
        path = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except FileNotFoundError:
        path = ""
    if not os.path.isabs(path):
        pytest.skip(f"needs gcc with lib{name}")
    return path


def test_all_primitives_without_memory_out_of_bounds_or_undefined_behaviour(tmp_path):
    preload = runtime("asan")
    target = build.this_machine()
    flags = ("-O1", "-fsanitize=address,undefined", "-fsanitize-trap=undefined")
    (path,) = build.build(target, (build.best_of_this_machine(target),), tmp_path, flags)
    suite = tmp_path / "test_sanitized.py"
    suite.write_text(SUITE)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", suite],
        env={
            **os.environ,
            "SANITIZED": str(path),
            "LD_PRELOAD": preload,
            "ASAN_OPTIONS": "detect_leaks=0",
            "CORNU_NUM_THREADS": "2",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-5000:]
    assert "passed" in done.stdout


def test_no_race_in_the_pool(tmp_path):
    runtime("tsan")
    driver = tmp_path / "pool_stress"
    sources = [HERE / "c" / "pool_stress.c", FOLDER / "pool.c"]
    flags = "-std=c11 -O1 -g -Wall -Wextra -fsanitize=thread -D_POSIX_C_SOURCE=200809L".split()
    subprocess.run(
        ["gcc", *flags, "-iquote", FOLDER, *sources, "-o", driver, "-lpthread"], check=True
    )
    done = subprocess.run([driver], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, (done.stdout + done.stderr)[-5000:]
