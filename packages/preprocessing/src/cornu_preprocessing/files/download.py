"""One file from a URL: resumed where it broke off, checked, and whole or not there at all."""

from __future__ import annotations

import contextlib
import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cornu_engine.errors import CornuError, DataError
from cornu_preprocessing.files.hashes import Checksum

__all__ = ["DownloadError", "download"]

SCHEMES = ("https", "http", "file")
ATTEMPTS = 3
BLOCK = 2**16
BEYOND_ITS_END = 416  # what a server answers where a part is as long as the file, or longer


class DownloadError(CornuError, OSError):
    """A file that could not be fetched, or was not the one expected."""


def download(
    url: str,
    target: Path,
    *,
    checksum: Checksum | None = None,
    max_bytes: int | None = None,
    timeout: float = 30.0,
    verbose: bool = True,
) -> None:
    """Fetch a URL to a file.

    What has come so far lies beside it as `….part`. A connection that breaks is taken up again
    where it broke off, also by the next call, as long as the server still has the same file.

    Parameters
    ----------
    url : str
        https, http or file. A server of https must not send on to http.
    target : Path
        Gets its name only when all is there and checked.
    checksum : Checksum, optional
    max_bytes : int, optional
        More than this is refused.
    timeout : float
        Seconds without an answer.
    verbose : bool
        Whether to show a progress bar.

    Raises
    ------
    DownloadError
        Without a connection, for an answer other than success, and for the wrong file; the message
        says where to put a copy fetched by other means.
    """
    if urlsplit(url).scheme not in SCHEMES:
        raise DataError(f"origin={url!r} must be a URL of {', '.join(SCHEMES)}.")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    was_there = target.exists()
    with _alone(target.parent):
        if target.exists() and not was_there:
            return  # another process has fetched it meanwhile
        reason: Exception | None = None
        for _ in range(ATTEMPTS):
            try:
                _fetch(url, part, max_bytes, timeout, verbose)
                break
            except DownloadError:
                raise
            except (OSError, HTTPException) as error:
                status = getattr(error, "code", None)
                if status == BEYOND_ITS_END:
                    _forget(part)
                elif status is not None and status < 500:  # asking again would not help
                    raise _failure(url, target, checksum, error) from error
                reason = error
        else:
            raise _failure(url, target, checksum, reason) from reason
        if checksum is not None and not checksum.fits(part):
            digest = checksum.of(part)
            _forget(part)
            raise DownloadError(
                f"{url} is not the expected file: its {checksum.algorithm} is {digest}, and should "
                f"be {checksum.digest}. It was deleted. Try again; if it stays so, the file has "
                "changed on the server."
            )
        os.replace(part, target)
        _forget(part)


def _fetch(url: str, part: Path, max_bytes: int | None, timeout: float, verbose: bool) -> None:
    """Fetch what is missing of a file."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"User-Agent": "cornu", "Accept-Encoding": "identity"}
    request = urllib.request.Request(url, headers=headers)
    version = _known_version(part, url)
    if have and version:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", version)  # another file comes whole
    opener = urllib.request.build_opener(_SameSecurity)
    with opener.open(request, timeout=timeout) as response:
        resumed = getattr(response, "status", 200) == 206
        have = have if resumed else 0
        length = response.headers.get("Content-Length") or ""
        total = have + int(length) if length.isascii() and length.isdigit() else None
        _refuse_large(url, total or 0, max_bytes)
        _note_version(part, url, response.headers)
        with part.open("ab" if resumed else "wb") as file, _progress(total, verbose) as show:
            while block := response.read(BLOCK):
                have += len(block)
                _refuse_large(url, have, max_bytes)
                file.write(block)
                show(have)
    if total is not None and have != total:
        raise ConnectionError(f"{have} of {total} bytes came before the connection ended")


def _refuse_large(url: str, size: int, max_bytes: int | None) -> None:
    if max_bytes is not None and size > max_bytes:
        raise DownloadError(
            f"{url} has more than max_bytes={max_bytes:,} bytes. Pass a larger max_bytes if that "
            "is meant."
        )


class _SameSecurity(urllib.request.HTTPRedirectHandler):
    """Follow redirections, but never from https to anything less."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        before, after = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if after not in ("https", "http") or (before == "https" and after != "https"):
            raise DownloadError(f"{req.full_url} sends on to {newurl}, which is not as safe.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


# What is known of a part: from where it came, and which version of the file it was.


def _notes(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _known_version(part: Path, url: str) -> str | None:
    try:
        notes = json.loads(_notes(part).read_text(encoding="utf-8"))
        return notes["version"] if notes["url"] == url else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _note_version(part: Path, url: str, headers: Any) -> None:
    tag = headers.get("ETag") or ""
    version = tag if tag and not tag.startswith("W/") else headers.get("Last-Modified")
    _notes(part).write_text(json.dumps({"url": url, "version": version}), encoding="utf-8")


def _forget(part: Path) -> None:
    for path in (part, _notes(part)):
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time download to a folder, where the system can."""
    try:
        import fcntl
    except ImportError:  # Windows; there the checksum has to notice
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _progress(total: int | None, verbose: bool) -> Iterator[Any]:
    if not verbose:
        yield lambda have: None
        return
    try:
        from cornu.utils import Progbar
    except ImportError:  # it comes with cornu-optim
        yield lambda have: None
        return
    bar = Progbar(total, unit_name="byte")
    yield bar.update
    if total is None:
        bar.update(1, finalize=True)


def _failure(
    url: str, target: Path, checksum: Checksum | None, error: Exception | None
) -> DownloadError:
    reason = getattr(error, "reason", None) or error
    status = f"status {error.code}, " if isinstance(error, urllib.error.HTTPError) else ""
    check = "" if checksum is None else f" ({checksum})"
    return DownloadError(
        f"{url} could not be fetched: {status}{reason}. Check the connection and try again: what "
        f"has come so far is kept. Without a connection, put a copy of the file{check} at {target}."
    )
