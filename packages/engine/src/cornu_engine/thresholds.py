"""Numbers at which rules for large values begin to apply, and their extremes.

Some rules pay for large values only: to run some rows at a time, to start threads, to copy before a
product. Each part that has such rules keeps their numbers in one table, a subclass of `Thresholds`.
They decide how fast a program is, never what it computes. So tests put all tables to an *extreme*,
where small models meet every rule:

always
    Each rule applies wherever it can.
never
    No rule applies.
tiny
    Each rule applies wherever it can, to blocks as small as possible.
threads1 … threads4
    Programs are cut for so many threads.
dirty
    Memory is handed out full of NaN, and of what else nobody expects.
checked
    Each plan is run on paper before it is used.
quick
    What is compiled is not optimised: a kernel that runs once takes longer to optimise than to run.

The environment variable `CORNU_EXTREME` names one, or several as in `tiny+threads3`; in tests
the option `--extreme` does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field, fields
from typing import Any

from cornu_engine.errors import UnknownNameError, near_matches

ENVIRONMENT_VARIABLE = "CORNU_EXTREME"
EXTREMES = (
    *("always", "never", "tiny", "threads1", "threads2", "threads3", "threads4"),
    *("dirty", "checked", "quick"),
)
MOST = 1 << 62  # more than there will ever be of anything

_tables: list[Thresholds] = []
_chosen: tuple[str, ...] | None = None  # None: what the environment says


def row(about: str, default: Any, **extremes: Any) -> Any:
    """Return a field of a table.

    Parameters
    ----------
    about : str
        One sentence on what the number says.
    default : object
    **extremes : object
        What it is at the extremes that concern it.
    """
    unknown = [name for name in extremes if name not in EXTREMES]
    assert not unknown, unknown
    return field(default=default, metadata={"about": about, "extremes": extremes})


class Thresholds:
    """A table of thresholds: a dataclass whose fields are made by `row`, and its only object.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(eq=False)
    ... class Limits(Thresholds):
    ...     block: int = row("Rows of a block.", 512, tiny=1)
    >>> limits = Limits()
    >>> with limits.using(block=2):
    ...     limits.block
    2
    >>> with extreme("tiny"):
    ...     limits.block
    1
    """

    def __post_init__(self) -> None:
        _tables.append(self)
        self._put(_names())

    def values(self) -> tuple[Any, ...]:
        """Return all numbers: what a compiled program depends on."""
        return tuple(getattr(self, one.name) for one in fields(self))  # type: ignore[arg-type]

    @contextmanager
    def using(self, **values: Any) -> Iterator[None]:
        """Set some rows inside a `with` block."""
        before = {name: getattr(self, name) for name in values}
        vars(self).update(values)
        try:
            yield
        finally:
            vars(self).update(before)

    def _put(self, names: Sequence[str]) -> None:
        for one in fields(self):  # type: ignore[arg-type]
            extremes = one.metadata["extremes"]
            values = [extremes[name] for name in names if name in extremes]
            setattr(self, one.name, values[-1] if values else one.default)


def choose_extreme(name: str | None) -> None:
    """Put all tables of this process to an extreme, or to several joined by `+`.

    Parameters
    ----------
    name : str or None
        None returns to what `CORNU_EXTREME` says.

    Raises
    ------
    UnknownNameError
        With the names there are.
    """
    _put_all(None if name is None else _parsed(name))


@contextmanager
def extreme(name: str) -> Iterator[None]:
    """Put all tables to an extreme inside a `with` block, for the whole process.

    Programs compiled before stay as they are.

    Parameters
    ----------
    name : str
        Joined by `+` where there are several; `""` for the usual numbers.
    """
    before = _chosen
    choose_extreme(name)
    try:
        yield
    finally:
        _put_all(before)


def _put_all(names: tuple[str, ...] | None) -> None:
    global _chosen
    _chosen = names
    for table in _tables:
        table._put(_names())


def _names() -> tuple[str, ...]:
    return _parsed(os.environ.get(ENVIRONMENT_VARIABLE, "")) if _chosen is None else _chosen


def _parsed(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split("+") if name.strip())
    for name in names:
        if name not in EXTREMES:
            raise UnknownNameError(
                f"There is no extreme {name!r}. {near_matches(name, EXTREMES)} There are "
                f"{', '.join(EXTREMES)}, and several joined as in tiny+threads3."
            )
    return names
