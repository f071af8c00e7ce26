"""Losses: functions of targets and predictions, and classes that weigh and reduce them."""

from __future__ import annotations

from cornu_engine.lazy import lazy

__getattr__, __dir__ = lazy(__name__)
