"""The loss that a step minimises: its terms, what is shown of it, and its slopes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cornu_ops as ops
from cornu_engine import config, tree
from cornu_engine.dtypes import is_float
from cornu_engine.gradients import arriving, zeros_like
from cornu_engine.trace import as_node, convert
from cornu_engine.variable import Variable
from cornu_ops.weighted import whole_size

__all__ = ["as_scalar", "batch_size", "no_loss", "reported", "slopes"]


def batch_size(x: Any) -> int:
    """Return the number of samples."""
    return next(leaf for leaf in tree.flatten(x) if leaf is not None).shape[0]


def as_scalar(loss: Any) -> Any:
    """Return a loss that a layer added as one floating number."""
    loss = convert(loss)
    if not is_float(loss.dtype):
        loss = ops.cast(loss, config.floatx())
    return whole_size(ops.sum(loss)) if len(loss.shape) else loss


def reported(loss: Any) -> Any:
    """Of a loss that was not reduced, the mean is shown; its sum is what is minimised."""
    return ops.mean(loss) if len(convert(loss).shape) else loss


def no_loss(compiled: Any, y: Any) -> str:
    """Return why there is nothing to minimise."""
    if compiled is not None and y is None:
        return "The loss needs targets, but no y was passed: fit(x, y), validation_data=(x, y)."
    return (
        "There is no loss to minimise: pass one to compile(loss='mse'), or add one with add_loss()."
    )


def slopes(loss: Any, variables: Sequence[Variable], name: str) -> list[Any]:
    """Return the gradient of a traced loss by each variable of the model of this name."""
    values = [as_node(variable.value) for variable in variables]
    gradients = arriving([as_node(loss)], values)
    if values and all(gradient is None for gradient in gradients):
        raise ValueError(
            f"No gradient of the loss reaches any of the {len(values)} weights of model {name!r}, "
            "so training would change nothing. Comparisons, argmax, rounding, casts to integers "
            "and stop_gradient end gradients: write the loss with operations that have one, such "
            "as sigmoid in place of >, and of the model's outputs."
        )
    pairs = zip(gradients, values, strict=True)
    return [zeros_like(value) if gradient is None else gradient for gradient, value in pairs]
