"""Stopping when the loss is no number any more."""

from __future__ import annotations

import math
from typing import Any

from cornu.base import Callback


class TerminateOnNaN(Callback):
    """Ends training when the loss is NaN or infinite.

    Parameters
    ----------
    raise_error : bool
        Whether to raise RuntimeError; otherwise training ends with a message.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> terminate, model = TerminateOnNaN(), SimpleNamespace(stop_training=False)
    >>> terminate.set_model(model)
    >>> terminate.on_batch_end(7, {"loss": float("nan")})
    Batch 7: Invalid loss, terminating training
    >>> model.stop_training
    True
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at the loss."""
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(f"The loss is {loss} after batch {batch}.")
        print(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
