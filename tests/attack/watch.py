"""What reading a file must never do, seen by an audit hook."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any

# Roots under which Python finds modules: reading a file may be the first need of one.
_LIBRARIES = tuple(
    os.path.realpath(path) + os.sep
    for path in {*sys.path, sys.prefix, sys.base_prefix}
    if path and os.path.isdir(path)
)
# Who may run code that stands in no file: the standard library, as for named tuples, and ours.
_MAY_RUN = tuple(os.path.realpath(path) + os.sep for path in {sys.prefix, sys.base_prefix})
_EMITTER = os.path.join("cornu_backend_numpy", "executable.py")
_NEVER = (
    "code.__new__ cpython.run_command ctypes.dlopen ftplib.connect http.client.connect "
    "marshal.loads os.chmod os.chown os.exec os.fork os.forkpty os.kill os.link os.listdir "
    "os.mkdir os.posix_spawn os.putenv os.remove os.rename os.rmdir os.scandir os.spawn "
    "os.startfile os.symlink os.system os.truncate os.unsetenv pickle.find_class pty.spawn "
    "shutil.copyfile shutil.move shutil.rmtree shutil.unpack_archive smtplib.connect "
    "socket.__new__ socket.bind socket.connect socket.getaddrinfo sqlite3.connect "
    "subprocess.Popen tempfile.mkstemp tempfile.mkdtemp urllib.Request webbrowser.open"
).split()  # fmt: skip
_OF_IMPORTS = ("marshal.loads", "os.listdir", "os.scandir", "code.__new__", "ctypes.dlopen")
_OF_FOLDERS = ("os.listdir", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.scandir")
_watching: list[tuple[list[str], tuple[str, ...]]] = []  # what was seen, what may be opened
_hooked: list[bool] = []


@contextlib.contextmanager
def watched(*may_open: Any) -> Iterator[list[str]]:
    """Gather what happens inside a `with` block that reading a file must never lead to.

    Parameters
    ----------
    *may_open : path
        Files that may be opened for reading, and folders in which files may be read and written;
        elsewhere only what Python imports may.
    """
    if not _hooked:  # a hook cannot be taken away
        _hooked.append(True)
        sys.addaudithook(_hook)
    found: list[str] = []
    _watching.append((found, tuple(os.path.realpath(os.fspath(path)) for path in may_open)))
    try:
        yield found
    finally:
        _watching.pop()


def _hook(event: str, args: tuple) -> None:
    if not _watching:
        return
    if event == "open":
        problem = _opened(*args, _watching[-1][1])
    elif event in ("compile", "exec"):
        problem = _ran(event, args)
    elif event in _OF_FOLDERS and _is_inside(args[0], _watching[-1][1]):
        return
    elif event in _NEVER and not (event in _OF_IMPORTS and _is_importing()):
        problem = f"{event}{args!r}"
    else:
        return
    if problem:
        _watching[-1][0].append(problem[:300])


def _opened(path: Any, mode: Any, flags: int, allowed: tuple[str, ...]) -> str:
    if not isinstance(path, (str, bytes)):
        return ""  # a number: a file that is open already
    name = os.path.realpath(os.fsdecode(path))
    writes = any(sign in (mode or "") for sign in "wax+") or flags & (os.O_WRONLY | os.O_RDWR)
    if _is_inside(path, allowed):
        return ""
    if not writes and name.startswith(_LIBRARIES):
        return ""
    return f"open({name!r}, {mode!r}, {flags})"


def _is_inside(path: Any, folders: tuple[str, ...]) -> bool:
    if not isinstance(path, (str, bytes, os.PathLike)):
        return False
    name = os.path.realpath(os.fsdecode(path))
    return any(name == folder or name.startswith(folder + os.sep) for folder in folders)


def _ran(event: str, args: tuple) -> str:
    """Tell code that is made by neither an import, nor a library, nor our own emitter."""
    if _is_importing():
        return ""
    made_by = os.path.realpath(sys._getframe(2).f_code.co_filename)
    return "" if made_by.startswith(_MAY_RUN) or made_by.endswith(_EMITTER) else f"{event}: {args}"


def _is_importing() -> bool:
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False
