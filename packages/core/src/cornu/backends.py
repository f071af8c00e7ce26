"""Which backend runs the programs; here backends of plugins are found too."""

from cornu.plugins import registry as registry  # finds them from now on
from cornu_engine.backends import (
    DEFAULT,
    ENVIRONMENT_VARIABLE,
    get_backend,
    limit_threads,
    resolve,
    set_backend,
    survey,
    thread_limit,
)

__all__ = [
    "DEFAULT",
    "ENVIRONMENT_VARIABLE",
    "get_backend",
    "limit_threads",
    "resolve",
    "set_backend",
    "survey",
    "thread_limit",
]
