"""The search for the best tiles of a device: `python -m cornu tune`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from cornu.engine.reference import ReferenceExecutable
from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_backend_opencl.device.tuned import save_tuned
from cornu_backend_opencl.selftest import product, timed

TILES = tuple(itertools.product((4, 6, 8, 10, 12, 14), (16, 32)))
REGISTERS, GROUPS = (2, 4, 8), (64, 128, 256)
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
    session = backend.session
    yield f"{session.device}, {session.schedule.kind} schedule"
    programs = [product(*size) for size in sizes]
    expected = [ReferenceExecutable(program)(*arrays)[0] for program, arrays in programs]
    best: tuple[float, dict[str, Any]] | None = None
    for settings in candidates(session.schedule):
        tried = type(backend)(session.device.place, replace(session.schedule, **settings))
        total = 0.0
        for (program, arrays), wanted in zip(programs, expected, strict=True):
            found = tried.compile(program)(*arrays)[0]
            scale = float(np.abs(wanted).max())
            if not np.allclose(found, wanted, 1e-4, 1e-4 * scale):
                total = float("inf")
                break
            total += timed(tried, program, arrays, 0.15)
        said = ", ".join(f"{k} {v}" for k, v in settings.items())
        yield f"  {said:<28} {'wrong result' if total == float('inf') else f'{total * 1e3:.2f} ms'}"
        if total < float("inf") and (best is None or total < best[0]):
            best = total, settings
    if best is None:
        yield "No candidate computes correctly: run `python -m cornu devices`."
        return
    path = save_tuned(session.device, session.schedule.kind, best[1])
    said = ", ".join(f"{k} {v}" for k, v in best[1].items())
    yield f"best: {said} (kept in {path}; programs compiled from now on use it)"
