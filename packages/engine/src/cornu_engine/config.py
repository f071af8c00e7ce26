"""What a process shares: the default float type, epsilon, the layout of images, the phase.

They are plain process-wide values, as in Keras: a layer reads them when it is created, so a later
change does not reach layers that exist already.
"""

from __future__ import annotations

from typing import Any

from cornu_engine.errors import near_matches, quoted

__all__ = [
    "epsilon",
    "floatx",
    "image_data_format",
    "learning_phase",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_learning_phase",
]

FLOAT_TYPES = ("bfloat16", "float16", "float32", "float64")
DATA_FORMATS = ("channels_last", "channels_first")

_floatx = "float32"
_epsilon = 1e-7
_data_format = "channels_last"
_learning_phase: bool | None = None


def _one_of(what: str, value: object, allowed: tuple[str, ...]) -> str:
    if value in allowed:
        return str(value)
    message = f"{what} must be one of {', '.join(map(repr, allowed))}; got {quoted(value)}."
    raise ValueError(f"{message} {near_matches(str(value), allowed)}".rstrip())


def floatx() -> str:
    """Return the default float type, `"float32"` unless it was set.

    Example
    -------
    >>> import cornu
    >>> cornu.config.floatx()
    'float32'
    """
    return _floatx


def set_floatx(value: str) -> None:
    """Set the default float type of everything created from now on.

    Parameters
    ----------
    value : {"bfloat16", "float16", "float32", "float64"}
        The new default.

    Raises
    ------
    ValueError
        For any other value.

    Example
    -------
    >>> import cornu
    >>> cornu.config.set_floatx("float64")
    >>> cornu.config.floatx()
    'float64'
    >>> cornu.config.set_floatx("float32")
    """
    global _floatx
    _floatx = _one_of("floatx", value, FLOAT_TYPES)


def epsilon() -> float:
    """Return the small number that keeps divisions and logarithms finite, `1e-7` by default.

    Example
    -------
    >>> import cornu
    >>> cornu.config.epsilon()
    1e-07
    """
    return _epsilon


def set_epsilon(value: float) -> None:
    """Set the small number that keeps divisions and logarithms finite.

    Parameters
    ----------
    value : float
        The new value, above zero.

    Raises
    ------
    ValueError
        For a value that is not above zero.

    Example
    -------
    >>> import cornu
    >>> cornu.config.set_epsilon(1e-5)
    >>> cornu.config.epsilon()
    1e-05
    >>> cornu.config.set_epsilon(1e-7)
    """
    if not float(value) > 0:
        raise ValueError(f"epsilon must be above zero; got {value!r}.")
    global _epsilon
    _epsilon = float(value)


def image_data_format() -> str:
    """Return the default axis order of images, `"channels_last"` unless it was set.

    Example
    -------
    >>> import cornu
    >>> cornu.config.image_data_format()
    'channels_last'
    """
    return _data_format


def set_image_data_format(data_format: str) -> None:
    """Set the default axis order of images of layers created from now on.

    Parameters
    ----------
    data_format : {"channels_last", "channels_first"}
        The new default.

    Raises
    ------
    ValueError
        For any other value.

    Example
    -------
    >>> import cornu
    >>> cornu.config.set_image_data_format("channels_first")
    >>> cornu.config.image_data_format()
    'channels_first'
    >>> cornu.config.set_image_data_format("channels_last")
    """
    global _data_format
    _data_format = _one_of("data_format", data_format, DATA_FORMATS)


def learning_phase() -> bool | None:
    """Return what `set_learning_phase` set, or None.

    Examples
    --------
    >>> learning_phase() is None
    True
    """
    return _learning_phase


def set_learning_phase(value: Any) -> None:
    """Decide, for layers called without `training`, between training and inference.

    Parameters
    ----------
    value : bool, int or None
        1 for training, 0 for inference; None leaves it to the call again.
    """
    global _learning_phase
    _learning_phase = None if value is None else bool(value)
