"""The thresholds of core's rules."""

from __future__ import annotations

from dataclasses import dataclass

from cornu_engine.thresholds import MOST, Thresholds, row


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
    aligned: int = row(
        "Bytes at whose multiples values begin in memory: vectors and BLAS like lines of a cache.",
        64,
        tiny=8,
    )
    # ---- what is kept
    kept: int = row(
        "Programs of a model's mode, of a function, of an endpoint: one for each shape of inputs.",
        16,
        tiny=2,
    )
    kept_bytes: int = row(
        "Bytes of the temporaries of a mode's programs, unless there are two only.",
        1 << 30,
        tiny=0,
        never=MOST,
    )
    reused: int = row("Programs for others alike, whoever traces them.", 64, tiny=1)
    reused_constants: int = row(
        "Bytes of constants of a program for others alike.", 1 << 20, always=MOST, tiny=0, never=0
    )
    shared: bool = row(
        "Programs alike are compiled once, wherever they are traced.", False, always=True
    )
    checked: bool = row("Each plan is run on paper before it is used.", False, checked=True)


limits = Limits()
