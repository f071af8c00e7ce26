"""What the environment may set, and from which sizes on rules for large values apply."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cornu_engine.thresholds import MOST, Thresholds, row

DEVICE = "CORNU_OPENCL_DEVICE"
STRICT = "CORNU_OPENCL_STRICT"
SCHEDULE = "CORNU_OPENCL_SCHEDULE"
PROBE = "CORNU_OPENCL_PROBE"
SCHEDULES = ("cpu", "gpu")
FAILURES = ("crash", "hang", "wrong", "fail")


def wanted_device() -> str | None:
    """Return the device asked for: gpu, cpu, platform:device, or part of a name."""
    return os.environ.get(DEVICE, "").strip() or None


def is_strict() -> bool:
    """Tell whether every operation is rounded as NumPy rounds it."""
    return os.environ.get(STRICT, "").strip().lower() not in ("", "0", "false", "no")


def wanted_schedule() -> str | None:
    """Return the schedule asked for, whatever the device is; None for that of its kind.

    Raises
    ------
    ValueError
        For anything else than cpu or gpu.
    """
    asked = os.environ.get(SCHEDULE, "").strip().lower()
    if asked and asked not in SCHEDULES:
        raise ValueError(f"{SCHEDULE} is {asked!r}; it can be {' or '.join(SCHEDULES)}.")
    return asked or None


def wanted_probe() -> str:
    """Return what is asked of the trial of devices: "", "off", or failures that tests want.

    Raises
    ------
    ValueError
        For anything else.
    """
    asked = os.environ.get(PROBE, "").strip().lower()
    if asked in ("", "off"):
        return asked
    for word in asked.split(","):
        what, _, lanes = word.partition("-")
        if what not in FAILURES or not (lanes.isdigit() or lanes in ("", "list")):
            raise ValueError(
                f"{PROBE} holds {word!r}; it can be off, or failures such as crash-16,hang-8 of "
                f"{', '.join(FAILURES)}."
            )
    return asked


def forced_failure(lanes: int | str) -> str:
    """Return how the trial on some lanes, or the "list", is to fail as a test asks; "" if not."""
    for word in wanted_probe().split(","):
        what, _, which = word.partition("-")
        every = which == "" and lanes != "list"
        if what in FAILURES and (every or which == str(lanes)):
            return what
    return ""


def cache_folder() -> Path:
    """Return where what was tuned and what was found of devices is kept."""
    base = os.environ.get("CORNU_CACHE") or os.environ.get("XDG_CACHE_HOME")
    return Path(base) / "cornu" if base else Path.home() / ".cache" / "cornu"


# ---- thresholds ----------------------------------------------------------------------------------


@dataclass(eq=False)
class Limits(Thresholds):
    """Where the rules of this backend begin to apply, and how large its blocks are."""

    # ---- all programs
    fused: int = row(
        "Instructions of a unit: compilers take more than twice as long for twice as many.",
        48,
        tiny=2,
        never=1,
    )
    share: int = row(
        "Operations on elements that are worth a launch of their own (CPU).",
        24_000,
        always=0,
        tiny=8,
        never=MOST,
    )
    wave: int = row("Work-items that run side by side, at least (GPU).", 64, tiny=1)
    aligned: int = row("Bytes at whose multiples values begin in memory.", 128, tiny=8)
    # ---- products, on GPUs
    staged: int = row(
        "Steps of the inner axis that a group brings to local memory together.", 16, tiny=3, never=1
    )
    # ---- products and convolutions, on CPUs
    tile_rows: int = row(
        "Rows of a tile: more meet in the same places of the cache.", 14, tiny=2, never=2
    )
    wide_rows: int = row(
        "Vectors of sums that leave registers for the vectors of a wide row of B.",
        20,
        always=64,
        never=0,
    )
    whole: int = row(
        "Steps of the inner axis that are not worth cutting.", 512, always=0, tiny=16, never=MOST
    )
    piece: int = row("Steps that one piece has at most.", 256, tiny=16)
    row_bytes: int = row(
        "Bytes that a piece of a block's rows has at most.", 200_000, tiny=1, never=MOST
    )
    panels: int = row("Panels of a block, at most.", 4, tiny=2, never=1)
    reused: int = row("Uses that are worth a copy.", 8, always=0, tiny=0, never=MOST)
    far: int = row(
        "Bytes of a matrix whose rows lie too far apart for the cache.",
        1_000_000,
        always=0,
        tiny=0,
        never=MOST,
    )
    tall: int = row(
        "Rows of a matrix whose columns are worth bringing together.", 4, always=1, tiny=1
    )
    apart: int = row(
        "Bytes between columns that had better be brought together.",
        1024,
        always=0,
        tiny=0,
        never=MOST,
    )
    thin: int = row(
        "Channels that are worth vectors where zeros are put around.",
        8,
        always=1,
        tiny=1,
        never=MOST,
    )
    gradient: int = row(
        "Bytes of input and slopes that stay in the cache while all tiles use them.",
        150_000,
        always=MOST,
        tiny=1,
    )
    partial: int = row("Bytes of the sums of all shares, at most.", 64_000_000, tiny=1, never=1)
    # ---- reductions, softmax, lines
    reduction: int = row(
        "Elements that a chunk of a reduction has at least (CPU).",
        4096,
        always=1,
        tiny=1,
        never=MOST,
    )
    chunks: int = row("Chunks of a reduction, at most (GPU).", 256, tiny=2, never=1)
    fold: int = row(
        "Terms that a group of work-items takes together (GPU).", 32, always=1, tiny=1, never=MOST
    )
    softmax: int = row(
        "Numbers of a line that are worth a group of work-items (GPU).",
        64,
        always=1,
        tiny=1,
        never=MOST,
    )
    groups: int = row("Groups of work-items, each for some lines, at most (GPU).", 4096, tiny=1)
    line: int = row(
        "Elements of a line that several work-items share (GPU).",
        512,
        always=1,
        tiny=1,
        never=MOST,
    )
    # ---- sorting and scattering, on GPUs
    sorted_block: int = row(
        "Elements that are compared with each other before runs are merged.",
        128,
        always=1,
        tiny=2,
    )
    looked_through: int = row(
        "Numbers through which each result may look.", 128, always=0, tiny=0, never=MOST
    )
    stretch: int = row("Sorted numbers of a chunk, at least.", 32, always=1, tiny=1)
    # ---- the host
    heap: int = row(
        "Bytes of the memory of variables at first; it grows by halves.", 1 << 20, tiny=1
    )
    ahead: int = row("Batches that the host may be ahead of the device.", 2, always=8, tiny=1)
    kept: int = row(
        "Built programs that are kept, beside those of programs in use.", 128, tiny=1, never=1
    )
    # ---- for tests
    lanes: int = row("Lanes of vectors, at most; fewer where a device needs it (CPU).", 16, tiny=4)
    optimised: bool = row("The device's compiler optimises what it builds.", True, quick=False)
    dirty: bool = row("Memory is handed out full of what nobody expects.", False, dirty=True)


limits = Limits()
