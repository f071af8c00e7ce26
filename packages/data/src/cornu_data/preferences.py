"""What training and its messages follow in this process: limits, logging, what Keras has.

Users reach them as `cornu.config`.
"""

from __future__ import annotations

import os
import warnings
from typing import Any


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
    "interactive_logging": True,
    "flash_attention": None,
    "max_epochs": _limit_from("CORNU_MAX_EPOCHS"),
    "max_steps_per_epoch": _limit_from("CORNU_MAX_STEPS_PER_EPOCH"),
}


def enable_interactive_logging() -> None:
    """Let `verbose="auto"` draw a progress bar (the default).

    Example
    -------
    >>> import cornu
    >>> cornu.config.enable_interactive_logging()
    >>> cornu.config.is_interactive_logging_enabled()
    True
    """
    _settings["interactive_logging"] = True


def disable_interactive_logging() -> None:
    """Let `verbose="auto"` write one line per epoch, as suits a log file.

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
    """Say whether `verbose="auto"` draws a progress bar.

    Example
    -------
    >>> import cornu
    >>> cornu.config.is_interactive_logging_enabled()
    True
    """
    return _settings["interactive_logging"]


def resolve_verbose(verbose: Any) -> int:
    """Return 0, 1 or 2 for `verbose`, which may be a bool or "auto".

    Examples
    --------
    >>> resolve_verbose("auto"), resolve_verbose(True), resolve_verbose(2)
    (1, 1, 2)
    """
    if verbose == "auto":
        return 1 if _settings["interactive_logging"] else 2
    if verbose in (0, 1, 2):
        return int(verbose)
    raise ValueError(
        "verbose must be 'auto', 0 (silent), 1 (progress bar) or 2 (one line per epoch), not "
        f"{verbose!r}."
    )


def max_epochs() -> int | None:
    """Return how many epochs any call of `fit` makes at most, None without a limit.

    It is what `set_max_epochs` set, else `CORNU_MAX_EPOCHS` as it was when Cornu was
    imported: a long script can be tried out without changing it.

    Example
    -------
    >>> import cornu
    >>> cornu.config.max_epochs() is None
    True
    """
    return _settings["max_epochs"]


def set_max_epochs(max_epochs: int | None) -> None:
    """Set how many epochs any call of `fit` makes at most; None takes the limit away.

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
    """Return how many steps `fit`, `evaluate` and `predict` make in an epoch at most.

    It is what `set_max_steps_per_epoch` set, else `CORNU_MAX_STEPS_PER_EPOCH` as it was
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


def limit_epochs(epochs: int) -> int:
    """Return the number of epochs, or what `cornu.config.max_epochs` allows.

    Examples
    --------
    >>> limit_epochs(10)
    10
    """
    limit = _settings["max_epochs"]
    if limit is None or epochs <= limit:
        return epochs
    warnings.warn(f"Limiting epochs to {limit}, as cornu.config.max_epochs() says.", stacklevel=3)
    return limit


def limit_steps(steps: int | None) -> int | None:
    """Return what `cornu.config.max_steps_per_epoch` cuts epochs of so many steps to, or None.

    Parameters
    ----------
    steps : int or None
        None where the data does not know how many batches it holds.

    Examples
    --------
    >>> limit_steps(10) is None
    True
    """
    limit = _settings["max_steps_per_epoch"]
    if limit is None or (steps is not None and steps <= limit):
        return None
    warnings.warn(
        f"Limiting steps_per_epoch to {limit}, as cornu.config.max_steps_per_epoch() says.",
        stacklevel=4,
    )
    return limit


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
