"""Sums over ranks are of a training that runs: no file can ask for one."""

from __future__ import annotations

from pathlib import Path

import pytest

import cornu_distributed.primitive as primitive
from cornu.errors import BadFileError
from tests.attack.programs import file_of, program_of, served


def test_a_file_with_a_sum_over_ranks_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.cornu"
    path.write_bytes(file_of(program_of(primitive.NAME, [((2, 3), "float32")], {})))
    with pytest.raises(BadFileError, match="a file cannot hold it"):
        served(path)
