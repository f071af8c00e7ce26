"""Derivatives against finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu_engine.gradients import gradients
from cornu_engine.graph import Node, constant
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_engine.trace import Trace, as_node

_STEP = 1e-6


def check_grads(
    function: Callable[..., Any],
    operands: Sequence[Any],
    order: int = 1,
    seed: int = 0,
    rtol: float = 1e-5,
    atol: float = 1e-6,
    compile: Callable[[Any], Callable[..., Any]] = ReferenceExecutable,
) -> None:
    """Compare derivatives with central differences along a random direction, in float64.

    The function is contracted with a random cotangent, so one number speaks for its whole Jacobian.

    Parameters
    ----------
    function : callable
        Written in ops; may return a value or a tuple of values.
    operands : sequence of array_like
        Floats are differentiated by; integers and booleans are held.
    order : int
        2 checks the derivative of the derivative as well.
    seed : int
        Of the direction and the cotangent.
    rtol, atol : float
    compile : callable
        Makes a callable of a program; a backend's `compile` to check that backend.

    Raises
    ------
    AssertionError
        With both numbers.

    Examples
    --------
    >>> check_grads(lambda x: x * x, [np.array([1.0, 2.0])], order=2)
    """
    rng = np.random.default_rng(seed)
    arrays = [_double(a) for a in operands]
    floats = [i for i, a in enumerate(arrays) if a.dtype.kind == "f"]
    directions = {i: rng.normal(size=arrays[i].shape) for i in floats}

    def contracted(*values: Node) -> Node:
        result = function(*values)
        parts = [as_node(r) for r in (result if isinstance(result, tuple) else (result,))]
        draw = np.random.default_rng(seed + 1)
        terms = [_dot(r, draw.normal(size=r.shape)) for r in parts if r.dtype.kind == "f"]
        return sum(terms[1:], terms[0])

    for level in range(order):
        slope = _slope_of(contracted, floats, directions)
        run = _compiled(contracted, arrays, compile)
        forward, backward = (
            run(
                *[
                    a + sign * _STEP * directions[i] if i in floats else a
                    for i, a in enumerate(arrays)
                ]
            )[0]
            for sign in (1, -1)
        )
        expected = (float(forward) - float(backward)) / (2 * _STEP)
        computed = float(_compiled(slope, arrays, compile)(*arrays)[0])
        np.testing.assert_allclose(
            computed, expected, rtol=rtol, atol=atol, err_msg=f"derivative of order {level + 1}"
        )
        contracted = slope


def _slope_of(
    function: Callable[..., Node], floats: list[int], directions: dict[int, np.ndarray]
) -> Callable[..., Node]:
    def slope(*values: Node) -> Node:
        slopes = gradients([function(*values)], [values[i] for i in floats])
        terms = [_dot(g, directions[i]) for i, g in zip(floats, slopes, strict=True)]
        return sum(terms[1:], terms[0])

    return slope


def _dot(value: Node, weights: np.ndarray) -> Node:
    product = value * constant(np.asarray(weights, value.dtype))
    return p.sum(product, axes=tuple(range(value.ndim)), keepdims=False)


def _compiled(
    function: Callable[..., Node], arrays: list[np.ndarray], compile: Callable[[Any], Any]
) -> Callable[..., Any]:
    with Trace("check") as trace:
        values = [trace.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
        result = function(*values)
    return compile(build_program("check", trace, [result]))


def _double(value: Any) -> np.ndarray:
    array = np.asarray(value)
    return array.astype(np.float64) if array.dtype.kind == "f" else array
