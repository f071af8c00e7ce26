"""Long work in parts: Python takes the square of the names that a function lends to another.

A program of thousands of operations has as many arrays. Where `step` borrows all of them from
`bind`, compiling takes seconds; a part is given its own, as defaults of its arguments.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from functools import partial

from cornu_backend_numpy.emit.names import Names

_LINES = 400  # of a part; work of twice as many is cut
_MADE = re.compile(r"    (?:def )?([A-Za-z_]\w*)(?: = |\()")
_WORD = re.compile(r"[A-Za-z_]\w*")


def in_parts(
    body: Sequence[str], head: Sequence[str], names: Names
) -> tuple[list[str], Sequence[str]]:
    """Return the definitions of the parts of the work, and the work: to call them in order.

    Parameters
    ----------
    body : sequence of str
        Lines that make no names of their own; those that begin with a blank or a bracket go on
        with what is above.
    head : sequence of str
        What stands above them in `bind`, and makes the names that they use.
    names : Names

    Examples
    --------
    >>> in_parts(["np.exp(x, out=y)"], ["    y = at(memory, 0)"], Names())
    ([], ['np.exp(x, out=y)'])
    """
    if len(body) < 2 * _LINES:
        return [], body
    made = {found[1] for line in head if (found := _MADE.match(line))} | {"pool"}
    definitions: list[str] = []
    calls = []
    for lines in _cut(body):
        words = dict.fromkeys(w for line in lines for w in _WORD.findall(line.split("  # ")[0]))
        given = ", ".join(f"{word}={word}" for word in words if word in made)
        name = names.new("part_of_step")
        definitions += [
            f"    def {name}(",
            *_wrap(given, initial_indent=" " * 8, subsequent_indent=" " * 8),
            "    ):",
            *(f"        {line}" for line in lines),
            "",
        ]
        calls.append(f"{name}()")
    return definitions, calls


_wrap = partial(textwrap.wrap, width=100, break_long_words=False, break_on_hyphens=False)


def _cut(body: Sequence[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for line in body:
        if len(parts[-1]) >= _LINES and line[:1] not in (" ", ")"):
            parts.append([])
        parts[-1].append(line)
    return parts
