"""Scripts under a real `mpiexec`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
START = "import numpy as np, cornu\nfrom cornu import layers\n"


def mpiexec() -> str:
    """Return the path of mpiexec, that of the wheel first."""
    pytest.importorskip("mpi4py", reason="training on several processes needs mpi4py")
    beside = Path(sys.executable).with_name("mpiexec")
    found = str(beside) if beside.exists() else shutil.which("mpiexec")
    if found is None:
        pytest.skip("there is no mpiexec: pip install mpich")
    return found


def job(ranks: int, *arguments: str, timeout: int = 300, **environment: str) -> tuple[int, str]:
    """Run Python on so many ranks; return its status and what it printed."""
    with subprocess.Popen(
        [mpiexec(), "-n", str(ranks), sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as started:
        try:
            said, _ = started.communicate(timeout=timeout)
        except BaseException:  # its ranks are processes of their own
            os.killpg(started.pid, signal.SIGKILL)
            raise
    return started.returncode, said


def script(ranks: int, text: str, **environment: str) -> tuple[int, str]:
    """Run the lines of a script on so many ranks."""
    return job(ranks, "-c", START + textwrap.dedent(text), **environment)
