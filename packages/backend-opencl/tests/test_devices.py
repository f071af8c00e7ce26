"""Which device is meant, and what is said where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from cornu.errors import BackendError
from cornu_backend_opencl import selftest
from cornu_backend_opencl.backend import OpenCLBackend
from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_backend_opencl.device import choice, tuned
from cornu_backend_opencl.device.choice import Device, choose


def _device(place, name, platform, kind, width=0):
    handle = SimpleNamespace(
        native_vector_width_float=width, vendor=platform, driver_version="1", max_compute_units=3,
        max_work_group_size=128,
    )  # fmt: skip
    return Device(place, name, platform, "OpenCL 3.0", kind, handle)


THERE = [
    _device("1:0", "Radeon 780M", "AMD Accelerated Parallel Processing", "gpu"),
    _device("2:0", "GeForce RTX", "NVIDIA CUDA", "gpu"),
    _device("0:0", "pthread-cpu", "Portable Computing Language", "cpu", 16),
]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (None, "1:0"),
        ("gpu", "1:0"),
        ("GPU", "1:0"),
        ("cpu", "0:0"),
        ("2:0", "2:0"),
        ("geforce", "2:0"),
        ("portable", "0:0"),
    ],
)
def test_a_device_is_chosen(wanted, found):
    assert choose(wanted, THERE).place == found


def test_an_unknown_device_is_an_error_with_the_list():
    with pytest.raises(BackendError, match=r"'arc'.*\n.*Radeon 780M[\s\S]*GeForce[\s\S]*pthread"):
        choose("arc", THERE)


def test_no_device_says_what_to_install():
    with pytest.raises(BackendError, match=r"cornu-backend-opencl\[pocl\]"):
        choose(None, [])


def test_the_environment_names_the_device(monkeypatch):
    monkeypatch.setenv("CORNU_OPENCL_DEVICE", "nothing of that name")
    availability = OpenCLBackend().available()
    assert not availability
    assert "nothing of that name" in availability.reason


@pytest.mark.parametrize(
    ("device", "family"), [(THERE[0], "amd"), (THERE[1], "nvidia"), (THERE[2], "cpu16")], ids=str
)
def test_a_device_has_a_family(device, family):
    assert tuned.family_of(device, tuned.kind_of(device)) == family


def test_the_schedule_may_be_asked_for(monkeypatch):
    monkeypatch.setenv("CORNU_OPENCL_SCHEDULE", "gpu")
    assert tuned.schedule_of(THERE[2]).is_gpu
    monkeypatch.setenv("CORNU_OPENCL_SCHEDULE", "tpu")
    with pytest.raises(ValueError, match="cpu or gpu"):
        tuned.schedule_of(THERE[2])


def test_what_was_tuned_is_used_until_the_driver_changes(monkeypatch, tmp_path):
    monkeypatch.setenv("CORNU_CACHE", str(tmp_path))
    tuned.save_tuned(THERE[2], "cpu", {"tile": (8, 16)})
    assert tuned.schedule_of(THERE[2]).tile == (8, 16)
    newer = _device("0:0", "pthread-cpu", "Portable Computing Language", "cpu", 16)
    newer.handle.driver_version = "2"
    assert tuned.schedule_of(newer).tile == (14, 32)


def test_a_damaged_cache_is_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("CORNU_CACHE", str(tmp_path))
    (tmp_path / "cornu").mkdir()
    (tmp_path / "cornu" / "opencl-tuned.json").write_text("[1, 2")
    assert tuned.load_tuned(THERE[0]) == {}


def test_a_self_test_finds_what_is_computed_wrongly(monkeypatch):
    from cornu_backend_opencl.codegen import expressions

    monkeypatch.setitem(expressions._FLOAT, "tanh", "tanh({a}) + 0.01f")
    monkeypatch.setattr(selftest, "_cases", lambda *_: _few_cases())
    assert selftest.self_test(OpenCLBackend(schedule=Schedule("cpu"))).wrong == ["tanh"]


@pytest.mark.parametrize("lanes", [16, 8, 4, 1])
def test_this_device_computes_rightly(lanes):
    backend = OpenCLBackend(schedule=tuned.narrowed(Schedule("cpu"), lanes))
    assert selftest.self_test(backend, thorough=False).wrong == []


@pytest.mark.parametrize("kind", ["cpu", "gpu"])
def test_a_thorough_test_finds_nothing_either(monkeypatch, kind):
    monkeypatch.setattr(selftest, "timed", lambda *_: 1.0)
    assert selftest.self_test(OpenCLBackend(schedule=Schedule(kind))).wrong == []


def test_a_driver_that_fails_is_reported(monkeypatch):
    monkeypatch.setattr(selftest, "_cases", lambda *_: _few_cases())

    class Broken:
        session = OpenCLBackend().session

        def compile(self, program):
            raise RuntimeError("clBuildProgram failed:\nmuch more")

    assert selftest.self_test(Broken()).wrong == ["tanh exp (clBuildProgram failed:)"]


def _few_cases():
    import numpy as np

    from cornu_engine.primitives.table import p
    from cornu_engine.program import build_program
    from cornu_engine.trace import Trace

    with Trace("selftest") as trace:
        x = trace.input("x0", (5,), "float32")
        results = [p.tanh(x), p.exp(x)]
    yield "tanh exp", build_program("selftest", trace, results), [np.ones(5, "float32")]


def test_listing_never_asks(monkeypatch):
    monkeypatch.delenv("PYOPENCL_CTX", raising=False)
    done = subprocess.run(
        [sys.executable, "-m", "cornu", "devices", "--no-test"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"opencl * {choice.choose(None).place}" in done.stdout


_FORK = """
import os, sys
import numpy as np
from cornu_engine.program import build_program
from cornu_engine.trace import Trace
from cornu_backend_opencl.backend import OpenCLBackend

with Trace("double") as trace:
    y = trace.input("x", (4,), "float32") * 2
run = OpenCLBackend().compile(build_program("double", trace, [y]))
run(np.ones(4))
child = os.fork()
if child == 0:
    try:
        run(np.ones(4))
    except Exception as error:
        print(type(error).__name__, error, flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="This system cannot fork.")
def test_after_fork_an_error_and_no_hang():
    done = subprocess.run(
        [sys.executable, "-c", _FORK], capture_output=True, text=True, timeout=60, check=True
    )
    assert "BackendError" in done.stdout
    assert "'spawn'" in done.stdout
