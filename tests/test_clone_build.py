"""`pip install .` in a clone: a wheel without files that requires the folders here."""

from __future__ import annotations

import importlib.util
from email.parser import Parser
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname
from zipfile import ZipFile

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


def required(tmp_path):
    spec = importlib.util.spec_from_file_location("clone_build", ROOT / "clone_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with ZipFile(tmp_path / module.build_wheel(str(tmp_path))) as wheel:
        (name,) = (n for n in wheel.namelist() if n.endswith("/METADATA"))
        said = Parser().parsestr(wheel.read(name).decode())
    return said, [Requirement(each) for each in said.get_all("Requires-Dist")]


def test_every_package_is_required_from_its_folder(tmp_path):
    said, requirements = required(tmp_path)
    ours = [each for each in requirements if each.name.startswith("cornu-")]
    for requirement in ours:
        folder = Path(url2pathname(urlparse(requirement.url).path))
        assert folder.parent == ROOT / "packages"
        text = (folder / "pyproject.toml").read_text("utf-8")
        assert f'name = "{requirement.name}"' in text
    extras = set("preprocessing sklearn opencl native distributed serve bfloat16 all".split())
    assert set(said.get_all("Provides-Extra")) == extras
    assert {r.name for r in requirements} > {"fastapi", "ml_dtypes"}
    known = {p.parent.name for p in ROOT.glob("packages/*/pyproject.toml")}
    wanted = {Path(urlparse(r.url).path).name for r in ours}
    assert known - wanted == {"cornu"}


def test_what_a_wheel_needs_anyway_has_no_extra(tmp_path):
    requirements = required(tmp_path)[1]
    plain = {r.name for r in requirements if r.marker is None}
    assert {"cornu-core", "cornu-layers", "cornu-lowering"} <= plain
    assert "cornu-sklearn" not in plain
    native = [r for r in requirements if r.name == "cornu-backend-native"]
    assert any("linux" in str(r.marker) for r in native)
