"""Training on many processes, with the names of `keras.distribution`.

    import cornu

    cornu.distribution.initialize()
    cornu.set_seed(0)
    cornu.distribution.set_distribution(cornu.distribution.DataParallel())

From then on `fit` and `evaluate` share out each batch among the processes that `mpiexec` has
started, and do what one process would.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from cornu_distributed.parallel import Shared, share_of
from cornu_distributed.world import the_world
from cornu_ops.ranks import spread_over

__all__ = [
    "DataParallel",
    "distribute_tensor",
    "distribution",
    "get_device_count",
    "initialize",
    "list_devices",
    "set_distribution",
]


class DataParallel:
    """Each batch is shared out among all processes, which keep equal copies of the model.

    Parameters
    ----------
    device_mesh : None
        Processes form no mesh: None.
    devices : list of str, optional
        All of `list_devices()`, which None means too.
    auto_shard_dataset : bool
        Whether all processes are given the same data, of which each takes its rows of every batch.
        False: each brings batches of its own, and they count by their rows.

    Raises
    ------
    ValueError
        For a mesh, or for other devices than there are.
    MissingDistributionError
        Without MPI.
    """

    batch_dim_name = "batch"

    def __init__(
        self,
        device_mesh: Any = None,
        devices: Sequence[str] | None = None,
        auto_shard_dataset: bool = True,
    ) -> None:
        if device_mesh is not None:
            raise ValueError(
                "device_mesh= places parts of a model, and here each process has all of it: write "
                "DataParallel()."
            )
        there = list_devices()
        if devices is not None and list(devices) != there:
            raise ValueError(
                f"devices={list(devices)!r}, but the processes of this job are {there!r}: start "
                f"mpiexec -n {len(devices)}, or write DataParallel()."
            )
        self.devices = there
        self.auto_shard_dataset = auto_shard_dataset
        self._shared = Shared(the_world(), auto_shard_dataset)

    @property
    def rank(self) -> int:
        """The number of this process among them."""
        return self._shared.rank

    @contextlib.contextmanager
    def scope(self) -> Iterator[DataParallel]:
        """Make it the distribution of what is trained inside a `with` block."""
        before = distribution()
        set_distribution(self)
        try:
            yield self
        finally:
            set_distribution(before)

    def __repr__(self) -> str:
        return f"<DataParallel over {len(self.devices)} processes>"


def initialize(
    job_addresses: str | None = None,
    num_processes: int | None = None,
    process_id: int | None = None,
) -> None:
    """Connect this process with the others of its job; `mpiexec` has told it where they are.

    Parameters
    ----------
    job_addresses : None
        Addresses are given to `mpiexec`: `mpiexec -hosts a,b -n 4 python train.py`.
    num_processes, process_id : int, optional
        What the script takes them to be, which is checked.

    Raises
    ------
    ValueError
        If they are others.
    MissingDistributionError
        Without MPI, with what to install.
    """
    if job_addresses is not None:
        raise ValueError(
            f"job_addresses={job_addresses!r}: processes find one another by MPI. Name the "
            "machines to it, mpiexec -hosts a,b -n 4 python train.py, and leave the argument out."
        )
    world = the_world()
    for name, said, there in (
        ("num_processes", num_processes, world.size),
        ("process_id", process_id, world.rank),
    ):
        if said is not None and said != there:
            raise ValueError(
                f"{name}={said}, but it is {there} here. Start the script by mpiexec -n "
                f"{num_processes or world.size}, or leave the argument out."
            )


def list_devices(device_type: str | None = None) -> list[str]:
    """Return the processes of the job as devices, `"cpu:0"` that of rank 0.

    Parameters
    ----------
    device_type : {"cpu"}, optional
        Others are none of MPI's: an empty list.
    """
    if device_type is not None and device_type.lower() != "cpu":
        return []
    return [f"cpu:{rank}" for rank in range(the_world().size)]


def get_device_count(device_type: str | None = None) -> int:
    """Return the number of `list_devices(device_type)`."""
    return len(list_devices(device_type))


_current: DataParallel | None = None


def set_distribution(value: DataParallel | None) -> None:
    """Spread training over processes from now on; None: each process trains for itself.

    Models compile their steps anew where they were traced before.

    Raises
    ------
    TypeError
        For anything but a `DataParallel`.
    """
    global _current
    if value is not None and not isinstance(value, DataParallel):
        raise TypeError(
            f"set_distribution() takes a DataParallel, or None, not {type(value).__name__}."
        )
    _current = value
    spread_over(None if value is None else value._shared)


def distribution() -> DataParallel | None:
    """Return the distribution in force, or None.

    Examples
    --------
    >>> distribution() is None
    True
    """
    return _current


def distribute_tensor(tensor: Any, layout: Any) -> np.ndarray:
    """Return this process' part of data that all processes have.

    Parameters
    ----------
    tensor : array_like
    layout : sequence of str or None, or a layout with `axes`
        `("batch", None)`: its rows, shared out as those of a batch; all None: the whole array, that
        of rank 0.

    Raises
    ------
    ValueError
        If any axis but the first is to be shared out.
    """
    array = np.asarray(tensor)
    axes = tuple(getattr(layout, "axes", layout))
    if len(axes) > array.ndim or any(axis is not None for axis in axes[1:]):
        raise ValueError(
            f"layout={axes} of an array of shape {array.shape}: processes share out rows, "
            '("batch", None, ...), or nothing, (None, None, ...).'
        )
    world = the_world()
    if not axes or axes[0] is None:
        return world.broadcast(array)
    start, stop = share_of(len(array), world.rank, world.size)
    return array[start:stop]
