"""The platforms that have wheels, and the instruction sets that each has kernels for."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

# From the lowest to the highest; `level` of c/cpu.c counts in this order.
X86 = ("x86-64", "x86-64-v3", "x86-64-v4")
ARM = ("aarch64",)

FLAGS: dict[str, tuple[str, ...]] = {
    "x86-64": ("-mcpu=x86_64",),
    "x86-64-v3": ("-mcpu=x86_64_v3",),
    "x86-64-v4": ("-mcpu=x86_64_v4", "-mprefer-vector-width=512"),
    "aarch64": (),
}

POSIX = ("-fPIC", "-D_POSIX_C_SOURCE=200809L")


@dataclass(frozen=True)
class Target:
    """A platform.

    Attributes
    ----------
    triple : str
        Its name for the compiler, with the oldest system that is meant.
    tag : str
        Its name in the name of a wheel.
    variants : tuple of str
    suffix : str
        Of a shared library.
    flags, libraries : tuple of str
    """

    triple: str
    tag: str
    variants: tuple[str, ...]
    suffix: str = ".so"
    flags: tuple[str, ...] = POSIX
    libraries: tuple[str, ...] = ("-lm", "-lpthread")


TARGETS = {
    "manylinux-x86_64": Target("x86_64-linux-gnu.2.17", "manylinux_2_17_x86_64", X86),
    "manylinux-aarch64": Target("aarch64-linux-gnu.2.17", "manylinux_2_17_aarch64", ARM),
    "musllinux-x86_64": Target("x86_64-linux-musl", "musllinux_1_2_x86_64", X86),
    "macos-x86_64": Target("x86_64-macos.11.0", "macosx_11_0_x86_64", X86, ".dylib"),
    "macos-arm64": Target("aarch64-macos.11.0", "macosx_11_0_arm64", ARM, ".dylib"),
    "windows-x86_64": Target("x86_64-windows-gnu", "win_amd64", X86, ".dll", (), ()),
}

_PROCESSORS = {"amd64": "x86_64", "x86_64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}
_HOSTS = {
    ("linux", "x86_64"): "manylinux-x86_64",
    ("linux", "arm64"): "manylinux-aarch64",
    ("musl", "x86_64"): "musllinux-x86_64",
    ("darwin", "x86_64"): "macos-x86_64",
    ("darwin", "arm64"): "macos-arm64",
    ("win32", "x86_64"): "windows-x86_64",
}


def host() -> str | None:
    """Return the name of the target that this machine is, None where there are no kernels for it.

    Examples
    --------
    >>> host() in {None, *TARGETS}
    True
    """
    system = sys.platform
    if system == "linux" and not platform.libc_ver()[0].startswith("glibc"):
        system = "musl"
    return _HOSTS.get((system, _PROCESSORS.get(platform.machine().lower(), "")))
