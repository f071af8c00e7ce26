"""Builds the kernels: `python -m cornu_backend_native.build`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def build() -> None:
    """Build the library for this machine."""
    (HERE / "lib").mkdir(exist_ok=True)
    flags = (
        "-std=c11 -O3 -march=native -Wall -Wextra -Werror -Wno-pass-failed -fvisibility=hidden "
        "-ffp-contract=off -fwrapv -fno-math-errno -shared -fPIC"
    )
    sources = sorted((HERE / "c").glob("*.c"))
    command = [sys.executable, "-m", "ziglang", "cc", *flags.split(), *map(str, sources)]
    subprocess.run([*command, "-o", HERE / "lib/libcornu.so", "-lm", "-lpthread"], check=True)


if __name__ == "__main__":
    build()
