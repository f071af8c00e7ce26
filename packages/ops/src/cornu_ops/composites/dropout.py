"""Dropout: the same bits drop the value on the way forward and the gradient on the way back."""

from __future__ import annotations

from typing import Any

from cornu_engine.attributes import Floats, Share, Words
from cornu_engine.composite import composite
from cornu_engine.primitives.table import p


@composite(portable=True)
def dropout(x: Floats, bits: Words, *, rate: Share) -> Any:
    """`x / (1 - rate)` where a uniform word reaches `rate`, else 0 (Srivastava et al., 2014).

    `bits` (uint32) has the shape of `x`, or one that broadcasts to it.
    """
    if rate >= 1.0:
        return p.mul(x, 0.0)
    kept = p.le(min(int(rate * 2.0**32), 2**32 - 1), bits)
    return p.where(kept, p.mul(x, 1.0 / (1.0 - rate)), 0.0)


@dropout.vjp
def _(g: Any, out: Any, x: Any, bits: Any, *, rate: float) -> tuple[Any, None]:
    return dropout(g, bits, rate=rate), None
