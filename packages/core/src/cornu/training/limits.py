"""Trying a long script out: what `cornu.config` says that epochs and steps are cut to."""

from __future__ import annotations

import warnings

from cornu.preferences import max_epochs, max_steps_per_epoch
from cornu.training.data.source import BatchSource

__all__ = ["limit_epochs", "limit_steps"]


def limit_epochs(epochs: int) -> int:
    """Return the number of epochs, or what `cornu.config.max_epochs` allows.

    Examples
    --------
    >>> limit_epochs(10)
    10
    """
    limit = max_epochs()
    if limit is None or epochs <= limit:
        return epochs
    warnings.warn(f"Limiting epochs to {limit}, as cornu.config.max_epochs() says.", stacklevel=3)
    return limit


def limit_steps(source: BatchSource) -> None:
    """Cut the epochs of a source to what `cornu.config.max_steps_per_epoch` allows.

    Parameters
    ----------
    source : BatchSource
        The next epoch goes on where the cut was made.
    """
    limit, known = max_steps_per_epoch(), source.steps_per_epoch
    if limit is None or (known is not None and known <= limit):
        return
    warnings.warn(
        f"Limiting steps_per_epoch to {limit}, as cornu.config.max_steps_per_epoch() says.",
        stacklevel=4,
    )
    source.steps = limit
