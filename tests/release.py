"""A release in one folder: `hatch run release` checks, builds and sums, and uploads nothing.

In `dist` (or the folder that is named) lie then the wheels and sources of all packages, the native
backend's wheel of each platform, the site as `site.zip`, and `SHA256SUMS`. The version is the
engine's; `hatch run release --version 0.2.0` writes another into all packages first.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ROOT / "packages"
ENGINE = PACKAGES / "engine" / "src" / "cornu_engine" / "version.py"
SAID = re.compile(r'^(__version__|version) = "(.+)"$', re.M)


def places() -> list[Path]:
    """Return the files that say the version: the engine's, which is read, and the packages'.

    Examples
    --------
    >>> len(places()) > 10
    True
    """
    said = [p for p in sorted(PACKAGES.glob("*/pyproject.toml")) if SAID.search(p.read_text())]
    return [ENGINE, *said]


def version_of(path: Path) -> str:
    """Return the version that a file says."""
    found = SAID.search(path.read_text(encoding="utf-8"))
    assert found is not None, path
    return found[2]


def write_version(version: str) -> None:
    """Write a version into all packages, and what they ask of each other: the same minor one."""
    major, minor, *_ = map(int, version.split("."))
    bounds = f">={major}.{minor},<{major}.{minor + 1}"
    for path in places():
        text = SAID.sub(rf'\1 = "{version}"', path.read_text(encoding="utf-8"), count=1)
        text = re.sub(r'"(cornu-[a-z-]+)>=[\d.]+,<[\d.]+', rf'"\1{bounds}', text)
        path.write_text(text, encoding="utf-8")


def build(into: Path) -> None:
    """Build wheels and sources; the native backend's wheels for every platform."""
    hatchling = [sys.executable, "-m", "hatchling", "build", "-d", str(into)]
    for folder in sorted(PACKAGES.iterdir()):
        targets = ["-t", "sdist"] if folder.name == "backend-native" else []
        subprocess.run([*hatchling, *targets], cwd=folder, check=True, capture_output=True)
    native = [sys.executable, "-m", "cornu_backend_native.build", "--wheels", str(into)]
    subprocess.run(native, check=True)


def sums(folder: Path) -> str:
    """Return a line for each file, as `sha256sum --check` reads it."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != "SHA256SUMS"
    ]
    return "".join(lines)


def main() -> None:
    """Read the command line, and make the release."""
    parser = argparse.ArgumentParser(prog="hatch run release", description=__doc__)
    parser.add_argument("folder", nargs="?", default="dist", help="where everything goes")
    parser.add_argument("--version", help="write this version into all packages first")
    parser.add_argument("--no-docs", action="store_true", help="without the site")
    options = parser.parse_args()
    if options.version:
        write_version(options.version)
    versions = {str(path.relative_to(ROOT)): version_of(path) for path in places()}
    if len(set(versions.values())) > 1:
        raise SystemExit(f"Packages are of different versions: {versions}")
    folder = Path(options.folder).resolve()
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty.")
    folder.mkdir(parents=True, exist_ok=True)
    build(folder)
    if not options.no_docs:
        site = folder / "site"
        subprocess.run(["hatch", "run", "docs:build", "-d", str(site)], cwd=ROOT, check=True)
        shutil.make_archive(str(site), "zip", site)
        shutil.rmtree(site)
    (folder / "SHA256SUMS").write_text(sums(folder), encoding="utf-8")
    print(f"{next(iter(versions.values()))}: {len(list(folder.iterdir()))} files in {folder}")


if __name__ == "__main__":
    main()
