"""The one way by which text that is not ours gets into source: Python, OpenCL C, DOT, a terminal.

Names of layers, optimizers, metrics, variables and inputs come from users and from files. Whatever
they hold, they become one of four things: an identifier of a closed alphabet, a comment that no
character can leave, a quoted string, or a line that a terminal prints as it is. What else a program
holds, attributes, shapes and dtypes, is written as it stands; so `check_numbers` lets none but
numbers and dtypes of numbers into a plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import FunctionType
from typing import Any

import numpy as np

from cornu_engine.composite import COMPOSITES
from cornu_engine.errors import GraphError, printable
from cornu_engine.graph import Node
from cornu_engine.scan import Body
from cornu_engine.shapes import Sizes

LONGEST = 200  # characters of an identifier
_OTHERS = re.compile(r"[^A-Za-z0-9_]+")
_KINDS = "biuf"  # of dtypes: booleans, integers, floats
# what ends or begins a comment in C, or joins its line to the next
_LEAVES = re.compile(r"\*(?=/)|/(?=\*)|\?(?=\?)")


def identifier(text: str) -> str:
    """Return a name of letters, digits and underscores that resembles a text.

    Keywords are not avoided, and different texts may have the same name.

    Examples
    --------
    >>> identifier("∇dense_1 mul"), identifier("3\\n"), identifier("été()"), identifier("!")
    ('d_dense_1_mul', 'v3', 't', 'value')
    """
    name = _OTHERS.sub("_", text.replace("∇", "d_")).strip("_")[:LONGEST] or "value"
    return f"v{name}" if name[0].isdigit() else name


def one_line(text: str) -> str:
    """Return a text as one line that a terminal shows and does not obey.

    All characters that do not print are spelled: line ends of any alphabet, escapes, marks that
    turn the direction of writing.

    Examples
    --------
    >>> one_line("∇dense: add (3,)"), one_line("a\\u2028b\\x1b[2J")
    ('∇dense: add (3,)', 'a<U+2028>b<U+001B>[2J')
    """
    return printable(text, but="")


def comment(text: str) -> str:
    """Return a text as the inside of a comment: it can be left neither in Python nor in C.

    Examples
    --------
    >>> comment("model/dense: add (3,)"), comment("*/ x /*"), comment("??/"), comment("end\\\\")
    ('model/dense: add (3,)', '* / x / *', '? ?/', 'end<U+005C>')
    """
    return _LEAVES.sub(r"\g<0> ", one_line(text)).replace("\\", "<U+005C>")


def quoted(text: str) -> str:
    r"""Return a text as a string of DOT: as it is where it is a word, else between quotes.

    Examples
    --------
    >>> quoted("dense_1"), quoted('"; image="x'), quoted("end\\")
    ('dense_1', '"\\"; image=\\"x"', '"end\\\\"')
    """
    if text and not _OTHERS.search(text) and not text[0].isdigit():
        return text
    escaped = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def number(value: Any) -> str:
    """Return a number as Python writes it, or a tuple of numbers.

    Raises
    ------
    GraphError
        For anything else.

    Examples
    --------
    >>> number(0.1), number((1, (2, True))), number(-float("inf"))
    ('0.1', '(1, (2, True))', 'float("-inf")')
    """
    if isinstance(value, tuple):
        return f"({', '.join(map(number, value))}{',' if len(value) == 1 else ''})"
    if not _is_number(value):
        raise GraphError(f"{one_line(repr(value))} cannot be written into source: it is no number.")
    value = value.item() if isinstance(value, np.generic) else value
    special = isinstance(value, float) and not np.isfinite(value)
    return f'float("{value}")' if special else repr(value)


def _is_number(value: Any) -> bool:
    return type(value) in _NUMBERS or (isinstance(value, np.generic) and value.dtype.kind in _KINDS)


# the types themselves: a class that is derived from them may write itself as it likes
_NUMBERS = frozenset({int, float, bool})


def check_numbers(nodes: Iterable[Node]) -> None:
    """Refuse values whose attributes, shapes or dtypes are not made of numbers.

    A composite may hold words too, such as the name of a mode. Names of inputs and variables may be
    any text, and so only what stands in this module writes them.

    Raises
    ------
    GraphError
        Naming the operation and the attribute.
    """
    for node in nodes:
        for key, value in (*node.attrs.items(), ("shape", node.shape), ("dtype", node.dtype)):
            if _is_plain(value) or (key == "name" and node.op in _NAMED):
                continue
            if not (node.op in COMPOSITES and _is_word(value)):
                raise GraphError(
                    f"{key!r} of the operation {node.op!r} is {one_line(repr(value))}. A program "
                    "holds numbers, dtypes of numbers, and tuples of these; a composite may hold "
                    "words."
                )


_NAMED = ("input", "variable", "parameter")


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and value == identifier(value)


def _is_plain(value: Any) -> bool:
    if type(value) in _NUMBERS or value is None:
        return True
    if type(value) in (tuple, Sizes):
        return all(map(_is_plain, value))
    if isinstance(value, np.ndarray):
        value = value.dtype
    if isinstance(value, np.dtype):
        return value.kind in _KINDS
    return _is_number(value) or isinstance(value, Body | FunctionType)
