"""`keras.backend` of Keras 2.3: `K.*` with its meanings there.

What stands in the stub beside this file is of this dialect; all else is `cornu.backend`'s.
"""

from __future__ import annotations

from typing import Any

from cornu_engine.lazy import lazy


def _of_cornu(name: str) -> Any:
    import cornu_keras.backend as common

    return getattr(common, name, None)


def _names_of_cornu() -> list[str]:
    import cornu_keras.backend as common

    return dir(common)


__getattr__, __dir__ = lazy(
    __name__,
    known_as="cornu.compat.keras2.backend",
    otherwise=_of_cornu,
    more=_names_of_cornu,
)
