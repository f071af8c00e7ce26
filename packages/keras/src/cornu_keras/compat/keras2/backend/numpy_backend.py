"""`keras.backend.numpy_backend`: the one backend by an older path."""

from __future__ import annotations

from cornu_keras.compat.keras2 import backend

__getattr__ = backend.__getattr__
__dir__ = backend.__dir__
