"""The library of kernels: which variant suits this processor, and its functions."""

from __future__ import annotations

import ctypes
import os
import threading
from functools import cache
from pathlib import Path

from cornu_engine.errors import BackendError

FOLDER = Path(__file__).parent / "lib"


class Run(ctypes.Structure):
    """`run` of cornu.h."""

    _fields_ = (
        ("bases", ctypes.c_void_p),
        ("scratch", ctypes.c_void_p),
        ("scratch_each", ctypes.c_int64),
        ("pool", ctypes.c_void_p),
        ("seconds", ctypes.c_void_p),
    )


class Library:
    """The functions of one variant.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = ctypes.CDLL(os.fspath(path))
        self.run = self._handle.cornu_run
        self.run.argtypes = (ctypes.c_void_p, ctypes.c_int64, ctypes.POINTER(Run))
        self.run.restype = None
        self._handle.cornu_pool_new.argtypes = (ctypes.c_int64,)
        self._handle.cornu_pool_new.restype = ctypes.c_void_p
        self._pools: dict[int, int] = {}
        self._lock = threading.Lock()

    def kernel(self, name: str) -> int:
        """Return the address of a kernel."""
        address = ctypes.cast(getattr(self._handle, name), ctypes.c_void_p).value
        assert address is not None
        return address

    def pool(self, threads: int) -> int | None:
        """Return the pool of so many threads, one per process; None for a single one."""
        if threads < 2:
            return None
        with self._lock:
            if threads not in self._pools:
                self._pools[threads] = self._handle.cornu_pool_new(threads)
            return self._pools[threads]

    def forget(self) -> None:
        """In a forked child: the threads of the parent are not there."""
        self._lock = threading.Lock()
        self._pools = {}


@cache
def library() -> Library:
    """Return the variant for this processor.

    Raises
    ------
    BackendError
        If there is none.
    """
    found = sorted(FOLDER.glob("*.so"))
    if not found:
        raise BackendError("The kernels have not been built.")
    made = Library(found[-1])
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=made.forget)
    return made
