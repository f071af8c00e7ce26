"""Models: stacks, graphs and subclasses of layers.

>>> import cornu
>>> x = cornu.Input((3,))
>>> cornu.models.Model(x, x * 2.0).output_shape
(None, 3)
"""

from __future__ import annotations

from cornu_engine.lazy import lazy

__getattr__, __dir__ = lazy(__name__)
