"""Devices are tried in a child process: whatever happens there is a reason, and kills nobody."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from cornu.errors import BackendError
from cornu_backend_opencl.backend import OpenCLBackend
from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_backend_opencl.device import child, kept, listing, probe
from cornu_backend_opencl.device.choice import choose
from cornu_backend_opencl.device.probe import Finding, find, trial
from cornu_backend_opencl.device.tuned import NARROW, narrowed
from cornu_backend_opencl.settings import forced_failure

KEPT = "opencl-devices.json"


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """A cache of its own, and nothing known so far."""
    monkeypatch.setenv("CORNU_CACHE", str(tmp_path))
    monkeypatch.setattr(probe, "_known", {})
    monkeypatch.setattr(listing, "_known", {})
    (tmp_path / "cornu").mkdir()
    return tmp_path / "cornu"


@pytest.mark.parametrize(
    ("asked", "lanes", "said"),
    [
        ("crash-16", 8, "on 16 lanes it crashed while the driver compiled vectors (SIGABRT)"),
        ("fail-16,wrong-8", 4, "on 8 lanes it computes wrongly: everything"),
        ("fail-16,fail-8,fail-4", 1, "on 16, 8 and 4 lanes it failed (RuntimeError: as asked for)"),
        ("crash", 0, "on 16, 8, 4 and 1 lanes it crashed"),
    ],
)
def test_a_device_is_used_on_as_many_lanes_as_it_gets_right(
    folder, monkeypatch, asked, lanes, said
):
    monkeypatch.setenv("CORNU_OPENCL_PROBE", asked)
    found = find(choose(None), "cpu")
    assert found.lanes == lanes
    assert said in found.reason
    assert not (folder / KEPT).exists()  # what a test asks for is not kept


def test_no_answer_is_a_reason_too(monkeypatch):
    monkeypatch.setenv("CORNU_OPENCL_PROBE", "hang-4")
    monkeypatch.setattr(probe, "PATIENCE", {"compiled vectors": (0.3, 0)})
    failure, _ = trial(choose(None), "cpu", 4)
    assert failure == "it gave no answer for 0 s while the driver compiled vectors"


def test_a_device_that_cannot_be_used_is_an_error_with_the_reason(monkeypatch):
    monkeypatch.setattr(probe, "find", lambda device, kind: Finding(0, {16: "it crashed"}))
    backend = OpenCLBackend(schedule=Schedule("cpu"))
    assert not backend.available()
    assert "cannot be used: on 16 lanes it crashed. Update" in backend.available().reason
    with pytest.raises(BackendError, match="python -m cornu devices"):
        backend.settings()


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        (["-m", "cornu", "devices"], 0, "cannot be used: on 16, 8, 4 and 1 lanes it failed"),
        (["-c", "import cornu; cornu.set_backend('opencl')"], 1, "cannot run here: 0:0"),
        (["-c", "import cornu; print(cornu.backends.survey())"], 0, "it failed (RuntimeError"),
    ],
    ids=["devices", "set_backend", "survey"],
)
def test_programs_of_users_live_on(monkeypatch, tmp_path, command, status, said):
    monkeypatch.setenv("CORNU_OPENCL_PROBE", "fail")
    monkeypatch.setenv("CORNU_OPENCL_SCHEDULE", "cpu")
    monkeypatch.setenv("CORNU_CACHE", str(tmp_path))
    done = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == status, done.stderr
    assert said in done.stdout + done.stderr


def test_what_is_found_is_kept_for_this_driver_and_release(folder, monkeypatch):
    monkeypatch.delenv("CORNU_OPENCL_PROBE", raising=False)
    device, tried = choose(None), []

    def failing(device, kind, lanes, thorough):
        tried.append(lanes)
        return ("it crashed", "") if lanes > 4 else ("", "correct")

    monkeypatch.setattr(probe, "trial", failing)
    expected = Finding(4, {16: "it crashed", 8: "it crashed"})
    assert (find(device, "cpu").lanes, tried) == (4, [16, 8, 4])
    probe._known.clear()
    assert find(device, "cpu") == expected  # from the file
    assert len(tried) == 3
    monkeypatch.setattr(kept, "version", lambda: "another")
    find(device, "cpu")
    assert len(tried) == 6
    found = json.loads((folder / KEPT).read_text())
    assert len([key for key in found if not key.startswith("listing")]) == 2


@pytest.mark.parametrize("text", ["", "[1, 2", "7", "\x00", "{KEY: 3}", "{KEY: {'lanes': 8}}",
                                  "{KEY: {'lanes': 'all', 'failures': {}}}",
                                  "{KEY: {'lanes': 8, 'failures': {'many': 'x'}}}"])  # fmt: skip
def test_a_damaged_file_is_nothing(folder, monkeypatch, text):
    monkeypatch.delenv("CORNU_OPENCL_PROBE", raising=False)
    monkeypatch.setattr(probe, "trial", lambda *_: ("", "correct"))
    key = json.dumps(probe.key_of(choose(None), "cpu"))
    (folder / KEPT).write_text(text.replace("'", '"').replace("KEY", key))
    assert find(choose(None), "cpu").lanes == 16
    assert "lanes" in (folder / KEPT).read_text()


def test_a_folder_that_cannot_be_written_is_no_error(folder, monkeypatch):
    monkeypatch.delenv("CORNU_OPENCL_PROBE", raising=False)
    (folder / "file").write_text("")
    monkeypatch.setenv("CORNU_CACHE", str(folder / "file"))
    monkeypatch.setattr(probe, "trial", lambda *_: ("", "correct"))
    assert find(choose(None), "cpu").lanes == 16


def test_where_no_python_can_be_started_nothing_is_tried(monkeypatch):
    monkeypatch.setattr(sys, "executable", "")
    assert "CORNU_OPENCL_PROBE=off" in trial(choose(None), "cpu", 16)[0]
    monkeypatch.setenv("CORNU_OPENCL_PROBE", "off")
    assert find(choose(None), "cpu").lanes == 16


@pytest.mark.parametrize("asked", ["explode", "crash-many", "crash-16 hang"])
def test_what_is_asked_of_the_trial_is_checked(monkeypatch, asked):
    monkeypatch.setenv("CORNU_OPENCL_PROBE", asked)
    with pytest.raises(ValueError, match="CORNU_OPENCL_PROBE"):
        forced_failure(16)


def test_any_schedule_is_narrowed_to_what_the_device_gets_right(monkeypatch):
    monkeypatch.setattr(probe, "find", lambda device, kind: Finding(4))
    written = OpenCLBackend(schedule=Schedule("cpu")).written_for
    assert (written.lanes, written.tile) == (4, NARROW[4])
    assert narrowed(written, 8) == written  # what is narrow already stays


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("crash-list", "it crashed while the driver listed its devices (SIGABRT)"),
        ("hang-list", "it gave no answer for 1 s while the driver listed its devices"),
    ],
)
def test_a_driver_that_fails_when_it_is_asked_for_devices_kills_nobody(
    folder, monkeypatch, asked, said
):
    monkeypatch.setenv("CORNU_OPENCL_PROBE", asked)
    monkeypatch.setattr(listing, "PATIENCE", {"listed its devices": (1.0, 0)})
    availability = OpenCLBackend().available()
    assert not availability
    assert f"OpenCL cannot be used: {said}" in availability.reason
    assert not (folder / KEPT).exists()
    with pytest.raises(BackendError, match="One of the drivers is broken"):
        next(iter(OpenCLBackend().devices()))


def test_that_devices_can_be_listed_is_found_out_once(folder, monkeypatch):
    monkeypatch.delenv("CORNU_OPENCL_PROBE", raising=False)
    asked = []

    def ask(function, patience, **arguments):
        asked.append(function)
        return failures.pop(), ""

    monkeypatch.setattr(child, "ask", ask)
    failures = ["it crashed", "it crashed", ""]
    choose(None)
    listing._known.clear()
    choose(None)  # from the file
    assert asked == ["list_devices"]
    with pytest.raises(BackendError, match="it crashed"):
        next(iter(OpenCLBackend().devices()))  # tries again
    monkeypatch.setattr(kept, "version", lambda: "another")
    with pytest.raises(BackendError, match="it crashed"):
        listing.check_listing()
    assert len(asked) == 3
