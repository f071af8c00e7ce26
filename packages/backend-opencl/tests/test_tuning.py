"""`python -m cornu tune`: what is found is kept, whatever the cache looks like."""

from __future__ import annotations

import json

import pytest

from cornu_backend_opencl import tuning
from cornu_backend_opencl.backend import OpenCLBackend
from cornu_backend_opencl.device import tuned

SIZES = ((20, 24, 18),)


@pytest.fixture
def kept(monkeypatch, tmp_path):
    """The file of a cache of its own."""
    monkeypatch.setenv("CORNU_CACHE", str(tmp_path))
    monkeypatch.setattr(tuning, "TILES", ((4, 16), (6, 16)))
    monkeypatch.setattr(tuning, "ROUNDS", 2)
    folder = tmp_path / "cornu"
    folder.mkdir()
    return folder / "opencl-tuned.json"


@pytest.mark.parametrize("before", [None, "[1, 2", '["a list"]', '{"other device": 3}', "\x00"])
def test_the_best_is_kept_and_used(kept, before):
    if before is not None:
        kept.write_text(before)
    backend = OpenCLBackend()
    lines = list(tuning.tune(backend, SIZES))
    assert len(lines) == 4
    assert str(kept) in lines[-1]
    schedule = tuned.schedule_of(backend.session.device)
    assert schedule.tile in tuning.TILES
    assert f"tile {schedule.tile}" in lines[-1]


def test_a_cache_that_cannot_be_written_is_no_traceback(kept, monkeypatch):
    monkeypatch.setenv("CORNU_CACHE", str(kept))
    kept.write_text("a file where a folder should be")
    assert "CORNU_CACHE" in list(tuning.tune(OpenCLBackend(), SIZES))[-1]


def test_wrong_candidates_are_never_kept(kept, monkeypatch):
    monkeypatch.setattr(tuning, "_close", lambda found, expected: False)
    assert "No candidate" in list(tuning.tune(OpenCLBackend(), SIZES))[-1]
    assert not kept.exists()


@pytest.mark.parametrize(
    "values", [{"tile": "large"}, {"tile": [0, 16]}, {"tile": [4]}, {"tiles": [4, 16]}, [4, 16]]
)
def test_settings_that_cannot_be_are_not_used(kept, values):
    device = OpenCLBackend().session.device
    before = tuned.schedule_of(device)
    kept.write_text(json.dumps({device.driver: {"cpu": values}}))
    assert tuned.schedule_of(device) == before
