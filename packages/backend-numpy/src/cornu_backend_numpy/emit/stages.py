"""Functions within a program: what all threads do together, and what is done once in between.

A call of the pool starts the threads, which costs more than a small operation takes. So stretches
of shared work that only short work separates become the stages of one call.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cornu_backend_numpy.emit.names import Names, last_part
from cornu_backend_numpy.settings import limits
from cornu_engine.sourcetext import comment

COMMENT_COLUMN = 72
_LAYER = re.compile(r"  # ([^:]+): ")


class Call(str):
    """A line of work that calls a function.

    Attributes
    ----------
    name, note : str
        Of the function, and what a reader should know about it.
    definition : list of str
    shared : bool
        Whether all threads do it together.
    """

    name: str
    note: str
    definition: list[str]
    shared: bool


def make_call(name: str, note: str, definition: list[str], shared: bool) -> Call:
    """Return the line that calls a function of the part of a thread."""
    line = Call(noted(f"pool.run({name})" if shared else f"{name}(0)", note))
    line.name, line.note, line.definition, line.shared = name, note, definition, shared
    return line


def noted(text: str, note: str) -> str:
    """Return a line with a comment: whatever the note holds stays in it.

    Examples
    --------
    >>> noted("a = b", "why").split()
    ['a', '=', 'b', '#', 'why']
    """
    return f"{text:<{COMMENT_COLUMN}}  # {comment(note)}" if note else text


def stretch(scopes: Sequence[str], otherwise: str) -> str:
    """Return a hint for the name of a stretch of work: the layers where it starts and ends.

    Examples
    --------
    >>> stretch(["∇model/dense_1", "∇model/dense"], "rows"), stretch([""], "rows")
    ('∇dense_1 to dense', 'rows')
    """
    layers = [layer for layer in map(last_part, scopes) if layer.strip("∇")]
    if not layers:
        return otherwise
    first, last = layers[0], layers[-1].removeprefix("∇")
    return f"{first} {otherwise}" if first.removeprefix("∇") == last else f"{first} to {last}"


def in_stages(body: Sequence[str], names: Names) -> tuple[list[str], list[str]]:
    """Return the definitions of all functions that lines of work call, in order, and the lines.

    Neighbouring stretches of shared work have become the stages of one call.
    """
    functions: list[str] = []
    result: list[str] = []
    chain: list[str] = []
    between: list[str] = []
    alone: Call | None = None
    for line in body:
        if isinstance(line, Call) and line.shared:
            if chain and _is_short(between):
                once = names.new(stretch(_scopes(between), "once"))
                functions += _definitions(between)
                functions += ["", f"def {once}():", *(f"    {b}" for b in between or ["pass"])]
                chain += [noted(f"{once},", "once"), noted(f"{line.name},", line.note)]
                alone = None
            else:
                result += _closed(chain, alone) + between
                functions += _definitions(between)
                chain, alone = [noted(f"{line.name},", line.note)], line
            functions += ["", *line.definition]
            between = []
        else:
            between.append(line)
    functions += _definitions(between)
    return functions, [*result, *_closed(chain, alone), *between]


def _is_short(lines: list[str]) -> bool:
    return len(lines) <= limits.between and not any(line.startswith("for ") for line in lines)


def _definitions(lines: list[str]) -> list[str]:
    return [text for line in lines if isinstance(line, Call) for text in ("", *line.definition)]


def _scopes(lines: list[str]) -> list[str]:
    return [found[1] for line in lines if (found := _LAYER.search(line))]


def _closed(chain: list[str], alone: Call | None) -> list[str]:
    if alone is not None:
        return [alone]
    return ["pool.run(", *(f"    {stage}" for stage in chain), ")"] if chain else []
