"""Optimizers and learning-rate schedules.

Every name comes from the registry, so a plugin's stand beside Cornu's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cornu.plugins.facade import facade

if TYPE_CHECKING:
    from cornu.base import Optimizer as Optimizer
    from cornu_optim.optimizers import *
    from cornu_optim.schedules import *

__path__: list[str] = []
__getattr__, __dir__ = facade(__name__, "optimizer")
