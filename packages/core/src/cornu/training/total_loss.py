"""The terms of the loss that a step minimises, and what is shown of it."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu_engine import config, tree
from cornu_engine.trace import convert

__all__ = ["as_scalar", "batch_size", "no_loss", "reported"]


def batch_size(x: Any) -> int:
    """Return the number of samples."""
    return next(leaf for leaf in tree.flatten(x) if leaf is not None).shape[0]


def as_scalar(loss: Any) -> Any:
    """Return a loss that a layer added as one floating number."""
    loss = convert(loss)
    if loss.dtype.kind != "f":
        loss = ops.cast(loss, config.floatx())
    return ops.sum(loss) if len(loss.shape) else loss


def reported(loss: Any) -> Any:
    """Of a loss that was not reduced, the mean is shown; its sum is what is minimised."""
    return ops.mean(loss) if len(convert(loss).shape) else loss


def no_loss(compiled: Any, y: Any) -> str:
    """Return why there is nothing to minimise."""
    if compiled is not None and y is None:
        return "The loss needs targets, but no y was passed: fit(x, y)."
    return (
        "There is no loss to minimise: pass one to compile(loss='mse'), or add one with add_loss()."
    )
