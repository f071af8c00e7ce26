"""Regularizers: prices on weights and outputs that are added to the loss."""

from __future__ import annotations

from cornu_engine.lazy import lazy

__getattr__, __dir__ = lazy(__name__)
