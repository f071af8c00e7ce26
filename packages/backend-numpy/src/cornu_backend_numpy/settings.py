"""How programs run here: on how many threads, and which rules for large values apply."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cornu_engine.threads import NUM_THREADS, threads_allowed
from cornu_engine.thresholds import MOST, Thresholds, row


@dataclass(eq=False)
class Limits(Thresholds):
    """Where the rules of this backend begin to apply, and how large its blocks are."""

    # ---- rows at a time, and threads
    turn: float = row(
        "Nanoseconds of an instruction that is worth a turn of a loop.",
        20_000.0,
        always=-1.0,
        tiny=-1.0,
        never=math.inf,
    )
    loop: float = row(
        "Nanoseconds of a stretch of instructions that is worth a loop.",
        60_000.0,
        always=0.0,
        tiny=0.0,
        never=math.inf,
    )
    share: float = row(
        "Nanoseconds that are worth threads: to start one and wait for it takes up to 100 µs.",
        400_000.0,
        always=0.0,
        tiny=0.0,
        never=math.inf,
    )
    cache: int = row(
        "Bytes that the values of a block should fit in; shorter calls take longer to hand over.",
        1 << 22,
        always=2048,
        tiny=1,
    )
    fine: int = row(
        "Blocks per thread that a common measure of two lengths should allow.",
        8,
        always=1,
        tiny=1,
        never=MOST,
    )
    whole: int = row(
        "Bytes of an operand that stays in the cache from block to block.",
        1 << 18,
        always=256,
        tiny=MOST,
        never=0,
    )
    long_product: int = row(
        "Rows of a product that make up for reading a larger operand again.",
        64,
        always=2,
        tiny=1,
        never=MOST,
    )
    own_threads: int = row(
        "Floating-point operations of a product for which BLAS would start threads.",
        500_000,
        always=0,
        tiny=0,
        never=MOST,
    )
    own_threads_of_vectors: int = row(
        "The same of a product with a single row or column.",
        18_000,
        always=0,
        tiny=0,
        never=MOST,
    )
    between: int = row(
        "Lines of small work between two stretches of shared work that join them.",
        80,
        always=MOST,
        tiny=1,
        never=-1,
    )
    # ---- single operations
    wide: int = row(
        "Elements for which numbers per channel are copied side by side.",
        1 << 14,
        always=0,
        tiny=0,
        never=MOST,
    )
    wide_row: int = row("Elements that one pass over such a row should have.", 1024, tiny=8)
    matmul: int = row(
        "Multiplications below which `np.dot` starts sooner than `np.matmul`.",
        1 << 18,
        always=0,
        never=MOST,
    )
    summed_row: int = row(
        "Elements of a row that BLAS adds up well.", 512, always=MOST, tiny=1, never=0
    )
    columns: int = row(
        "Bytes of a convolution's columns: they stay in a core's cache until they are multiplied.",
        1 << 20,
        tiny=1,
        never=MOST,
    )
    taps: int = row(
        "Bytes of products of a convolution's gradient before they are added up.",
        1 << 20,
        tiny=1,
        never=MOST,
    )
    pool: int = row(
        "Bytes of a pool's inputs that several passes go over.", 1 << 19, tiny=1, never=MOST
    )
    winograd: int = row(
        "Channels and filters of a convolution that is worth Winograd's transforms.",
        8,
        always=1,
        tiny=1,
        never=MOST,
    )
    winograd_waste: float = row(
        "Lines computed per line wanted that the transforms still make up for.",
        1.3,
        always=math.inf,
        tiny=math.inf,
    )
    winograd_block: int = row(
        "Multiplications of a block of the transforms: worth a call, and still in the cache.",
        5_000_000,
        tiny=1,
        never=MOST,
    )
    words: int = row(
        "Random words of 64 bits drawn at a time: they stay in the cache.", 1 << 15, tiny=4
    )
    special: int = row("Elements of a block of erf and its inverse.", 16_384, tiny=1, never=MOST)
    scratch: int = row(
        "Bytes that all kernels of a thread take turns in; what is larger has its own.",
        1 << 22,
        tiny=64,
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
    checked: bool = row(
        "The rows that members of a region touch are checked on paper.", False, checked=True
    )


limits = Limits()


def thread_count() -> int:
    """Return how many threads a program may use: `CORNU_NUM_THREADS`, else all cores."""
    return threads_allowed(limits.threads)
