"""Ranks are equal bit for bit, and come to what one process comes to with the whole batch."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from tests.distributed.cases import CASES, ONLY_EQUAL, ROUNDED
from tests.distributed.jobs import ROOT, job


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What each rank of one, two and three processes found, by their number."""
    folder = tmp_path_factory.mktemp("ranks")
    alone = [sys.executable, "-m", "tests.distributed.run", str(folder)]
    pytest.importorskip("mpi4py", reason="training on several processes needs mpi4py")
    subprocess.run(alone, cwd=ROOT, check=True, timeout=300)
    for size in (2, 3):
        status, text = job(size, *alone[1:])
        assert status == 0, text
    return {
        size: [json.loads((folder / f"{size}_{rank}.json").read_text()) for rank in range(size)]
        for size in (1, 2, 3)
    }


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("size", [2, 3])
def test_ranks_are_equal_bit_for_bit(found, size, name):
    first, *others = (rank[name] for rank in found[size])
    assert all(other == first for other in others)


@pytest.mark.parametrize("name", [name for name in CASES if name not in ONLY_EQUAL])
@pytest.mark.parametrize("size", [2, 3])
def test_they_come_to_what_one_process_does(found, size, name):
    (alone,), (first, *_) = found[1], found[size]
    assert list(first[name]["history"]) == list(alone[name]["history"])
    near = ROUNDED.get(name)
    near = {"rtol": 1e-12, "atol": 1e-14} if near is None else {"rtol": near, "atol": near}
    for one, several in zip(alone[name]["weights"], first[name]["weights"], strict=True):
        np.testing.assert_allclose(several, one, **near)
    for metric, values in alone[name]["history"].items():
        np.testing.assert_allclose(first[name]["history"][metric], values, **near)


def test_batch_statistics_and_masks_of_each_rank_are_its_own(found):
    for name in ONLY_EQUAL:
        assert found[2][0][name] != found[1][0][name]
