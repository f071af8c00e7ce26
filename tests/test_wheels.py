"""Each package builds to its own wheel, and the wheel holds what it should and nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import cornu
from cornu_backend_native import build, targets
from tests.wheels import USES

PACKAGES = Path(__file__).parents[1] / "packages"

# folder: (distribution, module, what its entry point names)
WHEELS = {
    "engine": ("cornu-engine", "cornu_engine", None),
    "ops": ("cornu-ops", "cornu_ops", None),
    "core": ("cornu-core", "cornu", "cornu.plugin"),
    "layers": ("cornu-layers", "cornu_layers", "cornu_layers.plugin"),
    "optim": ("cornu-optim", "cornu_optim", "cornu_optim.plugin"),
    "backend-numpy": (
        "cornu-backend-numpy",
        "cornu_backend_numpy",
        "cornu_backend_numpy.backend:NumpyBackend",
    ),
    "preprocessing": (
        "cornu-preprocessing",
        "cornu_preprocessing",
        "cornu_preprocessing.plugin",
    ),
    "keras": ("cornu-keras", "cornu_keras", "cornu_keras.plugin"),
    "export": ("cornu-export", "cornu_export", None),
    "sklearn-wrappers": ("cornu-sklearn", "cornu_sklearn", None),
    "distributed": ("cornu-distributed", "cornu_distributed", None),
    "backend-opencl": (
        "cornu-backend-opencl",
        "cornu_backend_opencl",
        "cornu_backend_opencl.backend:OpenCLBackend",
    ),
    "data": ("cornu-data", "cornu_data", None),
    "lowering": ("cornu-lowering", "cornu_lowering", None),
    "backend-native": (
        "cornu-backend-native",
        "cornu_backend_native",
        "cornu_backend_native.backend:NativeBackend",
    ),
    "cornu": ("cornu", None, None),
}


def test_every_package_is_in_the_table():
    folders = {path.parent.name for path in PACKAGES.glob("*/pyproject.toml")}
    assert folders == set(WHEELS) == set(USES)


@pytest.mark.parametrize("folder", WHEELS)
def test_the_wheel_holds_what_it_should(folder, tmp_path):
    distribution, module, plugin = WHEELS[folder]
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=PACKAGES / folder, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        info = f"{distribution.replace('-', '_')}-{cornu.__version__}.dist-info"
        metadata = Parser().parsestr(archive.read(f"{info}/METADATA").decode())
        points = f"{info}/entry_points.txt"
        entry_points = archive.read(points).decode() if points in names else ""

    assert metadata["Name"] == distribution
    assert metadata["Version"] == cornu.__version__
    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["License-Expression"] == "Apache-2.0"
    tops = {name.partition("/")[0] for name in names}
    assert tops == {info} | ({module} if module else set())
    if module:
        sources = PACKAGES / folder / "src"
        expected = {str(p.relative_to(sources).as_posix()) for p in sources.rglob("*.py*")}
        expected = {name for name in expected if name.endswith((".py", ".pyi"))}
        assert {name for name in names if name.endswith((".py", ".pyi"))} == expected
        assert f"{module}/py.typed" in names
    assert bool(list(tmp_path.glob("*-none-any.whl"))) == (folder != "backend-native")
    assert plugin is None or f" = {plugin}" in entry_points
    assert (plugin is None) == ("[cornu]" not in entry_points and "_backends]" not in entry_points)


def test_a_wheel_with_kernels_is_of_this_platform_and_small(tmp_path):
    target = build.this_machine()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=PACKAGES / "backend-native", check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.endswith(f"-py3-none-{target.tag}.whl")
    assert wheel.stat().st_size < 3 * 2**20
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
        names = set(archive.namelist())
    kernels = {f"cornu_backend_native/lib/cornu-{v}{target.suffix}" for v in target.variants}
    assert {name for name in names if "/lib/" in name} == kernels
    program = (
        "from cornu_backend_native import backend, library; "
        "print(backend.NativeBackend().available(), library.__file__, library.IN_CHECKOUT)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ok=True" in done.stdout
    assert str(folder) in done.stdout
    assert done.stdout.split()[-1] == "False"


def test_sources_hold_nothing_that_was_compiled(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)]
    subprocess.run(command, cwd=PACKAGES / "backend-native", check=True, capture_output=True)
    (sources,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sources) as archive:
        names = [Path(name) for name in archive.getnames()]
    assert Path(names[0].parts[0], "src", "cornu_backend_native", "c", "run.c") in names
    assert {name.suffix for name in names} & {".so", ".dylib", ".dll", ".o"} == set()


def test_the_docs_name_every_platform_with_its_kernels():
    page = (PACKAGES.parent / "docs" / "native.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\|.*\| `(\w+)` \| (.*) \|$", page, re.M)
    assert dict(rows) == {t.tag: ", ".join(t.variants) for t in targets.TARGETS.values()}
