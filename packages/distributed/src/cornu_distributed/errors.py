"""What goes wrong between processes."""

from __future__ import annotations

from cornu_engine.errors import CornuError

NO_MPI = (
    "Training on several processes needs MPI, and mpi4py cannot be imported here ({reason}): "
    "pip install 'cornu-distributed[mpi]'"
)


class RanksDifferError(CornuError, RuntimeError):
    """Processes that should do the same do something else, or do not answer."""
