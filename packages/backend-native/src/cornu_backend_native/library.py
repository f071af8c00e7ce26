"""The library of kernels: which variant suits this processor, and its functions."""

from __future__ import annotations

import ctypes
import os
import struct
import threading
from functools import cache
from pathlib import Path
from typing import Any

from cornu_backend_native.sources import hash_of_sources
from cornu_backend_native.targets import ARM, X86
from cornu_engine.errors import BackendError

FOLDER = Path(__file__).parent / "lib"
ISA = "CORNU_NATIVE_ISA"
VARIANTS = (*X86, *ARM)

IN_CHECKOUT = (Path(__file__).parents[2] / "hatch_build.py").exists()
MEND = (
    "Build it with `hatch run kernels`, or `python -m cornu_backend_native.build`."
    if IN_CHECKOUT
    else "Install it again: pip install --force-reinstall --no-deps cornu-backend-native"
)


class Pace(ctypes.Structure):
    """`pace` of pace.h."""

    _fields_ = (
        ("together", ctypes.c_double),
        ("alone", ctypes.c_double),
        ("runs", ctypes.c_int64),
        ("next", ctypes.c_int64),
        ("wait", ctypes.c_int64),
    )


class Run(ctypes.Structure):
    """`run` of cornu.h."""

    _fields_ = (
        ("bases", ctypes.c_void_p),
        ("scratch", ctypes.c_void_p),
        ("scratch_each", ctypes.c_int64),
        ("pool", ctypes.c_void_p),
        ("seconds", ctypes.c_void_p),
        ("pace", Pace),
    )


class Library:
    """The functions of one variant.

    Parameters
    ----------
    path : Path

    Raises
    ------
    BackendError
        If the file is damaged, or is not for this machine, or was built from other sources.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = _opened(path)
        self.run = self._function("cornu_run", None, ctypes.c_void_p, ctypes.c_int64, _RUN)
        self._new_pool = self._function("cornu_pool_new", ctypes.c_void_p, ctypes.c_int64)
        self._forked_pool = self._function("cornu_pool_forked", None, ctypes.c_void_p)
        built_from = self._function("cornu_built_from", ctypes.c_char_p)().decode()
        if IN_CHECKOUT and built_from != hash_of_sources():
            raise BackendError(f"{path} was built from other C than is there now. {MEND}")
        self.vector_bytes = int(self._function("cornu_vector_bytes", ctypes.c_int64)())
        self._pools: dict[int, int] = {}
        self._lock = threading.Lock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forked)

    def level(self) -> int:
        """Return which of the variants this processor can run, counted from the lowest."""
        return int(self._function("cornu_level", ctypes.c_int)())

    def kernel(self, name: str) -> int:
        """Return the address of a kernel."""
        address = ctypes.cast(self._function(name, None), ctypes.c_void_p).value
        assert address is not None
        return address

    def has(self, name: str) -> bool:
        """Tell whether there is a function of some name."""
        return hasattr(self._handle, name)

    def pool(self, threads: int) -> int | None:
        """Return the pool of so many threads, one per process; None for a single one."""
        if threads < 2:
            return None
        with self._lock:
            if threads not in self._pools:
                made = self._new_pool(threads)
                if not made:
                    raise MemoryError(f"There is no memory for a pool of {threads} threads.")
                self._pools[threads] = made
            return self._pools[threads]

    def _function(self, name: str, result: type | None, *arguments: type) -> Any:
        try:
            function = getattr(self._handle, name)
        except AttributeError:
            raise BackendError(
                f"{self.path} lacks {name!r}: it is of another version of this package. {MEND}"
            ) from None
        function.restype, function.argtypes = result, arguments
        return function

    def _forked(self) -> None:
        """The threads of the parent are not there in a child: the pools start new ones."""
        self._lock = threading.Lock()
        for pool in self._pools.values():
            self._forked_pool(pool)


_RUN = ctypes.POINTER(Run)


def _opened(path: Path) -> ctypes.CDLL:
    if not _is_whole(path):
        raise BackendError(f"{path} is damaged: it ends too early. {MEND}")
    try:
        return ctypes.CDLL(os.fspath(path))
    except OSError as error:
        raise BackendError(
            f"{path} cannot be loaded, it is damaged or for another machine: {error}. {MEND}"
        ) from None


def _is_whole(path: Path) -> bool:
    """Tell whether an ELF file is as long as it says: a shorter one would crash the process."""
    with path.open("rb") as file:
        head = file.read(64)
    if head[:4] != b"\x7fELF" or len(head) < 64:
        return True  # the loaders of other systems check this, and all headers, by themselves
    (sections,) = struct.unpack_from("<Q", head, 0x28)
    each, count = struct.unpack_from("<HH", head, 0x3A)
    return path.stat().st_size >= sections + each * count


def installed(folder: Path = FOLDER) -> dict[str, Path]:
    """Return the variants that are there, from the lowest to the highest.

    Examples
    --------
    >>> all(path.stem == f"cornu-{name}" for name, path in installed().items())
    True
    """
    files = {path.stem: path for path in sorted(folder.glob("cornu-*"))}
    return {name: files[f"cornu-{name}"] for name in VARIANTS if f"cornu-{name}" in files}


def variants(folder: Path = FOLDER) -> dict[str, Path]:
    """Return the variants that are there and that this processor can run.

    Raises
    ------
    BackendError
        If there is none.
    """
    there = installed(folder)
    if not there:
        raise BackendError(f"There are no kernels in {folder}. {MEND}")
    level = Library(next(iter(there.values()))).level()
    usable = {
        name: path for name, path in there.items() if name not in X86 or X86.index(name) <= level
    }
    if not usable:
        raise BackendError(
            f"This processor runs kernels for {X86[level]}; here are only those for "
            f"{', '.join(there)}. {MEND}"
        )
    return usable


def library(isa: str | None = None) -> Library:
    """Return the kernels for an instruction set.

    Parameters
    ----------
    isa : str, optional
        By default what `CORNU_NATIVE_ISA` names, else the best that this processor can run.

    Raises
    ------
    BackendError
        If there are none.
    """
    return _library(isa or os.environ.get(ISA, "").strip())


@cache
def _library(isa: str) -> Library:
    usable = variants()
    if isa and isa not in usable:
        raise BackendError(
            f"There are no kernels for {isa!r} (see {ISA}) that this processor can run; "
            f"there are for {', '.join(usable)}."
        )
    return Library(usable[isa] if isa else list(usable.values())[-1])
