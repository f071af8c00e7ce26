"""A web server of this machine, in place of the one where Keras' files are."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, and prints nothing."""

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path, home: Path) -> Iterator[str]:
    """Serve a folder, and keep what is downloaded from it in another."""
    handler = functools.partial(Quiet, directory=str(folder))
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), handler) as http,
        pytest.MonkeyPatch.context() as patch,
    ):
        threading.Thread(target=http.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{http.server_port}/"
        patch.setattr("cornu_layers.applications.published.ADDRESS", address)
        patch.setenv("KERAS_HOME", str(home))
        yield address
        http.shutdown()
