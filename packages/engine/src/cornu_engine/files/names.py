"""The one rule for names that a file brings: of objects, variables, inputs, outputs, keys, assets.

A name ends up in messages, in names of files and groups, and in comments of generated programs, so
it is one line of text, and no path.
"""

from __future__ import annotations

import re
from typing import Any

from cornu_engine.errors import BadFileError, SavingError

LONGEST = 64512  # letters: what one attribute of HDF5 holds
# Control signs and every line end, signs that turn the direction of writing, halves of letters, and
# what separates the parts of a path elsewhere.
_SIGNS = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
STEERS, _FORBIDDEN = re.compile(f"[{_SIGNS}]"), re.compile(rf"[{_SIGNS}\\]")
_PATH = re.compile(r"(?:.*/)?\.\.?(?:/.*)?|[A-Za-z]:(?!\d+$).*")  # `W:0` is a weight of Keras 2


def check_name(name: Any, what: str = "object") -> str:
    r"""Return a name that a file brought, if it is one.

    Spaces, dots, slashes and letters of any alphabet are fine.

    Parameters
    ----------
    name : str
    what : str
        What is called so, for the message.

    Raises
    ------
    BadFileError
        If it is no text, empty, too long, the path of a file, or holds a line end, a control sign,
        a backslash or a sign that turns the direction of writing.

    Examples
    --------
    >>> check_name("block 1/größe.2")
    'block 1/größe.2'
    >>> check_name("a\nb", "layer")
    Traceback (most recent call last):
    cornu_engine.errors.BadFileError: 'a\nb' is no name of a layer. (rule: names)
    """
    if (
        not isinstance(name, str)
        or not 0 < len(name) <= LONGEST
        or _FORBIDDEN.search(name)
        or _PATH.fullmatch(name)
    ):
        article = "an" if what[:1] in "aeiou" else "a"
        raise BadFileError(f"{shown(name)} is no name of {article} {what}.", "names")
    return name


def unreadable(error: BadFileError) -> SavingError:
    """Return what to raise in place of writing a file that would be refused so.

    It is better known while the model is still there.

    Examples
    --------
    >>> str(unreadable(BadFileError("'..' is no name of a key.", "names")))[:60]
    "The file could not be read again: '..' is no name of a key. "
    """
    rule = " A name is one line of text, without a backslash, and no path."
    return SavingError(
        f"The file could not be read again: {error.args[0]}{rule if error.rule == 'names' else ''}"
    )


def shown(name: Any) -> str:
    """Return what came in place of a name, short enough for a message."""
    if not isinstance(name, (str, int, float, bool, type(None))):
        return f"A {type(name).__name__}"
    text = repr(name[:60] if isinstance(name, str) else name)
    return f"{text[:80]}…" if len(str(name)) > 60 else text
