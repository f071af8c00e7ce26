"""The search for the best tiles of a device: `python -m cornu tune`."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_backend_opencl.device.tuned import save_tuned
from cornu_backend_opencl.selftest import product
from cornu_engine.reference_backend import ReferenceExecutable

TILES = tuple(itertools.product((4, 6, 8, 10, 12, 14), (16, 32)))
REGISTERS, GROUPS = (2, 4, 8), (64, 128, 256)
ROUNDS = 60
SIZES = ((512, 512, 512), (128, 784, 512), (2048, 96, 64))  # rows, inner, columns


def candidates(schedule: Schedule) -> Iterator[dict[str, Any]]:
    """Yield the settings to try for a schedule.

    Examples
    --------
    >>> len(list(candidates(Schedule("gpu", group=256))))
    9
    """
    if schedule.is_gpu:
        for registers, group in itertools.product(REGISTERS, GROUPS):
            yield {"registers": registers, "group": group}
    else:
        for tile in TILES:
            yield {"tile": tile}


def tune(backend: Any, sizes: tuple[tuple[int, int, int], ...] = SIZES) -> Iterator[str]:
    """Try all candidates, check their results, keep the fastest; yield what happens, line by line.

    Parameters
    ----------
    backend : OpenCLBackend
    sizes : tuple of (rows, inner, columns)
        Products to be timed.
    """
    session, base = backend.session, backend.written_for
    yield f"{session.device}, {base.kind} schedule"
    programs = [product(*size) for size in sizes]
    expected = [ReferenceExecutable(program)(*arrays)[0] for program, arrays in programs]
    tried: list[tuple[dict[str, Any], list[Any]]] = []
    for settings in candidates(base):
        schedule = replace(base, **settings)
        other = type(backend)(session.device.place, schedule)
        runs = [other.compile(program) for program, _ in programs]
        found = [run(*arrays)[0] for run, (_, arrays) in zip(runs, programs, strict=True)]
        if all(_close(f, e) for f, e in zip(found, expected, strict=True)):
            tried.append((settings, runs))
        else:
            yield f"  {_said(settings):<28} wrong result"
    if not tried:
        yield "No candidate computes correctly: run `python -m cornu devices`."
        return
    times = _times([runs for _, runs in tried])
    for (settings, _), total in zip(tried, times, strict=True):
        yield f"  {_said(settings):<28} {total * 1e3:.2f} ms"
    best = tried[times.index(min(times))][0]
    try:
        path = save_tuned(session.device, base.kind, best)
    except OSError as error:
        yield f"best: {_said(best)}; CORNU_CACHE names a folder that can keep it ({error})"
        return
    yield f"best: {_said(best)} (kept in {path}; from the next start on programs are written so)"


def _said(settings: dict[str, Any]) -> str:
    return ", ".join(f"{k} {v}" for k, v in settings.items())


def _close(found: np.ndarray, expected: np.ndarray) -> bool:
    scale = float(np.abs(expected).max())
    return np.allclose(found, expected, 1e-4, 1e-4 * scale)


def _times(candidates: list[list[Any]]) -> list[float]:
    """Return the least seconds of each candidate's programs together.

    They take turns: what else the machine does meets all of them alike.
    """
    best = [[float("inf")] * len(runs) for runs in candidates]
    for _ in range(ROUNDS):
        for seconds, runs in zip(best, candidates, strict=True):
            for i, run in enumerate(runs):
                start = time.perf_counter()
                run.run_kernels()
                seconds[i] = min(seconds[i], time.perf_counter() - start)
    return [sum(seconds) for seconds in best]
