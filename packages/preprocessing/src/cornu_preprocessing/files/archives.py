"""Tar and zip files, unpacked into one folder and nowhere else."""

from __future__ import annotations

import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from cornu_engine.errors import DataError
from cornu_engine.interrupt import let_signals_through

__all__ = ["unpack"]


def unpack(
    archive: Path,
    folder: Path,
    formats: Sequence[str] = ("tar", "zip"),
    max_bytes: int | None = None,
) -> bool:
    """Unpack an archive to a new folder, which is there whole or not at all.

    Parameters
    ----------
    archive : Path
    folder : Path
        What stood there before is replaced.
    formats : sequence of "tar" or "zip"
        What to take it for.
    max_bytes : int, optional
        More than this, unpacked, is refused.

    Returns
    -------
    bool
        False if it is no archive of these formats; nothing is done then.

    Raises
    ------
    DataError
        If a member would land outside of the folder, or is neither file, folder nor link, and for
        a damaged archive.
    """
    kinds = {"tar": (tarfile.is_tarfile, _untar), "zip": (zipfile.is_zipfile, _unzip)}
    for name in formats:
        if name not in kinds:
            raise DataError(f"archive_format={name!r} must be 'auto', 'tar', 'zip' or None.")
        is_one, extract = kinds[name]
        if not is_one(archive):
            continue
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            try:
                extract(archive, work / "content", max_bytes)
            except (DataError, OSError):
                raise
            except Exception as error:  # damage may raise anything
                let_signals_through(error)
                raise DataError(f"{archive.name} is damaged: {error}.") from error
            if folder.exists():
                shutil.rmtree(folder)
            os.replace(work / "content", folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return True
    return False


def _untar(archive: Path, folder: Path, max_bytes: int | None) -> None:
    folder.mkdir()
    with tarfile.open(archive) as file:
        members = file.getmembers()
        _refuse_large(archive, (member.size for member in members), max_bytes)
        for member in members:
            _refuse_outside(archive, member.name)
            if member.issym():
                _refuse_outside(archive, str(PurePosixPath(member.name).parent), member.linkname)
            elif member.islnk():
                _refuse_outside(archive, member.linkname)
            elif not (member.isreg() or member.isdir()):
                raise DataError(f"{archive.name} holds {member.name!r}, a device: it is refused.")
        if hasattr(tarfile, "data_filter"):  # links through links, bits of permission
            file.extractall(folder, members, filter="data")
        else:
            plain = [member for member in members if not (member.issym() or member.islnk())]
            file.extractall(folder, plain)


def _unzip(archive: Path, folder: Path, max_bytes: int | None) -> None:
    folder.mkdir()
    with zipfile.ZipFile(archive) as file:
        members = file.infolist()
        _refuse_large(archive, (member.file_size for member in members), max_bytes)
        for member in members:
            _refuse_outside(archive, member.filename)
            if stat.S_ISLNK(member.external_attr >> 16):
                raise DataError(f"{archive.name} holds {member.filename!r}, a link: it is refused.")
        file.extractall(folder)


def _refuse_outside(archive: Path, name: str, link: str = "") -> None:
    """Raise DataError if a name, or a link beside it, leads out of the folder."""
    outside = False
    depth = 0
    for path in (name, link):
        plain = path.replace("\\", "/")
        outside |= plain.startswith("/") or (len(plain) > 1 and plain[1] == ":") or "\0" in plain
        for part in PurePosixPath(plain).parts:
            depth += -1 if part == ".." else int(part != ".")
            outside |= depth < 0
    if outside:
        shown = f"{name} -> {link}" if link else name
        raise DataError(
            f"{archive.name} holds {shown!r}, which leads out of the folder it is unpacked to. "
            "Nothing was unpacked."
        )


def _refuse_large(archive: Path, sizes: Iterable[int], max_bytes: int | None) -> None:
    total = sum(sizes)
    if max_bytes is not None and total > max_bytes:
        raise DataError(
            f"{archive.name} holds {total:,} bytes, more than max_bytes={max_bytes:,}. Nothing was "
            "unpacked."
        )
