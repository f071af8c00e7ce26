"""What the environment may set, and the sizes from which on something is worth its while."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

DEVICE = "CORNU_OPENCL_DEVICE"
STRICT = "CORNU_OPENCL_STRICT"
SCHEDULE = "CORNU_OPENCL_SCHEDULE"
LIMITS = "CORNU_OPENCL_LIMITS"
PROBE = "CORNU_OPENCL_PROBE"
SCHEDULES = ("cpu", "gpu")
FAILURES = ("crash", "hang", "wrong", "fail")
EXTREMES = ("always", "never", "tiny")


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
        if what not in FAILURES or (lanes and not lanes.isdigit()):
            raise ValueError(
                f"{PROBE} holds {word!r}; it can be off, or failures such as crash-16,hang-8 of "
                f"{', '.join(FAILURES)}."
            )
    return asked


def forced_failure(lanes: int) -> str:
    """Return how the trial on some lanes is to fail, as a test asks for; "" if it is not."""
    for word in wanted_probe().split(","):
        what, _, which = word.partition("-")
        if what in FAILURES and which in ("", str(lanes)):
            return what
    return ""


def cache_folder() -> Path:
    """Return where what was tuned and what was found of devices is kept."""
    base = os.environ.get("CORNU_CACHE") or os.environ.get("XDG_CACHE_HOME")
    return Path(base) / "cornu" if base else Path.home() / ".cache" / "cornu"


# ---- limits --------------------------------------------------------------------------------------

_HUGE = 1 << 40


def _limit(default: int, always: int, never: int, tiny: int | None = None) -> Any:
    """Return a row of the table: what is used, and the extremes at which tests run.

    Parameters
    ----------
    default, always, never : int
        What was measured to be good, and where the rule applies to all sizes, and to none.
    tiny : int, optional
        For the size of a piece of work: one that cuts the smallest of tests. Else the default.
    """
    extremes = {"always": always, "never": never, "tiny": default if tiny is None else tiny}
    return field(default=default, metadata=extremes)


@dataclass(frozen=True)
class Limits:
    """The sizes from which on something is worth its while; each was measured.

    Results do not depend on them, but for the order of additions.
    """

    # All programs.
    fused: int = _limit(
        48, 48, 1, 2
    )  # instructions of a unit: more compile more than in proportion
    share: int = _limit(
        24_000, 0, _HUGE, 8
    )  # operations that are worth a launch of their own (CPU)
    wave: int = _limit(64, 1, 1024, 1)  # work-items that run side by side, at least (GPU)
    # Matrix products and convolutions (CPU).
    tile_rows: int = _limit(14, 14, 2, 2)  # of a tile: more meet in the same places of the cache
    wide_rows: int = _limit(20, 64, 0)  # vectors of sums beside which a wide row of B has room
    whole: int = _limit(512, 0, _HUGE, 16)  # steps of the inner axis that are not cut into pieces
    piece: int = _limit(256, 256, 256, 16)  # steps of a piece
    row_bytes: int = _limit(200_000, 200_000, _HUGE, 1)  # of A that stay in the cache with a piece
    panels: int = _limit(4, 4, 1, 2)  # of B that a block takes, at most
    reused: int = _limit(8, 0, _HUGE)  # uses that are worth a copy into panels
    far: int = _limit(1_000_000, 0, _HUGE)  # bytes of a matrix whose rows lie too far apart to stay
    apart: int = _limit(1024, 0, _HUGE)  # bytes between columns that had better stand together
    thin: int = _limit(8, 1, _HUGE)  # channels that are padded on vectors
    gradient: int = _limit(150_000, _HUGE, 1, 1)  # bytes of input and slopes that stay in the cache
    partial: int = _limit(64_000_000, _HUGE, 1, 1)  # bytes of the sums of all shares, at most
    # Reductions, softmax and lines.
    reduction: int = _limit(4096, 1, _HUGE, 2)  # elements of a chunk of a reduction (CPU)
    chunks: int = _limit(256, 256, 1, 2)  # of a reduction, at most (GPU)
    fold: int = _limit(32, 1, _HUGE)  # terms that a group of work-items takes together (GPU)
    softmax: int = _limit(64, 1, _HUGE)  # numbers of a line that a group takes together (GPU)
    groups: int = _limit(4096, 4096, 1, 1)  # of work-items, at most; each takes several lines (GPU)
    line: int = _limit(512, 1, _HUGE, 2)  # elements of a line that is cut into chunks (GPU)
    # Sorting and scattering (GPU).
    sorted_block: int = _limit(128, 128, 1, 2)  # elements that are compared each with each
    looked_through: int = _limit(128, 0, _HUGE)  # numbers through which each result may look
    stretch: int = _limit(32, 32, _HUGE, 1)  # sorted numbers of a chunk, at least
    # The host.
    ahead: int = _limit(2, 8, 1, 1)  # batches that it may be ahead of the device
    kept: int = _limit(128, _HUGE, 1, 1)  # built programs that are kept, beside those in use

    @classmethod
    def extreme(cls, name: str) -> Limits:
        """Return the limits at one of `EXTREMES`.

        Examples
        --------
        >>> Limits.extreme("never").fused
        1
        """
        return cls(**{f.name: f.metadata[name] for f in fields(cls)})


_set: list[Limits] = []  # those of `limited` blocks, the innermost last


def limits() -> Limits:
    """Return the limits in force: those of a `limited` block, or of `CORNU_OPENCL_LIMITS`.

    The variable holds the name of an extreme, settings as in ``share=100,fused=4``, or both.

    Raises
    ------
    ValueError
        For a name that is not in the table, or a value that is no number.
    """
    if _set:
        return _set[-1]
    return _parsed(os.environ.get(LIMITS, ""))


@contextmanager
def limited(extreme: str | None = None, **values: int) -> Iterator[Limits]:
    """Compile what is compiled inside with other limits: an extreme, some values, or both.

    Examples
    --------
    >>> with limited(fused=3):
    ...     limits().fused
    3
    """
    _set.append(replace(Limits.extreme(extreme) if extreme else limits(), **values))
    try:
        yield _set[-1]
    finally:
        _set.pop()


def _parsed(text: str) -> Limits:
    found = Limits()
    known = {f.name for f in fields(Limits)}
    for word in text.replace(",", " ").split():
        name, is_value, value = word.partition("=")
        if not is_value and name in EXTREMES:
            found = Limits.extreme(name)
        elif is_value and name in known and value.isdigit():
            found = replace(found, **{name: int(value)})
        else:
            raise ValueError(
                f"{LIMITS} holds {word!r}; it can hold {', '.join(EXTREMES)}, or settings such as "
                f"share=100 of {', '.join(sorted(known))}."
            )
    return found
