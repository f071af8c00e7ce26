"""Metrics, as classes and as functions.

Every name comes from the registry, so a plugin's stand beside Cornu's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cornu.plugins.facade import facade

if TYPE_CHECKING:
    from cornu.base import Metric as Metric
    from cornu_optim.metrics import *

__path__: list[str] = []
__getattr__, __dir__ = facade(__name__, "metric")
