"""Builds the kernels: `python -m cornu_backend_native.build`, in a source checkout.

The compiler is clang, out of the wheel `ziglang`, which builds for any platform on any other.
Objects are kept by the hash of all they are made from, so that an edit costs seconds.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cornu_backend_native import fused
from cornu_backend_native.sources import (
    FOLDER,
    hash_of,
    hash_of_sources,
    translation_units,
    with_headers,
)
from cornu_backend_native.targets import FLAGS, TARGETS, Target, host

LIB = FOLDER.parent / "lib"
PROJECT = FOLDER.parents[2]
KEPT = PROJECT / "build"
DAY = 24 * 60 * 60
TARGET = "CORNU_NATIVE_TARGET"  # what the build hook builds for; this machine where it is not set
JOBS = 2

COMPILER = (sys.executable, "-m", "ziglang", "cc")
COMMON = (
    "-std=c11", "-O3", "-g0", "-Wall", "-Wextra", "-Werror", "-Wno-pass-failed",
    "-fvisibility=hidden", "-ffp-contract=off", "-fwrapv", "-fno-math-errno",
    "-iquote", str(FOLDER),
)  # fmt: skip


def build(target: Target, variants: tuple[str, ...], to: Path) -> list[Path]:
    """Build the libraries of some variants of a target into a folder.

    Parameters
    ----------
    target : Target
    variants : tuple of str
    to : Path
    """
    (KEPT / "objects").mkdir(parents=True, exist_ok=True)
    to.mkdir(parents=True, exist_ok=True)
    units = all_units()
    with ThreadPoolExecutor(JOBS) as pool:
        objects = {
            variant: [pool.submit(_object, path, target, variant) for path in units]
            for variant in variants
        }
        made = [
            _link(target, [each.result() for each in objects[variant]],
                  to / f"cornu-{variant}{target.suffix}")
            for variant in variants
        ]  # fmt: skip
    _forget_old_objects()
    return made


def best_of_this_machine(target: Target) -> str:
    """Return the highest variant that this processor can run, asked of `c/cpu.c`."""
    (KEPT / "objects").mkdir(parents=True, exist_ok=True)
    lowest = target.variants[0]
    probe = _link(target, [_object(FOLDER / "cpu.c", target, lowest)],
                  KEPT / f"cpu{target.suffix}")  # fmt: skip
    return target.variants[ctypes.CDLL(os.fspath(probe)).cornu_level()]


def this_machine() -> Target:
    """Return the target that this machine is, or end with a word about it."""
    name = os.environ.get(TARGET) or host()
    if name not in TARGETS:
        raise SystemExit(
            f"There are kernels for {', '.join(TARGETS)}; this is {name or sys.platform}, "
            "where the other backends run."
        )
    return TARGETS[name]


def wheels(to: Path) -> None:
    """Build the wheel of every target."""
    for name in TARGETS:
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", to.resolve()],
            cwd=PROJECT, env={**os.environ, TARGET: name}, check=True,
        )  # fmt: skip


def all_units() -> list[Path]:
    """Return all C files that are compiled; those of groups are written first."""
    return [*translation_units(), *_prebuilt_groups()]


def _prebuilt_groups() -> list[Path]:
    """Write the C of all groups that are listed; return the files."""
    folder = KEPT / "fused"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in fused.files().items():
        folder.joinpath(name).write_text(text, "utf-8")
    return [folder / name for name in fused.files()]


def _object(source: Path, target: Target, variant: str) -> Path:
    if source.name == "cpu.c":  # asked before it is known what the processor can do
        variant = target.variants[0]
    flags = ["-target", target.triple, *COMMON, *target.flags, *FLAGS[variant]]
    if source.parent.name == "fused":
        flags.append("-fno-asynchronous-unwind-tables")  # of a thousand small functions
    if source.name == "built_from.c":
        flags.append(f'-DBUILT_FROM="{hash_of_sources()}"')
    made_from = hash_of(with_headers(source), *flags)
    path = KEPT / "objects" / f"{source.stem}-{variant}-{made_from}.o"
    if path.exists():
        os.utime(path)
    else:
        _write(path, [*COMPILER, *flags, "-c", source])
    return path


def _link(target: Target, objects: list[Path], to: Path) -> Path:
    flags = ["-s", "-shared"]
    if target.suffix == ".so":
        flags.append("-Wl,--gc-sections")  # what nobody calls is left out
    _write(to, [*COMPILER, "-target", target.triple, *flags, *objects, *target.libraries])
    return to


def _write(path: Path, command: list[str | Path]) -> None:
    """Run a command that writes a file, which appears when it is whole."""
    partial = path.with_name(f"{os.getpid()}-{path.name}")
    try:
        subprocess.run([*command, "-o", partial], check=True)
        os.replace(partial, path)
    finally:
        for left in (partial, partial.with_suffix(".pdb"), partial.with_suffix(".lib")):
            left.unlink(missing_ok=True)


def _forget_old_objects() -> None:
    for path in (KEPT / "objects").glob("*.o"):
        if time.time() - path.stat().st_mtime > DAY:
            path.unlink(missing_ok=True)


def main() -> None:
    """Build for this machine, or the wheels of all platforms."""
    parser = argparse.ArgumentParser("python -m cornu_backend_native.build", description=__doc__)
    parser.add_argument("--native-only", action="store_true",
                        help="the best variant of this processor alone")  # fmt: skip
    parser.add_argument("--wheels", type=Path, metavar="DIR", help="one wheel per platform")
    given = parser.parse_args()
    if given.wheels:
        wheels(given.wheels)
        return
    target = this_machine()
    variants = (best_of_this_machine(target),) if given.native_only else target.variants
    if given.native_only:
        for other in set(target.variants) - set(variants):  # they would be of older sources
            (LIB / f"cornu-{other}{target.suffix}").unlink(missing_ok=True)
    try:
        for path in build(target, variants, LIB):
            print(path)
    except subprocess.CalledProcessError as error:  # the compiler has said why
        raise SystemExit(error.returncode) from None


if __name__ == "__main__":
    main()
