"""The trial of a device, in a child process: it may crash, hang, or be killed.

It says which stage it begins, and in the end what it found, as lines of JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import IO, Any

import numpy as np

from cornu_backend_opencl.settings import forced_failure
from cornu_engine.errors import BackendError

# What vectors meet in every program: arithmetic, and functions of the driver's library.
_VECTORS = """
{pragma}
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void run(__global const {t} *a, __global {t} *b) {{
  const int i = get_global_id(0) * {n};
  const {t}{n} v = vload{n}(0, a + i);
  vstore{n}(exp(v) * 2 + fabs(v), 0, b + i);
}}
"""
_SCALARS = """
/* {unique} */
__kernel void run(__global const float *a, __global float *b) {{
  const int i = get_global_id(0);
  b[i] = exp(a[i]) * 2 + fabs(a[i]);
}}
"""


def run(place: str, kind: str, lanes: int, thorough: bool) -> None:
    """Try a device; never returns."""
    _answer(lambda say: _tried(say, place, kind, lanes, thorough))


def list_devices() -> None:
    """Ask the drivers for their devices; never returns."""
    _answer(_listed)


def _answer(tried: Callable[[Any], tuple[str, str]]) -> None:
    heard = _own_output()

    def say(**message: Any) -> None:
        heard.write(json.dumps(message) + "\n")
        heard.flush()

    _die_quietly()
    failure, told = "", ""
    try:
        failure, told = tried(say)
    except Exception as error:  # a driver may fail in any way
        first = (str(error).splitlines() or [""])[0]
        failure = f"it failed ({type(error).__name__}: {first[:200]})"
    say(failure=failure, told=told)
    os._exit(0)  # a driver may hang when it is unloaded


def _listed(say: Any) -> tuple[str, str]:
    say(stage="listed its devices")
    from cornu_backend_opencl.device import choice, listing

    listing.trust()
    _force(forced_failure("list"))
    try:
        return "", f"{len(choice.devices())} devices"
    except BackendError as error:  # none, or no OpenCL: that kills nobody
        return "", str(error)


def _tried(say: Any, place: str, kind: str, lanes: int, thorough: bool) -> tuple[str, str]:
    say(stage="opened it")
    from cornu_backend_opencl.backend import OpenCLBackend
    from cornu_backend_opencl.device import listing, probe
    from cornu_backend_opencl.device.choice import choose
    from cornu_backend_opencl.device.tuned import narrowed, schedule_of
    from cornu_backend_opencl.selftest import self_test

    listing.trust()
    device = choose(place)
    probe.trust(device, kind, lanes)
    backend = OpenCLBackend(device.place, narrowed(schedule_of(device, kind), lanes))
    session = backend.session
    say(stage="compiled a simple function")
    _check(session, _SCALARS.format(unique=time.time_ns()), 1, np.dtype(np.float32))
    say(stage="compiled vectors")
    forced = forced_failure(lanes)
    _force(forced)
    if kind == "cpu" and lanes > 1:
        floats = [("float", lanes, np.float32, "")]
        if device.has_float64:
            pragma = "#pragma OPENCL EXTENSION cl_khr_fp64 : enable"
            count = backend.written_for.lanes_of(np.float64).count
            floats.append(("double", count, np.float64, pragma))
        for name, count, dtype, pragma in floats:
            text = _VECTORS.format(t=name, n=count, pragma=pragma)
            _check(session, text, count, np.dtype(dtype))
    say(stage="timed" if thorough else "ran programs")
    verdict = self_test(backend, thorough)
    if forced == "wrong":
        verdict.wrong.append("everything (as asked for)")
    return (f"it {verdict}", "") if verdict.wrong else ("", str(verdict))


def _check(session: Any, text: str, count: int, dtype: np.dtype) -> None:
    """Build a function, run it, and compare."""
    cl, flags = session.cl, session.cl.mem_flags
    values = np.linspace(-2, 2, 4 * count, dtype=dtype)
    found = np.zeros_like(values)
    source = cl.Buffer(session.context, flags.COPY_HOST_PTR, hostbuf=values)
    target = cl.Buffer(session.context, flags.READ_WRITE, found.nbytes)
    kernel = cl.Kernel(session.build(text), "run")
    kernel.set_args(source, target)
    cl.enqueue_nd_range_kernel(session.queue, kernel, (4,), (1,))
    cl.enqueue_copy(session.queue, found, target)
    np.testing.assert_allclose(found, np.exp(values) * 2 + np.abs(values), 1e-5)


def _force(failure: str) -> None:
    """Fail as a test asks for."""
    if failure == "crash":
        os.abort()
    while failure == "hang":
        time.sleep(1)
    if failure == "fail":
        raise RuntimeError("as asked for")


def _own_output() -> IO[str]:
    """Return what the parent listens to; what a driver prints goes to the errors instead."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return own


def _die_quietly() -> None:
    """Leave no core file, open no window, and end with the terminal's Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetErrorMode(0x8007)
