"""A release: one version, written into all packages at once; sums that `sha256sum` checks."""

from __future__ import annotations

import shutil
import subprocess

from tests import release


def test_all_packages_are_of_one_version():
    versions = {path.parent.name: release.version_of(path) for path in release.places()}
    assert len(set(versions.values())) == 1, versions


def test_a_version_is_written_everywhere(tmp_path, monkeypatch):
    copies = []
    for path in release.places():
        copy = tmp_path / path.relative_to(release.ROOT)
        copy.parent.mkdir(parents=True)
        shutil.copy(path, copy)
        copies.append(copy)
    monkeypatch.setattr(release, "places", lambda: copies)
    release.write_version("1.7.2")
    assert {release.version_of(path) for path in copies} == {"1.7.2"}
    text = "".join(path.read_text() for path in copies)
    assert "cornu-engine>=1.7,<1.8" in text
    assert "<0.2" not in text


def test_the_sums_are_those_of_the_files(tmp_path):
    (tmp_path / "a.whl").write_bytes(b"wheel")
    (tmp_path / "SHA256SUMS").write_text(release.sums(tmp_path))
    subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=tmp_path, check=True)
