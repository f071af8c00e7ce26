"""Public ops that differ in one primitive only, made from a row: name, meaning, example."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from typing import Any

from cornu_engine.trace import apply, op
from cornu_ops.values import (
    Tensor,
    TensorLike,
    floating,
    numeric,
    promote,
    promote_floating,
    promote_numeric,
    value,
)

_PREPARE = {False: floating, True: value, "numeric": numeric}
_NOTES: dict[Any, str] = {
    promote_floating: "; integers are taken as `floatx`",
    promote_numeric: "; booleans are taken as the numbers 0 and 1",
}

_UNARY_DOC = """{summary}

Parameters
----------
x
    Tensor of any shape{note}.

Returns
-------
Tensor
    Of the shape of `x`.

Examples
--------
{example}
"""

_BINARY_DOC = """{summary}

Parameters
----------
{first}, {second}
    Tensors or numbers whose shapes broadcast{note}.

Returns
-------
Tensor
    Of the broadcast shape{result}.

Examples
--------
{example}
"""


def _compute(rule: Any) -> Callable[..., Tensor]:
    if isinstance(rule, str):
        return functools.partial(apply, rule)
    compute: Callable[..., Tensor] = rule
    return compute


def _named(function: Callable[..., Tensor], name: str, doc: str) -> Callable[..., Tensor]:
    module = sys._getframe(2).f_globals["__name__"]  # where the row stands
    function.__name__ = function.__qualname__ = name
    function.__module__ = module
    function.__doc__ = doc
    return op(function)


def unary(
    name: str,
    rule: Any,
    summary: str,
    example: str,
    shown: str,
    *,
    keep_integers: bool | str = False,
    result: Any = None,
) -> Callable[[TensorLike], Tensor]:
    """An elementwise op of one tensor; integers become `floatx` unless they are kept.

    `keep_integers="numeric"` keeps them too, but takes booleans for the numbers 0 and 1.
    """
    compute, prepare = _compute(rule), _PREPARE[keep_integers]

    def function(x: TensorLike) -> Tensor:
        x = prepare(x)
        return value(compute(x), result or x.dtype)

    note = "" if keep_integers else "; integers are taken as `floatx`"
    doc = _UNARY_DOC.format(summary=summary, note=note, example=f">>> {example}\n{shown}")
    return _named(function, name, doc)


def binary(
    name: str,
    rule: Any,
    summary: str,
    example: str,
    shown: str,
    *,
    prepare: Callable[..., Sequence[Tensor]] = promote,
    result: str = "",
    names: Sequence[str] = ("x1", "x2"),
) -> Callable[[TensorLike, TensorLike], Tensor]:
    """An elementwise op of two tensors, which `prepare` has brought to one dtype."""
    compute = _compute(rule)

    def of_x1_x2(x1: TensorLike, x2: TensorLike) -> Tensor:
        return compute(*prepare(x1, x2))

    def of_x_y(x: TensorLike, y: TensorLike) -> Tensor:
        return compute(*prepare(x, y))

    doc = _BINARY_DOC.format(
        summary=summary,
        first=names[0],
        second=names[1],
        note=_NOTES.get(prepare, ""),
        result=result,
        example=f">>> {example}\n{shown}",
    )
    return _named(of_x_y if tuple(names) == ("x", "y") else of_x1_x2, name, doc)
