"""Processes that feed themselves, as Horovod has them."""

from __future__ import annotations

from cornu_distributed.parallel import Processes
from cornu_ops import ranks


class Replicas(Processes):
    """Every rank has batches of its own; its optimizer asks for the sums.

    Parameters
    ----------
    world : World
    """

    alike = False


def replicas() -> Replicas:
    """Return the processes that `hvd.init()` has connected.

    Raises
    ------
    ValueError
        If it has not been called, or another distribution has been set since.
    """
    current = ranks.current
    if not isinstance(current, Replicas):
        raise ValueError(
            "Horovod's names need hvd.init(), and no cornu.distribution.set_distribution(...) "
            "after it: call hvd.init() first."
        )
    return current
