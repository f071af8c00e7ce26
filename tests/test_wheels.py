"""Each package builds to its own wheel, and the wheel holds what it should and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import cornu

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
    "backend-opencl": (
        "cornu-backend-opencl",
        "cornu_backend_opencl",
        "cornu_backend_opencl.backend:OpenCLBackend",
    ),
    "lowering": ("cornu-lowering", "cornu_lowering", None),
    "backend-native": (
        "cornu-backend-native",
        "cornu_backend_native",
        "cornu_backend_native.backend:NativeBackend",
    ),
    "cornu": ("cornu", None, None),
}


def test_every_package_is_in_the_table():
    assert {path.parent.name for path in PACKAGES.glob("*/pyproject.toml")} == set(WHEELS)


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
    assert plugin is None or f" = {plugin}" in entry_points
    assert (plugin is None) == ("[cornu]" not in entry_points and "_backends]" not in entry_points)
