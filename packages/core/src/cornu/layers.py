"""Layers, and the functional forms of the merging ones.

Every name comes from the registry, so a plugin's stand beside Cornu's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cornu.plugins.facade import facade

if TYPE_CHECKING:
    from cornu.base import InputSpec as InputSpec
    from cornu.base import Layer as Layer
    from cornu.models import Input as Input
    from cornu.models import InputLayer as InputLayer
    from cornu_layers import *

__path__: list[str] = []
__getattr__, __dir__ = facade(__name__, "layer")
