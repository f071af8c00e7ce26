"""What earlier releases have exported is served as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import cornu
from tests.exported.make import FOLDER, batch_of

RELEASES = sorted(path for path in FOLDER.glob("cornu-*") if path.is_dir())
FILES = [file for release in RELEASES for file in sorted(release.glob("*.cornu"))]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}/{f.stem}")
def test_a_file_of_an_earlier_release_is_served(file: Path) -> None:
    loaded = cornu.saved_model.load(file)
    with np.load(file.parent / "values.npz") as values:
        wanted = {k.partition(".")[2]: values[k] for k in values if k.startswith(f"{file.stem}.")}
    ends = getattr(loaded, "endpoints", {"serve": loaded})
    assert ends.keys() == wanted.keys()
    batch = batch_of(file.stem)
    for name, end in ends.items():
        for rows in (1, 4):
            found = np.asarray(end.serve(batch[:rows]))
            np.testing.assert_allclose(found, wanted[name][:rows], rtol=1e-5, atol=1e-6)


def test_each_kind_of_file_is_here_and_small() -> None:
    assert {f.stem for f in FILES} >= {"dense", "conv", "lstm", "embedding", "scan", "several"}
    assert max(f.stat().st_size for f in FILES) < 32_768
