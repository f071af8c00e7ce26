"""The processes of one job, over MPI: what they tell one another, always in the order of ranks.

Nothing waits for ever: what is not answered within `CORNU_DISTRIBUTED_TIMEOUT` seconds (600 where
nothing is said) is an error, and an error of one process ends the job.
"""

from __future__ import annotations

import faulthandler
import math
import os
import pickle
import socket
import sys
import time
import traceback
from types import TracebackType
from typing import Any

import numpy as np

from cornu_distributed.errors import NO_MPI, RanksDifferError
from cornu_engine.errors import MissingDistributionError
from cornu_engine.threads import NUM_THREADS

TIMEOUT = "CORNU_DISTRIBUTED_TIMEOUT"
ENDED_WITHIN = 10.0  # seconds that MPI is given to end a job
_EAGER = 200  # questions after which the wait begins to sleep between them

_world: World | None = None


def _roster(processes: list[tuple[str, int]]) -> str:
    """Return which process is which rank: MPI names one that was killed by its PID and machine.

    Examples
    --------
    >>> print(_roster([("a", 41), ("a", 42), ("b", 41)]))
    3 processes train together:
      on a: rank 0 is PID 41, rank 1 is PID 42
      on b: rank 2 is PID 41
    """
    lines = [f"{len(processes)} processes train together:"]
    for name in dict.fromkeys(name for name, _ in processes):
        ranks = [f"rank {r} is PID {pid}" for r, (at, pid) in enumerate(processes) if at == name]
        lines.append(f"  on {name}: {', '.join(ranks)}")
    return "\n".join(lines)


