"""No file makes the reader run code, take much memory or time, or raise anything else."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

import cornu
from cornu import layers
from cornu.errors import BadFileError
from cornu_engine.files.rules import RULES
from tests.saving import hostile_configurations, hostile_hdf5, hostile_work  # noqa: F401  their cases
from tests.saving.hostile import CASES

SECONDS, BYTES = 2.0, 400 * 2**20  # of this process, beside what Python and the libraries take
_STATUS, _REFERENCES = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def peak():
    """Return the most memory that was in use since `reset_peak`, where Linux tells it."""
    if not _REFERENCES.exists():
        return 0
    line = next(x for x in _STATUS.read_text().splitlines() if x.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def reset_peak():
    if _REFERENCES.exists():
        _REFERENCES.write_text("5")
    return peak()


def small_model():
    cornu.set_seed(0)
    model = cornu.Sequential(
        [cornu.Input((4,)), layers.Dense(3, name="a"), layers.Dense(2, name="b")], name="m"
    )
    model.compile("adam", "mse", metrics=["mae"])
    return model


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The bytes of a good file of each kind."""
    folder, model = tmp_path_factory.mktemp("good"), small_model()
    model.save(folder / "m.keras")
    model.save(folder / "m.h5")
    model.save_weights(folder / "m.weights.h5")
    names = {"keras": "m.keras", "h5": "m.h5", "weights": "m.weights.h5"}
    for name in ("m.keras", "m.h5"):  # whatever is imported for it is there then
        cornu.models.load_model(folder / name)
    a_model().load_weights(folder / "m.weights.h5")
    return {kind: (folder / name).read_bytes() for kind, name in names.items()}


_MODEL = []


def a_model():
    """One model for all: what fails to load changes nothing."""
    if not _MODEL:
        _MODEL.append(small_model())
    return _MODEL[0]


ENTRIES = {
    "load_model": lambda path: cornu.models.load_model(path),
    "load_model without compile": lambda path: cornu.models.load_model(path, compile=False),
    "load_weights": lambda path: a_model().load_weights(path),
    "load_weights by name": lambda path: a_model().load_weights(path, by_name=True),
    "load_weights, mismatches skipped": lambda path: a_model().load_weights(
        path, skip_mismatch=True
    ),
}
# What a way in does not look at cannot be refused there.
OF_TRAINING = ("as optimizer", "as loss", "as metrics", "training", "AUC", "IoU", "Recall")


def is_harmless(case, entry):
    """Tell whether this way in may pass over what is wrong with a file."""
    if entry == "load_model":
        return case.rules[-1] == ""
    if entry == "load_model without compile":
        return any(word in case.name for word in OF_TRAINING) or case.rules[-1] == ""
    if case.kind == "weights" or "dataset" in case.name:
        return entry != "load_weights"  # by name it may not be met, and mismatches are skipped
    return True  # the configuration of a model is not read where its weights are


def test_there_are_many_kinds():
    assert len(CASES) > 200
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_file(case, good, tmp_path):
    opened = []
    path = tmp_path / "file"
    path.write_bytes(case.make(good[case.kind]))
    _watched[:] = [opened]
    try:
        for entry, read in ENTRIES.items():
            if case.kind == "weights" and entry.startswith("load_model"):
                allowed = ("kind", *case.rules)
            else:
                allowed = case.rules
            start, before = time.process_time(), reset_peak()
            error = _error_of(read, path)
            if error is None:
                assert is_harmless(case, entry), f"{entry} read the file"
            elif not is_harmless(case, entry):
                assert error.rule in allowed, f"{entry}: {error}"
            assert error is None or error.rule in RULES
            assert time.process_time() - start < SECONDS, entry
            assert peak() - before < BYTES, entry
    finally:
        _watched.clear()
    assert not opened, opened


def _error_of(read, path):
    try:
        read(path)
    except BadFileError as error:
        return error
    return None


_watched: list[list] = []
_DANGEROUS = (
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "subprocess.Popen",
    "socket.connect",
    "marshal.loads",
    "pickle.find_class",
    "ctypes.dlopen",
)


def _hook(event, args):
    """Note what a file must never lead to, while one is being read."""
    if not _watched:
        return
    if event in _DANGEROUS:
        _watched[0].append((event, args))
    elif event == "open" and isinstance(args[0], (str, bytes)):
        name = os.fsdecode(args[0])
        if name.startswith(("/etc", "/tmp/other", "/tmp/evil")):
            _watched[0].append((event, args))


sys.addaudithook(_hook)
