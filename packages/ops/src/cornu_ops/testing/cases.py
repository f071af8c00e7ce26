"""Cases for every primitive: at least three shapes each, operands inside its domain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cornu_engine.primitives.table import p


@dataclass(frozen=True)
class Operand:
    """One operand: floats drawn from `low` to `high`, or integers below `high`, or booleans."""

    shape: tuple[int, ...]
    kind: str = "float"
    low: float = -2.0
    high: float = 2.0

    def draw(self, rng: np.random.Generator, dtype: Any) -> np.ndarray:
        """Return an array; only floats take `dtype`."""
        if self.kind == "int":
            return rng.integers(int(self.low), int(self.high), self.shape, dtype=np.int32)
        if self.kind == "bool":
            return rng.random(self.shape) < 0.5
        return np.asarray(rng.uniform(self.low, self.high, self.shape), dtype)


@dataclass(frozen=True)
class Case:
    """A primitive with attributes, and the operands to try it on."""

    op: str
    operands: tuple[Operand, ...]
    attrs: dict[str, Any] = field(default_factory=dict)
    smooth: bool = True

    def __call__(self, *values: Any) -> Any:
        """Call the primitive."""
        return getattr(p, self.op)(*values, **self.attrs)

    def draw(self, seed: int = 0, dtype: Any = "float64") -> list[np.ndarray]:
        """Return operands, the same for the same seed."""
        rng = np.random.default_rng(seed)
        return [o.draw(rng, dtype) for o in self.operands]

    def __str__(self) -> str:
        shapes = "-".join("x".join(map(str, o.shape)) or "scalar" for o in self.operands)
        return f"{self.op}-{shapes}"


_SHAPES: tuple[tuple[int, ...], ...] = ((), (5,), (2, 3, 4))
_PAIRS: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
    ((), ()),
    ((4,), (4,)),
    ((2, 3), (3,)),
    ((2, 1, 4), (3, 1)),
    ((3,), ()),
)
_POSITIVE = (0.2, 2.0)
_UNIT = (-0.9, 0.9)
_DOMAINS = {
    "log": _POSITIVE,
    "sqrt": _POSITIVE,
    "log1p": (-0.8, 2.0),
    "tan": (-1.2, 1.2),
    "asin": _UNIT,
    "acos": _UNIT,
    "atanh": _UNIT,
    "erfinv": _UNIT,
    "acosh": (1.1, 3.0),
}
_SMOOTH = (
    "neg abs exp expm1 log log1p sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh "
    "atanh erf erfinv"
).split()
_STEPS = ("sign", "floor", "ceil", "round", "isfinite")
_COMPARISONS = ("eq", "ne", "lt", "le")
_BITWISE = ("and_", "or_", "xor")
_REDUCED = (((5,), (0,)), ((2, 3, 4), (1,)), ((2, 3, 4), (0, 2)), ((2, 3, 4), (0, 1, 2)))


def primitive_cases() -> list[Case]:
    """Return all cases.

    Examples
    --------
    >>> len({case.op for case in primitive_cases()}) > 50
    True
    """
    return [*_elementwise(), *_movement(), *_reductions(), *_linear(), *_indexing(), *_random()]


def _elementwise() -> Iterator[Case]:
    for name in _SMOOTH:
        low, high = _DOMAINS.get(name, (-2.0, 2.0))
        yield from (Case(name, (Operand(s, low=low, high=high),)) for s in _SHAPES)
    for name in _STEPS:
        yield from (Case(name, (Operand(s),), smooth=False) for s in _SHAPES)
    for a, b in _PAIRS:
        for name in ("add", "sub", "mul", "maximum", "minimum"):
            yield Case(name, (Operand(a), Operand(b)))
        for name in ("div", "pow", "atan2", "mod"):
            positive = Operand(a, low=0.2), Operand(b, low=0.5)
            yield Case(name, positive, smooth=name != "mod")
        yield Case("floordiv", (Operand(a), Operand(b, low=0.5)), smooth=False)
        for name in _COMPARISONS:
            yield Case(name, (Operand(a, "int", 0, 3), Operand(b, "int", 0, 3)), smooth=False)
        for name in _BITWISE:
            yield Case(name, (Operand(a, "int", 0, 64), Operand(b, "int", 0, 64)), smooth=False)
        for name in ("shift_left", "shift_right"):
            yield Case(name, (Operand(a, "int", 0, 64), Operand(b, "int", 0, 5)), smooth=False)
        yield Case("where", (Operand(a, "bool"), Operand(a), Operand(b)))
    for shape in _SHAPES:
        yield Case("invert", (Operand(shape, "bool"),), smooth=False)
        yield Case("cast", (Operand(shape),), {"dtype": np.dtype("float64")})
        yield Case("cast", (Operand(shape),), {"dtype": np.dtype("int32")}, smooth=False)


def _movement() -> Iterator[Case]:
    x = Operand((2, 3, 4))
    for new in ((6, 4), (24,), (4, 1, 6)):
        yield Case("reshape", (x,), {"shape": new})
        yield Case("again", (x,))
    for perm in ((2, 0, 1), (1, 0, 2), (0, 2, 1)):
        yield Case("transpose", (x,), {"perm": perm})
    for before, after in (((), (3,)), ((3, 1), (2, 3, 4)), ((1, 3, 1), (2, 3, 4))):
        yield Case("expand", (Operand(before),), {"shape": after})
    for axes in ((0,), (1, 2), (0, 1, 2)):
        yield Case("flip", (x,), {"axes": axes})
    yield Case("pad", (Operand((4,)),), {"low": (1,), "high": (2,), "interior": (0,), "value": 0.5})
    yield Case(
        "pad", (x,), {"low": (0, 1, 0), "high": (1, 0, 2), "interior": (0, 0, 0), "value": 0.0}
    )
    yield Case(
        "pad", (Operand((2, 3)),), {"low": (0, 1), "high": (1, 0), "interior": (2, 1), "value": 0.0}
    )
    yield Case("slice", (Operand((5,)),), {"start": (1,), "stop": (4,), "step": (1,)})
    yield Case("slice", (x,), {"start": (0, 1, 0), "stop": (2, 3, 4), "step": (1, 1, 2)})
    yield Case("slice", (x,), {"start": (1, 0, 3), "stop": (2, 3, 4), "step": (1, 2, 1)})
    for axis in (0, 1, 2):
        yield Case("concat", (x, x, x), {"axis": axis})
    for shape in _SHAPES:
        yield Case("copy", (Operand(shape),))


def _reductions() -> Iterator[Case]:
    for shape, axes in _REDUCED:
        for keepdims in (False, True):
            for name in ("sum", "max", "min", "prod"):
                yield Case(name, (Operand(shape),), {"axes": axes, "keepdims": keepdims})
    for shape, axis in (((5,), 0), ((2, 3, 4), 1), ((2, 3, 4), 2)):
        yield Case("argmax", (Operand(shape),), {"axis": axis}, smooth=False)
        for reverse in (False, True):
            yield Case("cumsum", (Operand(shape),), {"axis": axis, "reverse": reverse})


def _linear() -> Iterator[Case]:
    for a, b in (
        ((2, 3), (3, 4)),
        ((5, 2, 3), (5, 3, 4)),
        ((5, 2, 3), (3, 4)),
        ((2, 1, 2, 3), (4, 3, 1)),
    ):
        yield Case("matmul", (Operand(a), Operand(b)))
    one = {"axes": (1,), "size": (3,), "strides": (2,), "dilation": (1,)}
    two = {"axes": (1, 2), "size": (2, 3), "strides": (1, 2), "dilation": (2, 1)}
    same = {"axes": (1,), "size": (2,), "strides": (1,), "dilation": (1,)}
    for shape, attrs in (((2, 7, 3), one), ((2, 5, 7, 3), two), ((1, 4), same)):
        yield Case("windows", (Operand(shape),), attrs)
    folded = (
        ((2, 3, 3, 3), (2, 7, 3), one),
        ((2, 3, 3, 3, 2, 3), (2, 5, 7, 3), two),
        ((1, 3, 2), (1, 4), same),
    )
    for windows, shape, attrs in folded:
        yield Case("fold", (Operand(windows),), {"shape": shape, **attrs})


def _indexing() -> Iterator[Case]:
    yield Case("gather", (Operand((6,)), Operand((4,), "int", 0, 6)), {"axis": 0})
    yield Case("gather", (Operand((6, 3)), Operand((2, 4), "int", 0, 6)), {"axis": 0})
    yield Case("gather", (Operand((2, 5, 3)), Operand((4,), "int", 0, 5)), {"axis": 1})
    yield Case(
        "scatter_add", (Operand((4,), "int", 0, 6), Operand((4,))), {"shape": (6,), "axis": 0}
    )
    yield Case(
        "scatter_add",
        (Operand((2, 4), "int", 0, 6), Operand((2, 4, 3))),
        {"shape": (6, 3), "axis": 0},
    )
    yield Case(
        "scatter_add",
        (Operand((4,), "int", 0, 5), Operand((2, 4, 3))),
        {"shape": (2, 5, 3), "axis": 1},
    )
    for shape, axis in (((5,), 0), ((2, 3, 4), 1), ((2, 3, 4), 2)):
        yield Case("sort", (Operand(shape),), {"axis": axis})
        yield Case("argsort", (Operand(shape),), {"axis": axis}, smooth=False)


def _random() -> Iterator[Case]:
    for shape in _SHAPES:
        key, counter = Operand((2,), "int", 0, 99), Operand((), "int", 0, 99)
        yield Case("random_bits", (key, counter), {"shape": shape}, smooth=False)
