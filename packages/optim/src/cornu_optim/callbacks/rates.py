"""The learning rates that callbacks read and set: of one optimizer, or of several in one."""

from __future__ import annotations

from typing import Any


def rated(optimizer: Any) -> list[Any]:
    """Return the optimizers that have a learning rate of their own.

    Raises
    ------
    ValueError
        If the optimizer has none.

    Examples
    --------
    >>> from cornu_optim.optimizers import SGD, MultiOptimizer, OptimizerMap
    >>> rated(MultiOptimizer(OptimizerMap(SGD(0.1, name="slow"), {"head/.*": SGD(0.5)})))
    [<SGD 'sgd...'>, <SGD 'slow'>]
    """
    optimizer = unwrapped(optimizer)
    optimizers = list(getattr(optimizer, "optimizers", [optimizer]))
    for each in optimizers:
        if not hasattr(each, "learning_rate"):
            raise ValueError(f"The optimizer {each!r} has no learning rate to set.")
    return optimizers


def unwrapped(optimizer: Any) -> Any:
    """Return the optimizer inside a `LossScaleOptimizer`, any other as it is."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def rates_in_logs(optimizer: Any) -> dict[str, float]:
    """Return learning rates by their names in logs: several are told apart by their optimizers'.

    Examples
    --------
    >>> from cornu_optim.optimizers import SGD
    >>> rates_in_logs(SGD(0.5))
    {'learning_rate': 0.5}
    """
    several = hasattr(unwrapped(optimizer), "optimizers")
    return {
        f"learning_rate_{each.name}" if several else "learning_rate": float(each.learning_rate)
        for each in rated(optimizer)
    }
