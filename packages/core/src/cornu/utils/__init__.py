"""What a training script needs besides a model, under Keras' names.

>>> import cornu
>>> cornu.utils.pack_x_y_sample_weight(1, 2)
(1, 2)
"""

from __future__ import annotations

from typing import Any

from cornu_engine.lazy import lazy


def _brought(name: str) -> Any:
    from cornu.plugins import registry

    return registry.attribute("utility", name)


def _names_brought() -> list[str]:
    from cornu.plugins import registry

    return registry.names("utility")


__getattr__, __dir__ = lazy(__name__, otherwise=_brought, more=_names_brought)
