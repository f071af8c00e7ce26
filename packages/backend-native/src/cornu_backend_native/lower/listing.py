"""A program as C for people: what its groups compute, then all calls in the order of the step.

Nothing compiles this text: the functions are in the library already, and the calls are the rows of
the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from cornu_backend_native.fused import function, name_of
from cornu_backend_native.lower.rows import Chain, Loop, Row, Step
from cornu_engine.sourcetext import one_line
from cornu_lowering.views import Address

_LEGEND = "M: memory of the run, H: weights, K: constants, X: inputs, O: results; bytes from there"
_INDENT = "    "


def listing(name: str, steps: Sequence[Step], first: Sequence[Step] = ()) -> str:
    """Return the text of a program.

    The numbers in front of the notes are those of the rows of a profile.

    Examples
    --------
    >>> row = Row("k_gemm_f4", (Address("M"), Address("X0"), Address("H1")), note="dense: matmul")
    >>> print(listing("predict", [row]))
    /* predict. M: memory of the run, H: weights, K: constants, X: inputs, O: results; bytes from there */
    <BLANKLINE>
    void step(void) {
        /* 0 dense: matmul */
        k_gemm_f4(M, X0, H1);
    }
    """  # noqa: E501
    legend = f"{_LEGEND}; P: made of weights" if first else _LEGEND
    parts = [f"/* {_comment(name)}. {legend} */", *map(function, tapes_of(steps))]
    if first:
        lines = _lines(first, count(), _INDENT)
        parts.append("\n".join(["void when_weights_have_changed(void) {", *lines, "}"]))
    parts.append("\n".join(["void step(void) {", *_lines(steps, count(), _INDENT), "}"]))
    return "\n\n".join(parts)


def tapes_of(steps: Sequence[Step]) -> list[str]:
    """Return what the groups of a program compute, each once: lines as in `tapes.txt`."""
    return list(dict.fromkeys(row.tape for row in _rows(steps) if row.tape))


def _rows(steps: Sequence[Step]) -> Iterator[Row]:
    for each in steps:
        if isinstance(each, Row):
            yield each
        else:
            yield from _rows(each.rows)


def _lines(steps: Sequence[Step], numbers: Iterator[int], indent: str) -> Iterator[str]:
    for each in steps:
        if isinstance(each, Loop):
            moving = "".join(f", {name} += {size}" for name, _, size in each.moving)
            yield indent + " ".join(f"{name} = {_place(at)};" for name, at, _ in each.moving)
            order = " /* from the last */" if each.reverse else ""
            yield f"{indent}for (int t = 0; t < {each.length}; t++{moving}) {{{order}"
            yield from _lines(each.rows, numbers, indent + _INDENT)
            yield indent + "}"
        elif isinstance(each, Chain):
            parts = f"int part = 0; part < {each.rows[0].parts}; part++"
            yield f"{indent}for ({parts}) {{ /* {next(numbers)} */"
            for row in each.rows:
                yield f"{indent}{_INDENT}/* {_comment(row.note)} */"
                yield f"{indent}{_INDENT}{_call(row)}"
            yield indent + "}"
        else:
            yield f"{indent}/* {next(numbers)} {_comment(each.note)} */"
            yield indent + _call(each)


def _call(row: Row) -> str:
    group = [name_of(row.tape)] if row.tape else []
    return f"{row.kernel}({', '.join([*group, *map(_place, row.addresses)])});"


def _place(at: Address) -> str:
    return f"{at.base} + {at.offset}" if at.offset else at.base


def _comment(text: str) -> str:
    """Text from outside may not end the comment that it stands in."""
    return one_line(text).replace("*/", "* /").replace("/*", "/ *")
