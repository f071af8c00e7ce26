"""The version of Cornu: one number for all of its distributions."""

__version__ = "0.1.0"


def version() -> str:
    """Return the version of Cornu.

    Example
    -------
    >>> from cornu_engine.version import version
    >>> version().count(".")
    2
    """
    return __version__
