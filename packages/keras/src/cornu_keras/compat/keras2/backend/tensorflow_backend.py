"""`keras.backend.tensorflow_backend`: the one backend by an older path."""

from __future__ import annotations

from cornu_keras.compat.keras2 import backend

__getattr__ = backend.__getattr__
__dir__ = backend.__dir__


def _is_tf_1() -> bool:
    """False: there is no session, as with TensorFlow 2. Scripts ask, although it is private."""
    return False


def _get_available_gpus() -> list[str]:
    """None: what runs programs says `cornu.list_devices()`. Scripts ask, although it is private."""
    return []
