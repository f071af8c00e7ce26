"""Numbers that depend on the sizes of free axes, as formulas.

A number found in several traces is written as a sum of products of sizes: rows of a batch, steps of
a sequence, and their product where both axes are merged.
"""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, product
from math import prod
from typing import Any

from cornu_engine.attributes import is_int
from cornu_engine.errors import BadFileError, SavingError

# Sizes to trace with, rare in models: for each axis two that give the formulas, and three to prove
# them, multiples of 2, 3, 4 and 5: a model that rounds a size does so differently for these.
_PROBES = (
    (101, 103, 214, 309, 400),
    (107, 109, 218, 321, 380),
    (113, 127, 226, 339, 460),
    (131, 137, 262, 393, 520),
)


def probes(free: int) -> list[tuple[int, ...]]:
    """Return the sizes of the free axes to trace with, the last three to prove the formulas.

    Examples
    --------
    >>> probes(1)
    [(101,), (103,), (214,), (309,), (400,)]
    """
    if free > len(_PROBES):
        raise SavingError(
            f"The inputs have {free} axes of free size; {len(_PROBES)} are possible. Describe some "
            "with a size of their own, as in Input((100, 3))."
        )
    chosen = _PROBES[:free]
    return [*product(*(p[:2] for p in chosen)), *zip(*(p[2:] for p in chosen), strict=True)]


def formula(values: Sequence[int], points: Sequence[tuple[int, ...]]) -> Any:
    """Return the formula that gives these values at these points: a number, or its terms.

    Parameters
    ----------
    values : sequence of int
    points : sequence of tuple
        As `probes` returns them.

    Returns
    -------
    int or dict
        `{"size": [[factor, [axis, …]], …]}`: the sum of factors times the sizes of free axes.

    Raises
    ------
    SavingError
        If there is none.

    Examples
    --------
    >>> formula([202, 206, 428, 618, 800], probes(1))
    {'size': [[2, [0]]]}
    """
    if len(set(values)) == 1:
        return int(values[0])
    axes = range(len(points[0]))
    terms = [c for count in range(len(axes) + 1) for c in combinations(axes, count)]
    count = len(terms)  # as many as there are points to find the factors with
    rows = [[Fraction(prod(point[a] for a in term)) for term in terms] for point in points[:count]]
    factors = _solve(rows, [Fraction(value) for value in values[:count]])
    result = {"size": [[int(f), list(t)] for f, t in zip(factors, terms, strict=True) if f]}
    proofs = zip(points[count:], values[count:], strict=True)
    if any(f.denominator != 1 for f in factors) or any(size(result, p) != v for p, v in proofs):
        raise SavingError(
            "The model rounds the size of a free axis, so no one program serves all sizes. "
            "Describe the input with sizes, as in Input((100, 3)); the batch may stay free."
        )
    return result


def size(formula: Any, sizes: Sequence[int]) -> int:
    """Return the number that a formula gives for sizes of the free axes.

    Examples
    --------
    >>> size({"size": [[2, [0]], [3, []]]}, (10,))
    23

    Raises
    ------
    BadFileError
        If it is no formula of these axes, or far too large.
    """
    if is_int(formula):
        return int(formula)
    terms = formula.get("size") if isinstance(formula, dict) and len(formula) == 1 else None
    if not isinstance(terms, list) or len(terms) > 2 ** len(sizes):
        raise BadFileError(f"{reprlib.repr(formula)} is no formula of a size.", "program")
    total = 0
    for term in terms:
        match term:
            case [factor, list(axes)] if is_int(factor) and _are_axes(axes, len(sizes)):
                total += factor * prod(sizes[a] for a in axes)
            case _:
                raise BadFileError(f"{reprlib.repr(term)} is no term of a size.", "program")
    if abs(total) >= 2**63:
        raise BadFileError("A size is larger than any array.", "size")
    return total


def _are_axes(axes: list[Any], count: int) -> bool:
    return all(is_int(a) and 0 <= a < count for a in axes) and len(set(axes)) == len(axes)


def _solve(rows: list[list[Fraction]], values: list[Fraction]) -> list[Fraction]:
    """Gauss and Jordan, in fractions."""
    table = [[*row, value] for row, value in zip(rows, values, strict=True)]
    for i in range(len(table)):
        pivot = next(k for k in range(i, len(table)) if table[k][i])
        table[i], table[pivot] = table[pivot], table[i]
        table[i] = [x / table[i][i] for x in table[i]]
        for k in range(len(table)):
            if k != i:
                table[k] = [x - table[k][i] * y for x, y in zip(table[k], table[i], strict=True)]
    return [row[-1] for row in table]
