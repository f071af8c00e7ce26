"""Sequence, text and image preprocessing, data sets and the layers for the same work.

`cornu.preprocessing` is this module, `cornu.datasets` its part `datasets`; the layers reach
users through `cornu.layers`. Each name is loaded when it is first used.
"""

from __future__ import annotations

from cornu_engine.lazy import lazy

__getattr__, __dir__ = lazy(__name__)
