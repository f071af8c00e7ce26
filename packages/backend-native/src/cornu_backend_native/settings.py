"""How programs run here: on how many threads, and which rules for large values apply."""

from __future__ import annotations

from dataclasses import dataclass

from cornu_engine.threads import NUM_THREADS, threads_allowed
from cornu_engine.thresholds import Thresholds, row


@dataclass(eq=False)
class Limits(Thresholds):
    """Where the rules of this backend begin to apply, and how large its blocks are."""

    share: int = row(
        "Nanoseconds of work that are worth a part of their own.", 8_000, always=1, tiny=1,
        never=1 << 62,
    )  # fmt: skip
    parts: int = row(
        "Parts that a row is cut into at most: enough that any thread may claim some.", 16, tiny=64
    )
    block: int = row(
        "Elements of a block: what a group works on at a time, in the nearest cache.",
        1024,
        tiny=3,
    )
    members: int = row("Instructions of a group, at most.", 48, tiny=3)
    prebuilt: bool = row("Groups run as the functions made for them.", True, never=False)
    winograd: int = row(
        "Channels and filters from which on convolutions take half the products.",
        16,
        always=1,
        tiny=1,
        never=1 << 62,
    )
    winograd_waste: float = row(
        "Lines that they compute for each that is wanted, at most.", 1.34, always=4.0, tiny=4.0
    )
    kept: int = row(
        "Bytes up to which a program that changes no weights keeps what it makes of them.",
        1 << 28,
        never=0,
    )
    # ---- for tests
    threads: int = row(
        f"Threads of a program where {NUM_THREADS} does not say; 0: as many as cores.",
        0,
        threads1=1,
        threads2=2,
        threads3=3,
        threads4=4,
    )
    dirty: bool = row("Memory is handed out full of what nobody expects.", False, dirty=True)


limits = Limits()


def thread_count() -> int:
    """Return how many threads a program may use: `CORNU_NUM_THREADS`, else all cores."""
    return threads_allowed(limits.threads)
