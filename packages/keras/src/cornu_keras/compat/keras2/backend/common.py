"""`keras.backend.common`: the settings."""

from cornu_engine.config import (
    epsilon,
    floatx,
    image_data_format,
    set_image_data_format,
)
from cornu_keras.backend.phases import (
    image_dim_ordering,
    normalize_data_format,
    set_epsilon,
    set_floatx,
    set_image_dim_ordering,
)
from cornu_keras.backend.variables import cast_to_floatx
from cornu_keras.compat.keras2.backend.session import eager, symbolic

__all__ = [
    "cast_to_floatx",
    "eager",
    "epsilon",
    "floatx",
    "image_data_format",
    "image_dim_ordering",
    "normalize_data_format",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_image_dim_ordering",
    "symbolic",
]
