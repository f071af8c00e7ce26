"""Writing a file so that it is there whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import re
import secrets
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def atomically(filepath: Any, overwrite: bool = True) -> Iterator[Path]:
    """Give a temporary path beside `filepath`, and put what was written there in its place at the
    end.

    The data is on the disk before it takes the name, and the name changes in one step: after a
    crash the file is the old one or the new one. On an error the temporary file is removed and the
    old file stays. What killed writers left behind is swept away.

    Parameters
    ----------
    filepath : path
        Missing folders are made.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    FileExistsError
        If the file exists and `overwrite` is false.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "new" / "greeting.txt"
    >>> with atomically(path) as temporary:
    ...     _ = temporary.write_text("hello")
    >>> path.read_text()
    'hello'
    """
    target = Path(os.fspath(filepath)).absolute()
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder; give the name of a file in it.")
    if target.exists() and not overwrite:
        raise FileExistsError(f"{target} exists already; pass overwrite=True to replace it.")
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    temporary = target.with_name(f"{_stem(target)}{_HOST}-{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        yield temporary
        _sync(temporary)
        os.replace(temporary, target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError) and error.errno in _FULL:
            kept = "the old file is as it was" if target.exists() else "nothing was left behind"
            text = f"{os.strerror(error.errno)}: {target} was not written, and {kept}"
            raise OSError(error.errno, text) from error
        raise
    _sync_folder(target.parent)


def write_bytes(filepath: Any, data: Any, overwrite: bool = True) -> None:
    """Write bytes as a file that is there whole or not at all.

    Parameters
    ----------
    filepath : path
    data : bytes or memoryview
    overwrite : bool
    """
    with atomically(filepath, overwrite) as temporary, open(temporary, "xb") as file:
        file.write(data)


_HOST = f"{zlib.crc32(platform.node().encode()):08x}"
_FULL = (errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT)
_DAY = 24 * 3600.0


def _stem(target: Path) -> str:
    return f".{target.name[:100]}."


def _sweep(target: Path) -> None:
    """Remove what writers of this file left that are not alive any more."""
    pattern = re.compile(re.escape(_stem(target)) + r"([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.tmp")
    with contextlib.suppress(OSError):
        for entry in os.scandir(target.parent):
            leftover = pattern.fullmatch(entry.name)
            if leftover and _is_stale(entry, leftover[1], int(leftover[2])):
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)


def _is_stale(entry: os.DirEntry, host: str, process: int) -> bool:
    if host != _HOST or os.name == "nt":  # nobody to ask whether it is alive
        return time.time() - entry.stat().st_mtime > _DAY
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # alive, and someone else's
        return False
    return False


def _sync(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows has no handle on folders
        return
    with contextlib.suppress(OSError):  # nor has every file system
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
