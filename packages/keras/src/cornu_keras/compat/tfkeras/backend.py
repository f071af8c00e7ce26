"""`tf.keras.backend`: `cornu.backend`, with the sessions of `tf.compat.v1.keras.backend`."""

from __future__ import annotations

from typing import Any

import cornu_keras.backend as common
from cornu_keras.compat.keras2.backend.session import get_session as get_session
from cornu_keras.compat.keras2.backend.session import set_session as set_session


def __getattr__(name: str) -> Any:
    return getattr(common, name)


def __dir__() -> list[str]:
    return [*dir(common), "get_session", "set_session"]
