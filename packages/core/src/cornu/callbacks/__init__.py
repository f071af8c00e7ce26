"""Callbacks: what happens between the steps of training.

Every name comes from the registry, so a plugin's stand beside Cornu's own.
"""

from __future__ import annotations

from cornu.facade import facade

__path__: list[str] = []
__getattr__, __dir__ = facade(__name__, "callback")
