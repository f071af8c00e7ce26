"""Einstein summation and rearrangement by a pattern, through transpose, reshape and products."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine.primitives.table import p
from cornu_engine.shapes import product
from cornu_engine.trace import op
from cornu_ops.contraction import multiplied, summed_products
from cornu_ops.diagonals import diagonal
from cornu_ops.int8 import both_int8
from cornu_ops.movement import permuted
from cornu_ops.values import Tensor, TensorLike, as_value, cast_value, value

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _parse(subscripts: str, ranks: Sequence[int]) -> tuple[list[str], str]:
    """One letter per axis for each operand and for the result, ellipses spelt out."""
    text = subscripts.replace(" ", "")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        raise ValueError(
            f"einsum {subscripts!r} names {len(terms)} operands, but {len(ranks)} were given."
        )
    spare = [c for c in _LETTERS if c not in text]
    longest = 0
    for term, rank in zip(terms, ranks, strict=True):
        named = len(term.replace("...", ""))
        if named > rank or ("..." not in term and named != rank):
            raise ValueError(
                f"einsum term {term!r} of {subscripts!r} does not fit an operand with {rank} axes."
            )
        longest = max(longest, rank - named if "..." in term else 0)
    dots = "".join(spare[:longest])
    spelt = [
        t.replace("...", dots[longest - (r - len(t) + 3) :] if r > len(t) - 3 else "")
        for t, r in zip(terms, ranks, strict=True)
    ]
    if arrow:
        return spelt, right.replace("...", dots)
    once = sorted(c for c in set(left) - set(",.") if left.count(c) == 1)
    return spelt, dots + "".join(once)


def _own_diagonals(x: Tensor, term: str) -> tuple[Tensor, str]:
    """A letter that stands twice in one term takes the diagonal."""
    for letter in dict.fromkeys(term):
        while term.count(letter) > 1:
            first = term.index(letter)
            second = term.index(letter, first + 1)
            x = diagonal(x, 0, first, second)
            term = term[:first] + term[first + 1 : second] + term[second + 1 :] + letter
    return x, term


def _summed(x: Tensor, term: str, needed: set[str]) -> tuple[Tensor, str]:
    """Axes that nobody else names are summed at once."""
    axes = tuple(i for i, c in enumerate(term) if c not in needed)
    if not axes:
        return x, term
    return p.sum(x, axes=axes, keepdims=False), "".join(c for c in term if c in needed)


def _sizes(
    terms: Sequence[str], shapes: Sequence[Sequence[int]], subscripts: str
) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        for letter, size in zip(term, shape, strict=True):
            known = sizes.setdefault(letter, size)
            if known == 1:
                sizes[letter] = size
            elif size not in (1, known):
                raise ValueError(
                    f"einsum {subscripts!r}: axis {letter!r} has sizes {known} and {size}."
                )
    return sizes


def _arranged(x: Tensor, term: str, groups: Sequence[str], sizes: dict[str, int]) -> Tensor:
    """`x` with its axes in the order of `groups`, and each group joined into one axis."""
    order = "".join(groups)
    present = [c for c in order if c in term]
    x = permuted(x, [term.index(c) for c in present])
    shape = tuple(sizes[c] for c in order)
    if tuple(x.shape) != shape:  # broadcast axes of size 1 are filled where they join others
        x = p.reshape(
            x, shape=tuple(x.shape[present.index(c)] if c in present else 1 for c in order)
        )
        x = p.expand(x, shape=shape)
    return p.reshape(x, shape=tuple(product(sizes[c] for c in group) for group in groups))


def _pair(
    a: Tensor, term_a: str, b: Tensor, term_b: str, needed: set[str], sizes: dict[str, int]
) -> tuple[Tensor, str]:
    """Two operands as one batched product; axes that only one has are its rows or columns."""
    shared = [c for c in term_a if c in term_b]
    batch = "".join(c for c in shared if c in needed)
    inner = "".join(c for c in shared if c not in needed)
    rows = "".join(c for c in term_a if c not in shared)
    columns = "".join(c for c in term_b if c not in shared)
    local = {c: sizes[c] for c in rows + columns + inner + batch}
    term = batch + rows + columns
    if not inner:  # nothing is summed: an elementwise product
        spread_a = _arranged(a, term_a, [*batch, *rows], local)
        shape_a = (*spread_a.shape, *(1 for _ in columns))
        shape_b = (*(sizes[c] for c in batch), *(1 for _ in rows), *(sizes[c] for c in columns))
        spread_b = p.reshape(_arranged(b, term_b, [*batch, *columns], local), shape=shape_b)
        return p.mul(p.reshape(spread_a, shape=shape_a), spread_b), term
    left = _arranged(a, term_a, [batch, rows, inner] if batch else [rows, inner], local)
    right = _arranged(b, term_b, [batch, inner, columns] if batch else [inner, columns], local)
    return p.reshape(multiplied(left, right), shape=tuple(sizes[c] for c in term)), term


@op
def einsum(subscripts: str, *operands: TensorLike, **kwargs: Any) -> Tensor:
    """Sums of products named by one letter per axis.

    Parameters
    ----------
    subscripts
        As in `"bij,bjk->bik"`: letters that are not in the result are summed over, a letter that
        stands twice in one term takes the diagonal, `...` stands for broadcast axes.
    *operands
        One tensor per term.
    **kwargs
        `optimize` is accepted for Keras' sake; operands are joined from left to right.

    Raises
    ------
    ValueError
        If terms and operands do not fit.

    Examples
    --------
    >>> ops.einsum("ij,jk->ik", [[1.0, 2.0]], [[3.0], [4.0]])
    array([[11.]], dtype=float32)
    """
    unknown = set(kwargs) - {"optimize"}
    if unknown:
        raise TypeError(f"einsum() takes no argument {sorted(unknown)[0]!r}.")
    narrow = both_int8(*map(as_value, operands))
    sum_of = _einsum_of_int8 if narrow else _einsum
    return summed_products(*operands, sum_of=lambda *xs: sum_of(subscripts, xs))


def _einsum_of_int8(subscripts: str, xs: Sequence[Tensor]) -> Tensor:
    """In int32, as in Keras: one product of int8 where that is all there is to do."""
    terms, result = _parse(subscripts, [x.ndim for x in xs])
    shared = set(terms[0]) & set(terms[-1]) - set(result)
    lone = [c for term in terms for c in term if c not in shared and c not in result]
    twice = any(len(set(term)) < len(term) for term in terms)
    if len(xs) != 2 or not shared or lone or twice:
        xs = [cast_value(x, np.int32) for x in xs]
    return _einsum(subscripts, xs)


def _einsum(subscripts: str, xs: Sequence[Tensor]) -> Tensor:
    terms, result = _parse(subscripts, [x.ndim for x in xs])
    pairs = [_own_diagonals(x, t) for x, t in zip(xs, terms, strict=True)]
    sizes = _sizes([t for _, t in pairs], [x.shape for x, _ in pairs], subscripts)
    missing = set(result) - set(sizes)
    if missing:
        raise ValueError(
            f"einsum {subscripts!r}: the result names {sorted(missing)}, no operand does."
        )
    x, term = pairs[0]
    for i, (other, other_term) in enumerate(pairs[1:], start=1):
        needed = set(result).union(*(t for _, t in pairs[i + 1 :]))
        x, term = _summed(x, term, needed | set(other_term))
        other, other_term = _summed(other, other_term, needed | set(term))
        x, term = _pair(x, term, other, other_term, needed, sizes)
    x, term = _summed(x, term, set(result))
    return _arranged(x, term, list(result), sizes)


def _groups(side: str) -> list[list[str]]:
    """`"b (h w) c"` as `[["b"], ["h", "w"], ["c"]]`; `1` is an empty group."""
    groups = re.findall(r"\(([^()]*)\)|(\S+)", side)
    return [
        inner.split() if not name else ([] if name == "1" else [name]) for inner, name in groups
    ]


@op
def rearrange(tensor: TensorLike, pattern: str, **axes_lengths: int) -> Tensor:
    """Axes reordered, split and joined by a pattern of names (as in einops).

    Parameters
    ----------
    tensor
        Tensor of any shape.
    pattern
        As in `"b (h p) c -> b h (p c)"`: names in brackets are one axis together.
    **axes_lengths
        Sizes that the shape alone does not give.

    Raises
    ------
    ValueError
        If the pattern does not fit the shape.

    Examples
    --------
    >>> ops.rearrange(np.zeros((2, 6, 3)), "b (h w) c -> b h w c", h=2).shape
    (2, 2, 3, 3)
    """
    x = value(tensor)
    left, arrow, right = pattern.partition("->")
    source, target = _groups(left), _groups(right)
    names = [n for g in source for n in g]
    if not arrow or len(source) != x.ndim or sorted(names) != sorted(n for g in target for n in g):
        raise ValueError(f"Pattern {pattern!r} does not fit a tensor of shape {tuple(x.shape)}.")
    sizes = dict(axes_lengths)
    for group, size in zip(source, x.shape, strict=True):
        unknown = [n for n in group if n not in sizes]
        known = product(sizes[n] for n in group if n in sizes)
        if (
            len(unknown) > 1
            or (unknown and (known == 0 or size % known))
            or (not unknown and known != size)
        ):
            raise ValueError(
                f"Pattern {pattern!r} does not split an axis of size {size}; "
                "give the lengths of its parts."
            )
        if unknown:
            sizes[unknown[0]] = size // known
    spread = p.reshape(x, shape=tuple(sizes[n] for n in names))
    spread = permuted(spread, [names.index(n) for g in target for n in g])
    return p.reshape(spread, shape=tuple(product(sizes[n] for n in g) for g in target))
