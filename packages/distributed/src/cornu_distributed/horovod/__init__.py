"""Horovod's names: a script runs with its import changed.

    import cornu_distributed.horovod as hvd

Every process feeds itself: the script hands each its own part of the data, and the optimizer takes
the mean of the gradients of all. Metrics are those of a process unless `MetricAverageCallback`
averages them.
"""

from __future__ import annotations

from cornu_distributed.horovod import callbacks
from cornu_distributed.horovod.communication import (
    Adasum,
    Average,
    Compression,
    Max,
    Min,
    Sum,
    allgather,
    allreduce,
    broadcast,
    broadcast_global_variables,
    broadcast_object,
    broadcast_variables,
)
from cornu_distributed.horovod.optimizer import DistributedOptimizer
from cornu_distributed.horovod.replicas import Replicas, replicas
from cornu_distributed.world import the_world
from cornu_ops import ranks
from cornu_ops.ranks import spread_over

__all__ = [
    "Adasum",
    "Average",
    "Compression",
    "DistributedOptimizer",
    "Max",
    "Min",
    "Sum",
    "allgather",
    "allreduce",
    "broadcast",
    "broadcast_global_variables",
    "broadcast_object",
    "broadcast_variables",
    "callbacks",
    "init",
    "is_initialized",
    "local_rank",
    "local_size",
    "rank",
    "shutdown",
    "size",
]


def init() -> None:
    """Connect the processes that `mpiexec` has started.

    Raises
    ------
    MissingDistributionError
        Without MPI, with what to install.
    """
    spread_over(Replicas(the_world()))


def shutdown() -> None:
    """Let this process train for itself again."""
    spread_over(None)


def is_initialized() -> bool:
    """Tell whether `init` has been called.

    Examples
    --------
    >>> is_initialized()
    False
    """
    return isinstance(ranks.current, Replicas)


def rank() -> int:
    """Return the number of this process."""
    return replicas().rank


def size() -> int:
    """Return the number of processes."""
    return replicas().size


def local_rank() -> int:
    """Return the number of this process among those of its machine."""
    return replicas().world.local_rank


def local_size() -> int:
    """Return the number of processes on this machine."""
    return replicas().world.local_size
