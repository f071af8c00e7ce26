"""The C under sanitizers: no memory out of bounds, nothing undefined, no race in the pool."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cornu_backend_native import build
from cornu_backend_native.sources import FOLDER, hash_of_sources

HERE = Path(__file__).parent
FOR_GCC = {
    "x86-64": ["-march=x86-64"],
    "x86-64-v3": ["-march=x86-64-v3"],
    "x86-64-v4": ["-march=x86-64-v4"],
    "aarch64": [],
}
SUITE = """
import os
from pathlib import Path

from cornu_backend_native.backend import NativeBackend
from cornu_backend_native.library import Library
from cornu_ops.testing import BackendSuite


class TestSanitized(BackendSuite):
    backend = NativeBackend(Library(Path(os.environ["SANITIZED"])))
"""
FAULT = """
import os
from pathlib import Path

import numpy as np

from cornu_backend_native.backend import NativeBackend
from cornu_backend_native.library import Library
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.trace import Trace

with Trace("fault") as trace:
    x = trace.input("x", (1000,), "float32")
    program = build_program("fault", trace, [p.cumsum(x, axis=0, reverse=False)])
run = NativeBackend(Library(Path(os.environ["SANITIZED"]))).compile(program)
words = run._lowered.table.words
words[words == 1000] = 1001 + 64  # more than there is
run(np.ones(1000, np.float32))
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


def watched_library(folder: Path) -> Path:
    """Build the library by gcc, as clang of ziglang has no runtime of the sanitizers."""
    variant = build.best_of_this_machine(build.this_machine())
    path = folder / f"cornu-{variant}.so"
    flags = (
        "-std=c11 -O1 -g -fPIC -fwrapv -fno-math-errno -ffp-contract=off -D_POSIX_C_SOURCE=200809L "
        "-fsanitize=address,undefined -fno-sanitize-recover=undefined"
    ).split()
    flags += [*FOR_GCC[variant], f'-DBUILT_FROM="{hash_of_sources()}"', "-iquote", str(FOLDER)]

    def compiled(unit: Path) -> Path:
        to = folder / f"{unit.stem}.o"
        subprocess.run(["gcc", *flags, "-c", unit, "-o", to], check=True)
        return to

    with ThreadPoolExecutor(build.JOBS) as pool:
        objects = list(pool.map(compiled, build.all_units()))
    linked = ["gcc", "-shared", "-fsanitize=address,undefined", *objects, "-o", path]
    subprocess.run([*linked, "-lm", "-lpthread"], check=True)
    return path


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """Return how a command runs with a library that watches its memory."""
    preload, folder = runtime("asan"), tmp_path_factory.mktemp("watched")
    env = {
        **os.environ,
        "SANITIZED": str(watched_library(folder)),
        "LD_PRELOAD": preload,
        "ASAN_OPTIONS": "detect_leaks=0",
        "CORNU_NUM_THREADS": "2",
    }

    def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command],
            env=env,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


def test_all_primitives_and_random_programs_stay_in_their_memory(watched, tmp_path):
    suite = tmp_path / "test_sanitized.py"
    suite.write_text(SUITE)
    done = watched("-m", "pytest", "-q", "-p", "no:cacheprovider", suite, HERE / "test_fuzz.py")
    assert done.returncode == 0, (done.stdout + done.stderr)[-5000:]
    assert "passed" in done.stdout


def test_a_row_that_goes_too_far_is_seen(watched):
    done = watched("-c", FAULT)
    assert done.returncode != 0
    assert "AddressSanitizer" in done.stderr


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
