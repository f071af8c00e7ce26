"""Configurations, weights and whole models as files.

>>> from cornu import saving
>>> saving.serialize_keras_object([1, 2.0])
[1, 2.0]
"""

from __future__ import annotations

from cornu_engine.lazy import lazy

__getattr__, __dir__ = lazy(__name__)
