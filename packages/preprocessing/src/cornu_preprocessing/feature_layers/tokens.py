"""Texts as tokens: the steps of `TextVectorization`, each a row in a table."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Sequence

__all__ = ["SPLITS", "STANDARDIZE", "ngrams_of"]

_SPACE = re.compile(r"[ \t\n\r\f\v]+")
_NO_PUNCTUATION = {ord(sign): None for sign in string.punctuation}
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


# As in Keras, letters and punctuation are those of ASCII: the rest of a text stays as it is.
STANDARDIZE: dict[str, Callable[[str], str]] = {
    "lower": lambda text: text.translate(_LOWER),
    "strip_punctuation": lambda text: text.translate(_NO_PUNCTUATION),
    "lower_and_strip_punctuation": lambda text: text.translate(_LOWER).translate(_NO_PUNCTUATION),
}
SPLITS: dict[str, Callable[[str], list[str]]] = {
    "whitespace": lambda text: [word for word in _SPACE.split(text) if word],
    "character": list,
}


def ngrams_of(tokens: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return all runs of tokens of the given lengths, each joined by blanks.

    Example
    -------
    >>> ngrams_of(["a", "b", "c"], (1, 2))
    ['a', 'b', 'c', 'a b', 'b c']
    """
    return [
        " ".join(tokens[start : start + width])
        for width in widths
        for start in range(len(tokens) - width + 1)
    ]