class World:
    """All processes of the job.

    Parameters
    ----------
    comm : mpi4py.MPI.Comm
        Its ranks are those of this world.

    Attributes
    ----------
    rank, size : int
        The number of this process, and how many there are.
    local_rank, local_size : int
        The same among the processes of this machine.
    timeout : float
        Seconds after which a process that does not answer is an error.
    """

    def __init__(self, comm: Any) -> None:
        self.rank, self.size = comm.Get_rank(), comm.Get_size()
        self.timeout = _timeout()
        self.comm, request = comm.Idup()  # what a script says over `comm` is not heard here
        self._wait(request)
        processes = self.gather_objects((socket.gethostname(), os.getpid()))
        names = [name for name, _ in processes]
        here = [rank for rank, name in enumerate(names) if name == names[self.rank]]
        if self.rank == 0 and self.size > 1:
            print(_roster(processes), file=sys.stderr, flush=True)
        self.local_rank, self.local_size = here.index(self.rank), len(here)

    def gather(self, array: np.ndarray, gathered: np.ndarray | None = None) -> np.ndarray:
        """Return the arrays of all ranks, of one shape, one after the other."""
        array = np.ascontiguousarray(array)
        if gathered is None:
            gathered = np.empty((self.size, *array.shape), array.dtype)
        if self.size == 1 or not array.size:
            gathered[...] = array
            return gathered
        self._wait(self.comm.Iallgather(_bytes(array), _bytes(gathered)))
        return gathered

    def gather_patiently(self, array: np.ndarray) -> np.ndarray:
        """Return the same, however long the others take: at the end of the script."""
        within, self.timeout = self.timeout, math.inf
        try:
            return self.gather(array)
        finally:
            self.timeout = within

    def gather_objects(self, value: Any) -> list[Any]:
        """Return what each rank passes, in the order of ranks."""
        pickled = np.frombuffer(pickle.dumps(value), np.uint8)
        sizes = self.gather(np.array([pickled.size]))[:, 0]
        padded = np.zeros(int(sizes.max()), np.uint8)
        padded[: pickled.size] = pickled
        rows = self.gather(padded)
        return [pickle.loads(row[:n].tobytes()) for row, n in zip(rows, sizes, strict=True)]

    def broadcast(self, array: np.ndarray, root: int = 0) -> np.ndarray:
        """Return the array of one rank; those of the others are of its shape and dtype."""
        out = np.array(array, order="C")
        if self.size > 1 and out.size:
            self._wait(self.comm.Ibcast(_bytes(out), root))
        return out

    def exchange(self, sent: np.ndarray, received: np.ndarray) -> None:
        """Give row r of an array to rank r, and take its row for this rank."""
        self._wait(self.comm.Ialltoall(_bytes(sent), _bytes(received)))

    def threads(self) -> int | None:
        """Return how many threads a program of this process has: the cores of its machine, shared.

        None where that has been decided: by `CORNU_NUM_THREADS`, or by an `mpiexec` that binds each
        process to cores of its own.
        """
        cores, all_cores = cores_allowed(), os.cpu_count() or 1
        if os.environ.get(NUM_THREADS) or cores < all_cores:
            return None
        return max(1, cores // self.local_size)

    def must_agree(self, what: str, value: Any, hint: str) -> None:
        """Raise RanksDifferError where ranks pass different values.

        Parameters
        ----------
        what : str
            Names the value in the message.
        value : object
            Can be pickled and compared.
        hint : str
            What to do about it.
        """
        values = self.gather_objects(value)
        for rank, other in enumerate(values):
            if other != values[0]:
                raise RanksDifferError(
                    f"{what} differs between processes: {values[0]!r} on rank 0, {other!r} on rank "
                    f"{rank}. {hint}"
                )

    def _wait(self, request: Any) -> None:
        """Wait for a request; other processes of the machine may run in the meantime."""
        deadline = time.monotonic() + self.timeout
        asked = 0
        while not request.Test():
            asked += 1
            time.sleep(0 if asked < _EAGER else 5e-5)
            if time.monotonic() > deadline:
                raise RanksDifferError(
                    f"Rank {self.rank} of {self.size} has waited {self.timeout:g} s for the "
                    "others. "
                    "One of them has ended, hangs, or has less data to train on; where steps take "
                    f"longer than that, set {TIMEOUT} to more seconds."
                )


def the_world() -> World:
    """Return the processes of this job, connected at the first call.

    Raises
    ------
    MissingDistributionError
        Without mpi4py, or a library of MPI.
    """
    global _world
    if _world is None:
        try:
            from mpi4py import MPI
        except (ImportError, RuntimeError) as error:
            raise MissingDistributionError(NO_MPI.format(reason=error)) from error
        world = World(MPI.COMM_WORLD)
        _check_launcher(world.size)
        _world = world
        if _world.size > 1:
            sys.excepthook = _end_of_job
    return _world


def _end_of_job(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
    """Say which process failed, and end the job: the others would wait for it."""
    traceback.print_exception(kind, error, at)
    assert _world is not None
    sys.stdout.flush()
    print(
        f"Rank {_world.rank} of {_world.size} ended with {kind.__name__}, and the job with it.",
        file=sys.stderr,
        flush=True,
    )
    # MPI's own end may hang; a process that is gone ends the job too
    faulthandler.dump_traceback_later(ENDED_WITHIN, exit=True, file=2)
    _world.comm.Abort(1)


def _check_launcher(size: int) -> None:
    """Raise where `mpiexec` has started several processes, and mpi4py sees one."""
    for name in ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS"):
        started = os.environ.get(name, "1")
        if size == 1 and started.isdigit() and int(started) > 1:
            raise RanksDifferError(
                f"mpiexec has started {started} processes, but mpi4py sees one alone: it was built "
                "for another MPI than that mpiexec. Use the mpiexec beside your python, or "
                "pip install --no-binary mpi4py mpi4py."
            )


def cores_allowed() -> int:
    """Return the number of cores that this process may run on."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _timeout() -> float:
    text = os.environ.get(TIMEOUT, "600")
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not seconds > 0:
        raise ValueError(f"{TIMEOUT}={text!r} is not a number of seconds above 0, such as 600.")
    return seconds


def _bytes(array: np.ndarray) -> Any:
    from mpi4py import MPI

    return [array.reshape(-1).view(np.uint8), MPI.BYTE]
