"""`keras.utils` of Keras 2.3."""

from __future__ import annotations

from cornu_engine.lazy import lazy

__getattr__, __dir__ = lazy(__name__, known_as="cornu.compat.keras2.utils")
