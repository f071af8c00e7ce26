"""Losses, as classes and as functions.

Every name comes from the registry, so a plugin's stand beside Cornu's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cornu.plugins.facade import facade

if TYPE_CHECKING:
    from cornu.base import Loss as Loss
    from cornu_optim.losses import *

__path__: list[str] = []
__getattr__, __dir__ = facade(__name__, "loss")
