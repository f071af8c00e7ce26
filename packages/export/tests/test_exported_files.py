"""What earlier releases have exported is served as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import cornu_export

FILES = sorted((Path(__file__).parent / "golden").glob("cornu-*/*.cornu"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}/{f.stem}")
def test_a_file_of_an_earlier_release_is_served(file: Path) -> None:
    if "version" not in file.parent.name:  # version 1
        pytest.importorskip("h5py", reason="numbers in HDF5 are read where h5py is installed")
    loaded = cornu_export.load(file)
    with np.load(file.parent / "values.npz") as values:
        wanted = {k.partition(".")[2]: values[k] for k in values if k.startswith(f"{file.stem}.")}
    batch = wanted.pop("x")
    ends = getattr(loaded, "endpoints", {"serve": loaded})
    assert ends.keys() == wanted.keys()
    for name, end in ends.items():
        for rows in (1, 4):
            found = np.asarray(end.serve(batch[:rows]))
            np.testing.assert_allclose(found, wanted[name][:rows], rtol=1e-5, atol=1e-6)


def test_each_kind_of_file_is_here_and_small() -> None:
    for version in ("cornu-0.1.0", "cornu-0.1.0-version-2"):
        here = {f.stem for f in FILES if f.parent.name == version}
        assert here >= {"dense", "conv", "lstm", "embedding", "scan", "several"}
    assert max(f.stat().st_size for f in FILES) < 32_768


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        cornu_export.load(tmp_path / "nothing.cornu")
