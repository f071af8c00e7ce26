"""Processes that feed themselves, as Horovod has them."""

from __future__ import annotations

from cornu_distributed.parallel import Processes
from cornu_distributed.world import World
from cornu_ops import ranks


class Replicas(Processes):
    """Every rank has batches of its own; its optimizer asks for the sums.

    Parameters
    ----------
    world : World

    Attributes
    ----------
    local : tuple of int
        The number of this process among those of its machine, and how many they are.
    """

    alike = False

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.local = world.local()


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
