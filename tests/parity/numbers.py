"""Numbers of the float type that both sides compute in: needs no Keras."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu


def floats(values: Any) -> np.ndarray:
    """Return values in the float type that both sides compute in now."""
    return np.asarray(values).astype(cornu.config.floatx())
