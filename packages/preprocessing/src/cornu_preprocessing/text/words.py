"""A text as a list of words, and words as numbers without a vocabulary."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from hashlib import md5
from typing import Any

from cornu_engine.errors import DataError

__all__ = ["FILTERS", "hashing_trick", "one_hot", "text_to_word_sequence"]

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(
    input_text: str | None = None,
    filters: str | Iterable[str] = FILTERS,
    lower: bool = True,
    split: str = " ",
    *,
    text: str | None = None,
) -> list[str]:
    """Cut a text into words.

    Parameters
    ----------
    input_text : str
        Any Unicode, also passed as `text`. Words are what stands between separators: Chinese,
        Japanese and Thai, which are written without blanks, come out as one word per run. Separate
        the words first, or use characters as tokens (`Tokenizer(char_level=True)`).
    filters : str
        Characters that separate words like `split`: ASCII punctuation without the apostrophe, tabs
        and line breaks. Others (`「`, `…`, `¿`) stay unless you name them.
    lower : bool
        Whether to write everything in lower case.
    split : str
        What separates words.

    Returns
    -------
    list of str
        No word is empty; an empty text has no words.

    Raises
    ------
    DataError
        If the text is no string, or `split` is empty.

    Example
    -------
    >>> text_to_word_sequence("It's a dog, isn't it?")
    ["it's", 'a', 'dog', "isn't", 'it']
    >>> text_to_word_sequence("「猫」 が好き", filters="「」")
    ['猫', 'が好き']
    """
    words = check_text(input_text if text is None else text, "input_text")
    if not split:
        raise DataError(
            "split='' separates nothing. For characters as tokens use list(text), or "
            "Tokenizer(char_level=True)."
        )
    signs = filters if isinstance(filters, str) else "".join(filters)
    words = (words.lower() if lower else words).translate(_separating(signs, split))
    return [word for word in words.split(split) if word]


@functools.lru_cache(maxsize=16)
def _separating(signs: str, split: str) -> dict[int, str]:
    return {ord(sign): split for sign in signs}


def one_hot(
    input_text: str | None = None,
    n: int = 0,
    filters: str | Iterable[str] = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], list[str]] | None = None,
    *,
    text: str | None = None,
) -> list[int]:
    """Turn each word of a text into a number by Python's `hash`.

    That is `hashing_trick` with `hash`, whose numbers differ from process to process unless
    `PYTHONHASHSEED` is set. Use `hashing_trick(text, n, hash_function="md5")` for numbers to keep.

    Parameters
    ----------
    input_text : str
        Also passed as `text`.
    n, filters, lower, split, analyzer
        As for `hashing_trick`.

    Returns
    -------
    list of int
        From 1 to n - 1.

    Example
    -------
    >>> first, second, third = one_hot("the same the", 50)
    >>> first == third
    True
    """
    whole = check_text(input_text if text is None else text, "input_text")
    return hashing_trick(whole, n, hash, filters, lower, split, analyzer)


def hashing_trick(
    text: str,
    n: int,
    hash_function: str | Callable[[str], int] | None = None,
    filters: str | Iterable[str] = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], list[str]] | None = None,
) -> list[int]:
    """Turn each word of a text into a number by a hash function: no vocabulary is kept.

    Different words may get the same number. Index 0 is given to none.

    Parameters
    ----------
    text : str
    n : int
        Numbers run from 1 to n - 1.
    hash_function : "md5", callable or None
        "md5" gives the same numbers in each process and on each machine. None is Python's `hash`,
        which does not. A function takes a word and returns an integer.
    filters, lower, split
        As for `text_to_word_sequence`.
    analyzer : callable, optional
        Makes the list of words of a text in its place.

    Returns
    -------
    list of int

    Raises
    ------
    DataError
        If n is less than 2, or the hash function is unknown.

    Example
    -------
    >>> hashing_trick("The cat, the dog", 100, hash_function="md5")
    [51, 3, 51, 33]
    """
    if n < 2:
        raise DataError(f"n={n} leaves no number for a word: pass 2 or more.")
    if hash_function is None:
        hash_function = hash
    elif hash_function == "md5":
        hash_function = _md5
    elif not callable(hash_function):
        raise DataError(
            f"hash_function={hash_function!r} must be 'md5', None for Python's hash, or a function "
            "from a word to an integer."
        )
    cut = analyzer or (lambda text: text_to_word_sequence(text, filters, lower, split))
    words = cut(check_text(text, "text"))
    return [hash_function(word) % (n - 1) + 1 for word in words]


def check_text(text: Any, name: str) -> str:
    """Return a string as it is, and raise DataError for anything else."""
    if isinstance(text, bytes):
        raise DataError(f"{name} is bytes; decode it first: {name}.decode('utf-8').")
    if not isinstance(text, str):
        raise DataError(f"{name} is {text!r}, a {type(text).__name__}, and must be a string.")
    return text


def _md5(word: str) -> int:
    return int(md5(word.encode(), usedforsecurity=False).hexdigest(), 16)
