"""Where the axes of a picture lie, and how many channels a colour mode has."""

from __future__ import annotations

import operator
import warnings
from typing import Any, NamedTuple

from cornu_engine import config
from cornu_engine.errors import DataError, near_matches

__all__ = [
    "CHANNELS",
    "Axes",
    "axes_of",
    "checked",
    "size_of",
    "standard_format",
    "warn_about_channels",
]

CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}


class Axes(NamedTuple):
    """The axes of one picture."""

    row: int
    column: int
    channel: int


_AXES = {"channels_last": Axes(0, 1, 2), "channels_first": Axes(1, 2, 0)}


def standard_format(data_format: str | None) -> str:
    """Return a data format, the configured one for None.

    Example
    -------
    >>> standard_format(None)
    'channels_last'
    """
    if data_format is None:
        return config.image_data_format()
    return str(checked("data_format", data_format, _AXES))


def axes_of(data_format: str) -> Axes:
    """Return the axes of one picture in a data format."""
    return _AXES[data_format]


def size_of(name: str, given: Any) -> tuple[int, int]:
    """Return height and width; one number stands for both.

    Example
    -------
    >>> size_of("image_size", 8), size_of("target_size", (4, 6))
    ((8, 8), (4, 6))
    """
    pair = (given, given) if isinstance(given, int) else given
    try:
        height, width = (operator.index(n) for n in pair)
    except (TypeError, ValueError):
        height = width = 0
    if height < 1 or width < 1:
        raise DataError(f"{name} is height and width in pixels, (height, width); it is {given!r}.")
    return height, width


def checked(name: str, given: Any, allowed: Any) -> Any:
    """Return what was given if it is allowed, else raise an error that lists what is.

    Raises
    ------
    DataError
        Naming the argument.
    """
    known = list(allowed)
    if any(given is value or given == value for value in known):
        return given
    listed = ", ".join(repr(value) for value in known)
    hint = near_matches(str(given), [value for value in known if isinstance(value, str)])
    raise DataError(f"{name}={given!r} must be one of {listed}. {hint}".rstrip())


def warn_about_channels(where: str, shape: tuple[int, ...], data_format: str) -> None:
    """Warn where a batch has not as many channels as pictures have."""
    channels = shape[1 + axes_of(data_format).channel]
    if channels not in CHANNELS.values():
        warnings.warn(
            f"{where} got an array of shape {shape}: that is {channels} channels for "
            f"data_format={data_format!r}, and pictures have 1, 3 or 4.",
            stacklevel=3,
        )
