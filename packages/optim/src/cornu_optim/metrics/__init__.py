"""Metrics: functions of targets and predictions, and classes that accumulate them over batches."""

from __future__ import annotations

from cornu_engine.lazy import lazy

__getattr__, __dir__ = lazy(__name__)
