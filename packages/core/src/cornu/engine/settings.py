"""The thresholds of core's rules."""

from __future__ import annotations

from dataclasses import dataclass

from cornu.engine.thresholds import MOST, Thresholds, row


@dataclass(eq=False)
class Limits(Thresholds):
    """Where core's rules for large values begin to apply."""

    early: int = row(
        "Bytes of a value that is worth making early what its derivative asks of it.",
        1 << 16,
        always=0,
        tiny=0,
        never=MOST,
    )
    block: int = row(
        "Elements of a block of a long elementwise chain: a few of them stay in the cache.",
        32_768,
        always=256,
        tiny=1,
        never=MOST,
    )
    foldable: int = row(
        "Elements of a constant; larger ones are cheaper to compute than to keep.",
        4096,
        always=1 << 20,
        never=0,
    )
    often: int = row(
        "Reads of metrics after which it pays to compile them.",
        16,
        always=1,
        tiny=1,
        never=MOST,
    )
    shared: bool = row(
        "Programs alike are compiled once, wherever they are traced.", False, always=True
    )
    checked: bool = row("Each plan is run on paper before it is used.", False, checked=True)


limits = Limits()
