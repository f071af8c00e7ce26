"""The few settings that a whole process shares: float type, epsilon, image layout, limits, logging.

They are plain process-wide values, as in Keras: a layer reads them when it is created, so a later
change does not reach layers that exist already.

>>> import cornu
>>> cornu.config.floatx(), cornu.config.backend() == cornu.get_backend()
('float32', True)
"""

from cornu import backends
from cornu.backends import get_backend as backend
from cornu.base.layer.dtype_policy import dtype_policy, set_dtype_policy
from cornu_data.preferences import (
    disable_flash_attention,
    disable_interactive_logging,
    enable_flash_attention,
    enable_interactive_logging,
    enable_unsafe_deserialization,
    is_flash_attention_enabled,
    is_interactive_logging_enabled,
    max_epochs,
    max_steps_per_epoch,
    set_max_epochs,
    set_max_steps_per_epoch,
)
from cornu_data.tracebacks import (
    disable_traceback_filtering,
    enable_traceback_filtering,
    is_traceback_filtering_enabled,
)
from cornu_engine.config import (
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)

__all__ = [
    "backend",
    "disable_flash_attention",
    "disable_interactive_logging",
    "disable_traceback_filtering",
    "dtype_policy",
    "enable_flash_attention",
    "enable_interactive_logging",
    "enable_traceback_filtering",
    "enable_unsafe_deserialization",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_flash_attention_enabled",
    "is_interactive_logging_enabled",
    "is_traceback_filtering_enabled",
    "max_epochs",
    "max_steps_per_epoch",
    "set_backend",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_max_epochs",
    "set_max_steps_per_epoch",
]


def set_backend(backend: str) -> None:
    """Choose the backend; the same as `cornu.set_backend`.

    Parameters
    ----------
    backend : str
        A backend that is installed and available here.

    Example
    -------
    >>> import cornu
    >>> cornu.config.set_backend(cornu.config.backend())
    """
    backends.set_backend(backend)
