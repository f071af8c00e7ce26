"""Files from the network, kept in a folder of the user's."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cornu_engine.errors import DataError
from cornu_preprocessing.files.archives import unpack
from cornu_preprocessing.files.download import download
from cornu_preprocessing.files.hashes import Checksum

__all__ = ["cache_folder", "get_file"]

MAX_BYTES = 16 * 2**30


def get_file(
    fname: str | os.PathLike[str] | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str | os.PathLike[str] = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str | Sequence[str] | None = "auto",
    cache_dir: str | os.PathLike[str] | None = None,
    force_download: bool = False,
    max_bytes: int | None = MAX_BYTES,
    verbose: bool = True,
) -> str:
    """Return the path of a file, which is downloaded unless it is there already.

    Parameters
    ----------
    fname : str, optional
        Its name here; by default its name in the URL.
    origin : str
        The URL.
    untar : bool
        Unpack it, as a tar file: `extract` for older scripts.
    md5_hash : str, optional
        Its MD5: `file_hash` for older scripts.
    file_hash : str, optional
        Its SHA-256 or MD5. A file that is there but does not fit is downloaded again; one that
        does not fit after that is an error.
    cache_subdir : path
        The folder within `cache_dir`, or an absolute path.
    hash_algorithm : "auto", "sha256" or "md5"
        "auto" tells by the length.
    extract : bool
        Unpack it.
    archive_format : "auto", "tar", "zip", a sequence of them, or None
        What to take it for; tar may be compressed.
    cache_dir : path, optional
        `$KERAS_HOME`, or `~/.keras`: files that Keras has downloaded are found.
    force_download : bool
        Download it even if it is there.
    max_bytes : int, optional
        More than this is refused, downloaded or unpacked; None for no limit.
    verbose : bool
        Whether to show a progress bar.

    Returns
    -------
    str
        The path of the file, or of the folder it was unpacked to.

    Raises
    ------
    DownloadError
        If it cannot be fetched, or is not the file that was meant. What has come before a
        connection broke is kept, and the next call goes on from there.
    DataError
        If a name, hash or archive cannot be used; an archive that leads out of its folder is
        refused as a whole.

    Example
    -------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> source = Path(mkdtemp()) / "words.txt"
    >>> _ = source.write_text("a b c")
    >>> path = get_file(origin=source.as_uri(), cache_dir=mkdtemp(), verbose=False)
    >>> Path(path).read_text()
    'a b c'
    """
    if origin is None:
        raise DataError("origin is missing: pass the URL of the file.")
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    checksum = None if file_hash is None else Checksum(file_hash, hash_algorithm)
    folder = _writable(cache_folder(cache_dir) / cache_subdir)
    name = os.fspath(fname) if fname else unquote(urlsplit(origin).path).rpartition("/")[2]
    if not name or name in (".", "..") or any(sign in name for sign in "/\\\0"):
        raise DataError(
            f"fname={name!r} is no name of a file. Folders go into cache_dir or cache_subdir."
        )
    unpacking = extract or untar
    target, unpacked = folder / name, folder / name
    if unpacking and fname and "." in name:
        unpacked = folder / f"{name.partition('.')[0]}_extracted"
    elif unpacking:
        target = folder / f"{name}_archive"
    there = target.is_file() and not force_download
    if there and checksum is not None and not checksum.fits(target):
        print(f"{target} is not the expected file ({checksum}): downloading it again.")
        there = False
    if not there:
        if verbose:
            print(f"Downloading data from {origin}")
        download(origin, target, checksum=checksum, max_bytes=max_bytes, verbose=verbose)
    if not unpacking:
        return str(target)
    if not (there and unpacked.is_dir()):
        formats = _formats("tar" if untar else archive_format)
        if not unpack(target, unpacked, formats, max_bytes):
            warnings.warn(
                f"{target} is no archive of {' or '.join(formats) or 'any format'}: it was not "
                "unpacked.",
                stacklevel=2,
            )
    return str(unpacked)


def cache_folder(cache_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of downloads: the one given, `$KERAS_HOME`, or `~/.keras`."""
    return Path(cache_dir or os.environ.get("KERAS_HOME") or "~/.keras").expanduser()


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"{folder} cannot be made, so nothing can be kept there: {error}. Set the environment "
            "variable KERAS_HOME to a folder of yours, or pass cache_dir."
        ) from error
    return folder


def _formats(archive_format: str | Sequence[str] | None) -> tuple[str, ...]:
    if archive_format == "auto":
        return ("tar", "zip")
    if archive_format is None:
        return ()
    return (archive_format,) if isinstance(archive_format, str) else tuple(archive_format)
