"""What `pip install .` in a clone installs: Cornu, each package from its folder here.

It builds a wheel without files, whose requirements are those of `packages/cornu` as folders.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zipfile
from pathlib import Path
from typing import Any

PACKAGES = Path(__file__).resolve().parent / "packages"
FOLDERS = {"cornu-sklearn": "sklearn-wrappers"}
WHEEL = "Wheel-Version: 1.0\nGenerator: clone_build\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def build_wheel(folder: str, config_settings: Any = None, metadata_directory: Any = None) -> str:
    """Write the wheel, and return its name (PEP 517)."""
    said = (PACKAGES / "cornu" / "pyproject.toml").read_text(encoding="utf-8")
    version = re.findall(r'^version = "(.+)"$', said, re.M)[0]
    info = f"cornu_clone-{version}.dist-info"
    files = {f"{info}/METADATA": metadata(said, version), f"{info}/WHEEL": WHEEL}
    files[f"{info}/RECORD"] = "".join(map(_line, files.items())) + f"{info}/RECORD,,\n"
    name = f"cornu_clone-{version}-py3-none-any.whl"
    with zipfile.ZipFile(Path(folder) / name, "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    return name


def metadata(said: str, version: str) -> str:
    """Return what the wheel says of itself, from the text of `packages/cornu/pyproject.toml`."""
    lines = ["Metadata-Version: 2.1", "Name: cornu-clone", f"Version: {version}"]
    lines += ["Summary: Cornu, from a clone of its repository.", "Requires-Python: >=3.10"]
    required, extras = said.split("[project.optional-dependencies]")
    ours = re.findall(r'"(cornu-[a-z-]*[a-z])[^";]*(?:; ([^"]+))?"', required)
    lines += [_required(name, marker) for name, marker in [*ours, ("cornu-lowering", "")]]
    for extra, names in re.findall(r"^([a-z0-9]+) = \[([^\]]+)\]", extras.split("[tool")[0], re.M):
        lines.append(f"Provides-Extra: {extra}")
        lines += [_required(name, f"extra == '{extra}'") for name in re.findall('"(.+?)"', names)]
    return "\n".join(lines) + "\n"


def _required(said: str, marker: str) -> str:
    said, _, own = said.partition("; ")
    marker = " and ".join(filter(None, (own, marker)))
    name = re.split("[<>=]", said)[0]
    folder = PACKAGES / FOLDERS.get(name, name.removeprefix("cornu-"))
    what = f"{name} @ {folder.as_uri()}" if name.startswith("cornu-") else said
    return f"Requires-Dist: {what}" + (f" ; {marker}" if marker else "")


def _line(file: tuple[str, str]) -> str:
    path, text = file
    digest = hashlib.sha256(text.encode()).digest()
    coded = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return f"{path},sha256={coded},{len(text.encode())}\n"
