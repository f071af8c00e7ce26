"""Activation functions: what a layer applies to its output, and how a name becomes one.

Every function takes an array of any shape and returns one of the same shape (`glu` halves its
axis).
"""

from __future__ import annotations

from cornu_engine.lazy import lazy

__getattr__, __dir__ = lazy(__name__)
