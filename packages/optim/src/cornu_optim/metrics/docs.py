"""Sections of docstrings that several metrics share, written once."""

from __future__ import annotations

import inspect


def share_sections(cls: type, sections: str) -> None:
    """Put sections (`Parameters`, `Raises`) before the examples in the docstring of a class.

    Parameters
    ----------
    cls : type
    sections : str

    Examples
    --------
    >>> class Count:
    ...     \"\"\"Number of things.
    ...
    ...     Examples
    ...     --------
    ...     \"\"\"
    >>> share_sections(Count, "Parameters\\n----------\\nname : str")
    >>> Count.__doc__.splitlines()[:5]
    ['Number of things.', '', 'Parameters', '----------', 'name : str']
    """
    head, examples, rest = (inspect.getdoc(cls) or "").partition("Examples\n--------")
    cls.__doc__ = f"{head}{inspect.cleandoc(sections)}\n\n{examples}{rest}"
