"""What a small machine needs to run exported models: four wheels and what these declare."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
WHEELS = ("engine", "ops", "lowering", "export", "backend-numpy")
GOLDEN = ROOT / "packages/export/tests/golden"
INSTALLED = {
    "cornu-engine", "cornu-ops", "cornu-lowering", "cornu-export", "cornu-backend-numpy", "numpy",
    "threadpoolctl",
}  # fmt: skip
MIB_OF_OURS = 2.6  # as docs/export.md says

RUN = """
import importlib.metadata, json, pathlib, sys, time
start = time.perf_counter()
import numpy as np
import cornu_export

golden = pathlib.Path(sys.argv[1])
with np.load(golden / "cornu-0.1.0-version-2" / "values.npz") as values:
    values = dict(values)
for name in ("dense", "conv", "lstm", "embedding", "scan"):
    served = cornu_export.load(golden / "cornu-0.1.0-version-2" / f"{name}.cornu")
    found = served.serve(values[f"{name}.x"])
    np.testing.assert_allclose(found, values[f"{name}.serve"], rtol=1e-5, atol=1e-6)
try:
    cornu_export.load(golden / "cornu-0.1.0" / "dense.cornu")
except ImportError as error:
    assert "pip install h5py" in str(error), error
else:
    raise AssertionError("there is an h5py")
assert "cornu" not in sys.modules
installed = [d.metadata["Name"] for d in importlib.metadata.distributions()]
print(json.dumps({"installed": installed, "seconds": time.perf_counter() - start}))
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds the wheels and nothing else."""
    uv = os.environ.get("HATCH_UV") or shutil.which("uv")
    if uv is None:
        pytest.skip("needs uv, which hatch brings")
    folder = tmp_path_factory.mktemp("small")
    for package in WHEELS:
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
        subprocess.run(build, cwd=ROOT / "packages" / package, check=True, capture_output=True)
    subprocess.run([uv, "venv", "-q", "-p", sys.executable, str(folder / "env")], check=True)
    python = folder / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wheels = [str(wheel) for wheel in folder.glob("*.whl")]
    install = [uv, "pip", "install", "-q", "-p", str(python), *wheels, f"numpy=={np.__version__}"]
    subprocess.run(install, check=True)
    return python


def test_exported_models_run_with_four_wheels(python: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [python, "-I", "-c", RUN, str(GOLDEN)],
        cwd=tmp_path, capture_output=True, text=True, timeout=120,
        env={k: v for k, v in os.environ.items() if not k.startswith("CORNU")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)["installed"]) == INSTALLED


def test_the_four_wheels_are_small(python: Path) -> None:
    (packages,) = (python.parents[1]).glob("**/site-packages")
    sizes = {
        folder.name: sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
        for folder in packages.iterdir()
        if folder.is_dir()
    }
    ours = sum(size for name, size in sizes.items() if name.startswith("cornu"))
    assert ours / 2**20 == pytest.approx(MIB_OF_OURS, rel=0.15)
