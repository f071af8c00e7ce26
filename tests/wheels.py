"""Each package as its wheel, alone: built, installed where nothing else is, imported, and used.

`hatch run wheels` takes all of them, `hatch run wheels core optim` some. What is ours comes from
the wheels and from nowhere else (`--no-index`); NumPy and the like come from the index as ever.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from email.parser import Parser
from pathlib import Path

PACKAGES = Path(__file__).parents[1] / "packages"

# A line for each that needs nothing but what the wheel brings.
USES = {
    "backend-native": "from cornu_backend_native.backend import NativeBackend as B; "
    "assert B().available()",
    "backend-numpy": "from cornu_backend_numpy.backend import NumpyBackend as B; "
    "assert B().available()",
    "backend-opencl": "from cornu_backend_opencl.backend import OpenCLBackend as B; "
    "assert B.name == 'opencl'",
    "core": "import cornu; assert cornu.Input((3,)).shape == (None, 3)",
    "cornu": "import cornu; from cornu.layers import Dense; import numpy as np; "
    "m = cornu.Sequential([Dense(2)]); m.compile('adam', 'mse'); "
    "m.fit(np.ones((8, 3)), np.ones((8, 2)), verbose=0)",
    "data": "import numpy as np, cornu_data; "
    "assert cornu_data.make_source(np.ones((5, 2)), batch_size=2).num_batches == 3",
    "distributed": "from cornu import distribution as d; assert d.distribution() is None",
    "engine": "from cornu_engine import tree; assert tree.flatten([1, [2]]) == [1, 2]",
    "export": "from cornu_export import saved_model; assert saved_model.load",
    "keras": "from cornu.keras import backend as K; import numpy as np; "
    "assert float(K.sum(np.ones(3))) == 3",
    "layers": "from cornu.layers import Dense; import numpy as np; "
    "assert Dense(2)(np.ones((1, 3))).shape == (1, 2)",
    "lowering": "from cornu_lowering.views import merged; "
    "assert merged((2, 3), [(3, 1)]).shape == (6,)",
    "ops": "import cornu_ops as ops; assert float(ops.sum([1.0, 2.0])) == 3",
    "optim": "from cornu.optimizers import Adam; assert Adam(0.1).learning_rate > 0",
    "preprocessing": "from cornu.preprocessing.sequence import pad_sequences as pad; "
    "assert pad([[1]], maxlen=2).shape == (1, 2)",
    "sklearn-wrappers": "from cornu.wrappers import KerasClassifier; assert KerasClassifier",
}


def build(folder: str, into: Path) -> None:
    """Build the wheel of a package."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(into)]
    subprocess.run(command, cwd=PACKAGES / folder, check=True, capture_output=True)


def requirements(wheels: Path) -> dict[str, list[str]]:
    """Return what each wheel requires, without what its extras bring."""
    needs = {}
    for wheel in wheels.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
            metadata = Parser().parsestr(archive.read(name).decode())
        required = metadata.get_all("Requires-Dist") or []
        needs[metadata["Name"]] = [text for text in required if "extra ==" not in text]
    return needs


def others(name: str, needs: dict[str, list[str]]) -> set[str]:
    """Return what a package and those of ours below it require of others."""
    required: set[str] = set()
    for text in needs[name]:
        below = re.split(r"[^\w-]", text, maxsplit=1)[0]
        required |= others(below, needs) if below in needs else {text}
    return required


def try_alone(folder: str, name: str, needs: dict[str, list[str]], wheels: Path, at: Path) -> str:
    """Install one package in an environment of its own, and use it; return what went wrong."""
    python = at / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    install = ["uv", "pip", "install", "-q", "--python", str(python)]
    commands = [["uv", "venv", "-q", "--clear", "--python", sys.executable, str(at)]]
    if foreign := sorted(others(name, needs)):
        commands.append([*install, *foreign])
    commands.append([*install, "--no-index", "--find-links", str(wheels), name])
    commands.append([str(python), "-W", "error", "-c", USES[folder]])
    for command in commands:
        done = subprocess.run(command, cwd=at.parent, capture_output=True, text=True)
        if done.returncode:
            return done.stderr
    return ""


def main(folders: list[str]) -> int:
    """Build all wheels, try those of some packages, and return how many of them fail."""
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        wheels = Path(name, "wheels")
        for folder in USES:
            build(folder, wheels)
        needs = requirements(wheels)
        for folder in folders or USES:
            project = (PACKAGES / folder / "pyproject.toml").read_text(encoding="utf-8")
            distribution = json.loads(re.search(r'^name = (".*")', project, re.M)[1])  # type: ignore[index]
            start = time.perf_counter()
            wrong = try_alone(folder, distribution, needs, wheels, Path(name, "alone"))
            seconds = time.perf_counter() - start
            print(
                f"{distribution:24} {'FAILED' if wrong else 'works'} {seconds:6.1f} s", flush=True
            )
            if wrong:
                print(wrong)
                failed += 1
    return failed


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
