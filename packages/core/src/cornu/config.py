"""The few settings that a whole process shares: float type, epsilon, image layout, limits, logging.

They are plain process-wide values, as in Keras: a layer reads them when it is created, so a later
change does not reach layers that exist already.
"""

from __future__ import annotations

import os
from typing import Any

from cornu_engine.errors import near_matches

__all__ = [
    "backend",
    "disable_flash_attention",
    "disable_interactive_logging",
    "disable_traceback_filtering",
    "dtype_policy",
    "enable_flash_attention",
    "enable_interactive_logging",
    "enable_traceback_filtering",
    "enable_unsafe_deserialization",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_flash_attention_enabled",
    "is_interactive_logging_enabled",
    "is_traceback_filtering_enabled",
    "max_epochs",
    "max_steps_per_epoch",
    "set_backend",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_max_epochs",
    "set_max_steps_per_epoch",
]

FLOAT_TYPES = ("float16", "float32", "float64")
DATA_FORMATS = ("channels_last", "channels_first")


def _limit(what: str, value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    raise ValueError(
        f"{what} must be a whole number above zero, or None for no limit; got {value!r}."
    )


def _limit_from(variable: str) -> int | None:
    text = os.environ.get(variable, "").strip()
    return _limit(variable, int(text) if text.isdecimal() else text) if text else None


_settings: dict[str, Any] = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "interactive_logging": True,
    "flash_attention": None,
    "max_epochs": _limit_from("CORNU_MAX_EPOCHS"),
    "max_steps_per_epoch": _limit_from("CORNU_MAX_STEPS_PER_EPOCH"),
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
    from cornu_engine.backends import get_backend

    return get_backend()


def set_backend(backend: str) -> None:
    """Choose the backend; the same as :func:`cornu.set_backend`.

    Parameters
    ----------
    backend : str
        A backend that is installed and available here.

    Example
    -------
    >>> import cornu
    >>> cornu.config.set_backend(cornu.config.backend())
    """
    from cornu_engine import backends

    backends.set_backend(backend)


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


def max_epochs() -> int | None:
    """Return how many epochs any call of ``fit`` makes at most, None without a limit.

    It is what :func:`set_max_epochs` set, else ``CORNU_MAX_EPOCHS`` as it was when Cornu was
    imported: a long script can be tried out without changing it.

    Example
    -------
    >>> import cornu
    >>> cornu.config.max_epochs() is None
    True
    """
    return _settings["max_epochs"]


def set_max_epochs(max_epochs: int | None) -> None:
    """Set how many epochs any call of ``fit`` makes at most; None takes the limit away.

    Example
    -------
    >>> import cornu
    >>> cornu.config.set_max_epochs(2)
    >>> cornu.config.max_epochs()
    2
    >>> cornu.config.set_max_epochs(None)
    """
    _settings["max_epochs"] = _limit("max_epochs", max_epochs)


def max_steps_per_epoch() -> int | None:
    """Return how many steps ``fit``, ``evaluate`` and ``predict`` make in an epoch at most.

    It is what :func:`set_max_steps_per_epoch` set, else ``CORNU_MAX_STEPS_PER_EPOCH`` as it was
    when Cornu was imported, else None: no limit.

    Example
    -------
    >>> import cornu
    >>> cornu.config.max_steps_per_epoch() is None
    True
    """
    return _settings["max_steps_per_epoch"]


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Set how many steps an epoch has at most; None takes the limit away.

    Example
    -------
    >>> import cornu
    >>> cornu.config.set_max_steps_per_epoch(10)
    >>> cornu.config.max_steps_per_epoch()
    10
    >>> cornu.config.set_max_steps_per_epoch(None)
    """
    _settings["max_steps_per_epoch"] = _limit("max_steps_per_epoch", max_steps_per_epoch)


def enable_flash_attention() -> None:
    """Ask for flash attention, as in Keras; attention is computed one way here, with one result.

    Example
    -------
    >>> import cornu
    >>> cornu.config.enable_flash_attention()
    >>> cornu.config.is_flash_attention_enabled()
    True
    >>> cornu.config.disable_flash_attention()
    """
    _settings["flash_attention"] = True


def disable_flash_attention() -> None:
    """Ask for attention without flash attention, as in Keras.

    Example
    -------
    >>> import cornu
    >>> cornu.config.disable_flash_attention()
    >>> cornu.config.is_flash_attention_enabled()
    False
    """
    _settings["flash_attention"] = False


def is_flash_attention_enabled() -> bool | None:
    """Say whether flash attention was asked for; None if nobody asked for anything.

    Example
    -------
    >>> import cornu
    >>> cornu.config.enable_flash_attention()
    >>> cornu.config.is_flash_attention_enabled()
    True
    >>> cornu.config.disable_flash_attention()
    """
    return _settings["flash_attention"]


def disable_traceback_filtering() -> None:
    """Show every line in tracebacks, as in Keras: here they always do.

    Example
    -------
    >>> import cornu
    >>> cornu.config.disable_traceback_filtering()
    """


def is_traceback_filtering_enabled() -> bool:
    """Return False: tracebacks here lead into Cornu and into the program that it wrote.

    Example
    -------
    >>> import cornu
    >>> cornu.config.is_traceback_filtering_enabled()
    False
    """
    return False


def enable_traceback_filtering() -> None:
    """Refuse: tracebacks are not filtered here.

    Raises
    ------
    ValueError
        Always.

    Example
    -------
    >>> import cornu
    >>> cornu.config.enable_traceback_filtering()
    Traceback (most recent call last):
    ValueError: Cornu filters no tracebacks, they lead into the program that it wrote; ...
    """
    raise ValueError(
        "Cornu filters no tracebacks, they lead into the program that it wrote; leave "
        "enable_traceback_filtering() out."
    )


def enable_unsafe_deserialization() -> None:
    """Refuse: a file that is loaded never runs code here.

    Raises
    ------
    ValueError
        Always.

    Example
    -------
    >>> import cornu
    >>> cornu.config.enable_unsafe_deserialization()
    Traceback (most recent call last):
    ValueError: A file that Cornu loads never runs code, whatever is asked. Pass functions by ...
    """
    raise ValueError(
        "A file that Cornu loads never runs code, whatever is asked. Pass functions by name: "
        "load_model(path, custom_objects={'name': function}), or decorate them with "
        "cornu.saving.register_keras_serializable()."
    )
