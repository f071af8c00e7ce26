"""Builds the kernels: `python -m cornu_backend_native.build`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def build() -> None:
    """Build the library for this machine."""
    (HERE / "lib").mkdir(exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "ziglang", "cc", "-std=c11", "-O3", "-march=native", "-Wall",
         "-Wextra", "-Werror", "-fvisibility=hidden", "-ffp-contract=off", "-fno-math-errno",
         "-shared", "-fPIC", "-o", HERE / "lib/libcornu.so",
         *sorted((HERE / "c").glob("*.c")), "-lm", "-lpthread"],
        check=True,
    )  # fmt: skip


if __name__ == "__main__":
    build()
