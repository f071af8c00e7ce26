"""Regularizers: prices on weights and outputs that are added to the loss."""

from __future__ import annotations

from cornu_layers.regularizers.norms import L1, L1L2, L2
from cornu_layers.regularizers.orthogonal import OrthogonalRegularizer

REGULARIZERS: tuple[type, ...] = (L1, L1L2, L2, OrthogonalRegularizer)
ALIASES: tuple[tuple[str, type], ...] = (
    ("l1", L1),
    ("l2", L2),
    ("l1_l2", L1L2),
    ("l1l2", L1L2),
    ("orthogonal_regularizer", OrthogonalRegularizer),
)

__all__ = ["L1", "L1L2", "L2", "OrthogonalRegularizer"]
