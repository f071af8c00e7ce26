"""Do the targets fit the loss and the output? What fits, the loss says (`cornu_ops.targets`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cornu_engine import tree
from cornu_ops.targets import Comparison, Target, target_of

__all__ = ["TargetRule", "check_target_values", "rule_for"]


@dataclass(frozen=True)
class TargetRule:
    """What the target of one output must be.

    Attributes
    ----------
    position : int
        Place of the target among the leaves of `y`.
    target : Target
        What the loss takes.
    compared : Comparison
        The shapes that it met, and the names.
    """

    position: int
    target: Target
    compared: Comparison


def rule_for(loss: Any, output: str, position: int, y_true: Any, y_pred: Any) -> TargetRule | None:
    """Return the rule for an output after checking shapes, or None if the loss says nothing.

    Parameters
    ----------
    loss : Loss
    output : str
    position : int
    y_true, y_pred : traced value
    """
    target = target_of(loss)
    if target is None:
        return None
    name = getattr(getattr(loss, "fn", None), "__name__", loss.name)
    compared = Comparison(name, output, tuple(y_true.shape), tuple(y_pred.shape))
    target.check_shape(compared)
    return TargetRule(position, target, compared)


def check_target_values(y: Any, rules: Iterable[TargetRule]) -> None:
    """Raise if a target holds what its loss cannot take.

    Parameters
    ----------
    y : structure of numpy.ndarray
    rules : iterable of TargetRule

    Raises
    ------
    DataError
        Naming the first sample at fault.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu_ops.targets import ClassNumbers
    >>> rule = TargetRule(0, ClassNumbers(), Comparison("nll", "dense", (2,), (2, 2)))
    >>> check_target_values(np.array([0, 1]), [rule])
    """
    leaves = tree.flatten(y)
    for rule in rules:
        target = leaves[rule.position] if rule.position < len(leaves) else None
        if target is None or target.size == 0:
            continue
        name = "y" if len(leaves) == 1 else f"y for output {rule.compared.output!r}"
        rule.target.check_values(target, name, rule.compared)
