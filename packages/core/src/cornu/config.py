"""The few settings that a whole process shares: float type, epsilon, image layout, logging.

They are plain process-wide values, as in Keras: a layer reads them when it is created, so a later
change does not reach layers that exist already.
"""

from __future__ import annotations

from typing import Any

from cornu.errors import near_matches

__all__ = [
    "backend",
    "disable_interactive_logging",
    "dtype_policy",
    "enable_interactive_logging",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_interactive_logging_enabled",
    "set_backend",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
]

FLOAT_TYPES = ("float16", "float32", "float64")
DATA_FORMATS = ("channels_last", "channels_first")

_settings: dict[str, Any] = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "interactive_logging": True,
}


def _one_of(what: str, value: object, allowed: tuple[str, ...]) -> str:
    if value in allowed:
        return str(value)
    message = f"{what} must be one of {', '.join(map(repr, allowed))}; got {value!r}."
    raise ValueError(f"{message} {near_matches(str(value), allowed)}".rstrip())


def floatx() -> str:
    """Return the default float type, ``"float32"`` unless it was set.

    Example
    -------
    >>> import cornu
    >>> cornu.config.floatx()
    'float32'
    """
    return _settings["floatx"]


def set_floatx(value: str) -> None:
    """Set the default float type of everything created from now on.

    Parameters
    ----------
    value : {"float16", "float32", "float64"}
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
    _settings["floatx"] = _one_of("floatx", value, FLOAT_TYPES)


def epsilon() -> float:
    """Return the small number that keeps divisions and logarithms finite, ``1e-7`` by default.

    Example
    -------
    >>> import cornu
    >>> cornu.config.epsilon()
    1e-07
    """
    return _settings["epsilon"]


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
    _settings["epsilon"] = float(value)


def image_data_format() -> str:
    """Return the default axis order of images, ``"channels_last"`` unless it was set.

    Example
    -------
    >>> import cornu
    >>> cornu.config.image_data_format()
    'channels_last'
    """
    return _settings["image_data_format"]


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
    _settings["image_data_format"] = _one_of("data_format", data_format, DATA_FORMATS)


def backend() -> str:
    """Return the name of the backend in use.

    Example
    -------
    >>> import cornu
    >>> cornu.config.backend() == cornu.get_backend()
    True
    """
    from cornu.backends import get_backend

    return get_backend()


def set_backend(name: str) -> None:
    """Choose the backend; the same as :func:`cornu.set_backend`.

    Parameters
    ----------
    name : str
        A backend that is installed and available here.

    Example
    -------
    >>> import cornu
    >>> cornu.config.set_backend(cornu.config.backend())
    """
    from cornu import backends

    backends.set_backend(name)


def dtype_policy() -> Any:
    """Return the policy of layers made without ``dtype``: where they store, where they compute.

    Example
    -------
    >>> import cornu
    >>> cornu.config.dtype_policy()
    <DTypePolicy "float32">
    """
    from cornu.base.layer import dtype_policy as current

    return current()


def set_dtype_policy(policy: Any) -> None:
    """Set the policy of layers made from now on; None goes back to :func:`floatx`.

    Parameters
    ----------
    policy : str, DTypePolicy or None
        A dtype, or ``"mixed_float16"``: weights in float32, computation in float16.

    Example
    -------
    >>> import cornu
    >>> cornu.config.set_dtype_policy("mixed_float16")
    >>> cornu.config.dtype_policy().compute_dtype
    'float16'
    >>> cornu.config.set_dtype_policy(None)
    """
    from cornu.base.layer import set_dtype_policy as set_policy

    set_policy(policy)


def enable_interactive_logging() -> None:
    """Let ``verbose="auto"`` draw a progress bar (the default).

    Example
    -------
    >>> import cornu
    >>> cornu.config.enable_interactive_logging()
    >>> cornu.config.is_interactive_logging_enabled()
    True
    """
    _settings["interactive_logging"] = True


def disable_interactive_logging() -> None:
    """Let ``verbose="auto"`` write one line per epoch, as suits a log file.

    Example
    -------
    >>> import cornu
    >>> cornu.config.disable_interactive_logging()
    >>> cornu.config.is_interactive_logging_enabled()
    False
    >>> cornu.config.enable_interactive_logging()
    """
    _settings["interactive_logging"] = False


def is_interactive_logging_enabled() -> bool:
    """Say whether ``verbose="auto"`` draws a progress bar.

    Example
    -------
    >>> import cornu
    >>> cornu.config.is_interactive_logging_enabled()
    True
    """
    return _settings["interactive_logging"]
