"""Whatever the definitions run, the backend in use runs too, and both must agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from cornu_engine.backends import resolve
from cornu_engine.reference_backend import ReferenceExecutable

RTOL = {2: 2e-2, 4: 2e-4, 8: 1e-8}  # of the largest number, by the bytes of a float


@contextmanager
def both_agree() -> Iterator[None]:
    """Compare the backend in use with the definitions in every program that these run inside.

    Tests that know nothing of backends become tests of one: with its thresholds at an extreme, for
    instance.

    Raises
    ------
    AssertionError
        From the program's call, if the backend returns or leaves anything else.

    Examples
    --------
    >>> from cornu_engine.program import build_program
    >>> from cornu_engine.trace import Trace
    >>> with Trace("double") as trace:
    ...     y = trace.input("x", (2,), "float32") * 2
    >>> with both_agree():
    ...     ReferenceExecutable(build_program("double", trace, [y]))(np.float32([1, 2]))
    [array([2., 4.], dtype=float32)]
    """
    by_definition = ReferenceExecutable.__call__
    inside = False

    def call(self: ReferenceExecutable, *inputs: Any) -> list[np.ndarray]:
        nonlocal inside
        backend = resolve()
        if inside or backend.name == "reference":
            return by_definition(self, *inputs)
        inside = True
        try:
            if "other" not in vars(self):
                vars(self)["other"] = backend.compile(self.program)
            return _compared(self, by_definition, vars(self)["other"], inputs)
        finally:
            inside = False

    ReferenceExecutable.__call__ = call  # type: ignore[method-assign]
    try:
        yield
    finally:
        ReferenceExecutable.__call__ = by_definition  # type: ignore[method-assign]


def _compared(
    run: ReferenceExecutable,
    by_definition: Callable[..., list[np.ndarray]],
    other: Callable[..., list[np.ndarray]],
    inputs: tuple[Any, ...],
) -> list[np.ndarray]:
    state = list(run.program.state)
    before = [v.numpy() for v in state]
    expected = by_definition(run, *inputs)
    after = [v.numpy() for v in state]
    _put(state, before)
    found = [*other(*inputs), *(v.numpy() for v in state)]
    _put(state, after)
    names = [*(f"result {i}" for i in range(len(expected))), *(v.path for v in state)]
    for name, ours, theirs in zip(names, found, [*expected, *after], strict=True):
        _close(ours, theirs, f"{name} of {run.program.name} on {resolve().name}")
    return expected


def _put(state: list[Any], values: list[np.ndarray]) -> None:
    for variable, value in zip(state, values, strict=True):
        variable.assign(value)


def _close(ours: np.ndarray, theirs: np.ndarray, name: str) -> None:
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape), name
    if theirs.dtype.kind not in "fc":
        np.testing.assert_array_equal(ours, theirs, name)
        return
    size = np.abs(theirs[np.isfinite(theirs)]).max(initial=1.0)
    rtol = RTOL[np.finfo(theirs.dtype).dtype.itemsize]
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=float(rtol * size), err_msg=name)
