"""What tests share: a backend, a server on this machine, an empty cache of downloads, pictures."""

from __future__ import annotations

import functools
import http.server
import re
import threading

import numpy as np
import pytest

import cornu
from cornu.plugins import registry


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves `files`, whole or from a byte on; it can break off, and send elsewhere."""

    def do_GET(self):
        self.server.requests.append(dict(self.headers))
        if self.server.busy:
            self.send_error(self.server.busy.pop())
            return
        content = self.server.files.get(self.path.partition("?")[0])
        if content is None:
            self.send_error(404)
            return
        if isinstance(content, str):  # a redirection
            self.send_response(302)
            self.send_header("Location", content)
            self.end_headers()
            return
        version = f'"{hash(content)}"'
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(wanted[1]) if wanted and self.headers.get("If-Range") == version else 0
        if start >= len(content) > 0:
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.send_header("ETag", version)
        self.end_headers()
        rest = content[start:]
        if self.server.breaks:
            rest = rest[: self.server.breaks.pop(0)]
        self.wfile.write(rest)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    """A server of `files`, by path.

    `breaks` holds after how many bytes connections end, `busy` the errors it answers first.
    """
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler))
    server.files, server.breaks, server.busy, server.requests = {}, [], [], []
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache, and no proxy between the tests and the server."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("KERAS_HOME", str(folder))
    monkeypatch.setenv("no_proxy", "*")
    return folder


@pytest.fixture(autouse=True)
def backend():
    """Core's own backend, where no other is installed."""
    if not registry.installed("cornu-backend-numpy"):
        cornu.set_backend("reference")


@pytest.fixture
def picture():
    """Return a function that makes a picture of a seed."""
    from PIL import Image

    def make(seed, size=(8, 10), mode="RGB"):
        channels = {"RGB": (3,), "RGBA": (4,), "L": ()}[mode]
        values = np.random.default_rng(seed).integers(0, 256, (*size, *channels))
        return Image.fromarray(values.astype("uint8"))

    return make


@pytest.fixture
def folder(tmp_path, picture):
    """Three classes of 4, 3 and 2 pictures, and files that are none."""
    for index, (name, count) in enumerate({"cats": 4, "dogs": 3, "emus": 2}.items()):
        (tmp_path / name / "deep").mkdir(parents=True)
        for i in range(count):
            where = tmp_path / name / ("deep" if i == 0 else ".")
            picture(10 * index + i).save(where / f"{name}{i}.png")
        (tmp_path / name / "notes.txt").write_text("no picture")
    return tmp_path


@pytest.fixture
def broken(folder):
    """The same with one picture cut short and one that is none."""
    whole = (folder / "cats" / "cats1.png").read_bytes()
    (folder / "cats" / "cats1.png").write_bytes(whole[: len(whole) // 2])
    (folder / "dogs" / "dogs1.png").write_bytes(b"not a picture")
    return folder
