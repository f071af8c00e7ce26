"""Constraints: sets that weights are moved back into after each update."""

from __future__ import annotations

from cornu_layers.constraints.norms import MaxNorm, MinMaxNorm, UnitNorm
from cornu_layers.constraints.sign import NonNeg

CONSTRAINTS: tuple[type, ...] = (MaxNorm, MinMaxNorm, NonNeg, UnitNorm)
ALIASES: tuple[tuple[str, type], ...] = (
    ("max_norm", MaxNorm),
    ("maxnorm", MaxNorm),
    ("min_max_norm", MinMaxNorm),
    ("non_neg", NonNeg),
    ("nonneg", NonNeg),
    ("unit_norm", UnitNorm),
    ("unitnorm", UnitNorm),
)

__all__ = ["MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"]
