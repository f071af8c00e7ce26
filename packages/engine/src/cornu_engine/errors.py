"""The exceptions of Cornu, and the text that proposes what the user may have meant.

Every exception is a `CornuError` and also the built-in exception that the same mistake
raises elsewhere in Python, so `except ValueError` keeps working.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "BackendError",
    "BadFileError",
    "CornuError",
    "DataError",
    "DtypeError",
    "GraphError",
    "MissingDistributionError",
    "NotBuiltError",
    "NotCompiledError",
    "NumericsError",
    "PluginError",
    "PluginWarning",
    "SavingError",
    "ShapeError",
    "TracedValueError",
    "UnknownNameError",
    "brief",
    "letters",
    "near_matches",
    "printable",
    "quoted",
]


class CornuError(Exception):
    """Base of every exception that Cornu raises on purpose.

    Names in its text may come from a file: a terminal shows them, and obeys none.
    """

    def __str__(self) -> str:
        return printable(brief(super().__str__()))


class ShapeError(CornuError, ValueError):
    """Shapes that do not fit one another, or a shape that an operation cannot take."""


class DtypeError(CornuError, TypeError):
    """A dtype that does not exist, or that an operation cannot take."""


class DataError(CornuError, ValueError):
    """Data that cannot be trained on: NaN labels, mismatched lengths, classes out of range."""


class GraphError(CornuError, RuntimeError):
    """A graph or program that breaks its own rules, found by `check()`."""


class TracedValueError(CornuError, TypeError):
    """A traced value was asked for the number it will only have when the program runs."""


class NotBuiltError(CornuError, ValueError):
    """A layer, model or optimizer was used before it had its weights."""


class NotCompiledError(CornuError, RuntimeError):
    """A model was asked to train or evaluate before `compile`."""


class NumericsError(CornuError, FloatingPointError):
    """A step made NaN or infinity, and `compile(check_numerics=True)` asked to be told."""


class SavingError(CornuError, ValueError):
    """A file or config that cannot be written or read back."""


class BadFileError(SavingError):
    """A file that breaks one of the rules under which files are read.

    Parameters
    ----------
    text : str
        What is wrong.
    rule : str
        The rule's name, a key of `cornu_engine.files.rules.RULES`.

    Attributes
    ----------
    rule : str
    """

    def __init__(self, text: str, rule: str = "damaged") -> None:
        super().__init__(text, rule)
        self.rule = rule

    def __str__(self) -> str:
        return printable(f"{self.args[0]} (rule: {self.rule})")


class BackendError(CornuError, RuntimeError):
    """A backend that is unknown, unavailable on this machine, or failed to compile."""


class UnknownNameError(CornuError, ValueError):
    """A name that nothing installed provides."""


class MissingDistributionError(CornuError, ImportError):
    """A part of Cornu that lives in a distribution which is not installed."""


class PluginError(CornuError, RuntimeError):
    """A plugin that cannot be used."""


class PluginWarning(UserWarning):
    """Something is wrong with a plugin; every other plugin keeps working.

    Turn it into an error with `warnings.simplefilter("error", PluginWarning)`.
    """


def brief(text: str, longest: int = 1000) -> str:
    """Return a text without the middle of it where it is long: a value that was quoted there.

    Example
    -------
    >>> brief("got 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'. Write one letter.", longest=40)
    "got 'aaaaaaaaaaaaa …  Write one letter."
    """
    half = longest // 2 - 2
    return text if len(text) <= longest else f"{text[:half]} … {text[-half:]}"


def quoted(value: object) -> str:
    """Return a value as it is written, the middle left out where that is long.

    Example
    -------
    >>> quoted("relu")
    "'relu'"
    """
    return brief(repr(value), 200)


def printable(text: str, but: str = "\n") -> str:
    r"""Return a text with every character spelled that does not print, some apart.

    Example
    -------
    >>> printable("∇dense\x1b[2J")
    '∇dense<U+001B>[2J'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in but else f"<U+{ord(c):04X}>" for c in text)


def near_matches(name: str, candidates: Iterable[str], limit: int = 3) -> str:
    """Say which candidates a mistyped name resembles.

    Parameters
    ----------
    name : str
        What the user wrote.
    candidates : iterable of str
        What would have been understood.
    limit : int
        How many candidates to propose at most.

    Returns
    -------
    str
        A sentence to end an error message with, or an empty string where nothing resembles it.

    Example
    -------
    >>> near_matches("rellu", ["relu", "tanh", "selu"])
    "Did you mean 'relu' or 'selu'?"
    >>> near_matches("qqq", ["relu", "tanh"])
    ''
    """
    from difflib import get_close_matches

    # One proposal per word: of glorot_uniform and GlorotUniform, the one written as the name is.
    alike = sorted(candidates, key=lambda word: word.islower() != str(name).islower())
    spelling = {letters(candidate): candidate for candidate in reversed(alike)}
    close = get_close_matches(letters(str(name)), spelling, n=limit, cutoff=0.6)
    close = close or [word for word in spelling if word.startswith(letters(str(name)))][:limit]
    if not close:
        return ""
    named = [repr(spelling[match]) for match in close]
    return f"Did you mean {' or '.join([', '.join(named[:-1]), named[-1]][len(named) < 2 :])}?"


def letters(name: str) -> str:
    """Return what is left of a name where case and underscores do not count.

    Example
    -------
    >>> letters("GlorotUniform") == letters("glorot_uniform")
    True
    """
    return name.lower().replace("_", "")
