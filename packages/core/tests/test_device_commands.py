"""`python -m cornu devices` and `tune`: what backends have to tell is printed line by line."""

from __future__ import annotations

import pytest

from cornu.cli import main
from cornu.errors import BackendError
from cornu.plugins import hookimpl, registry
from cornu_engine import backends
from cornu_engine.backend import Backend


class Board(Backend):
    name = "board"

    def compile(self, program):
        raise NotImplementedError

    def devices(self, test=True):
        yield "* 0:0 a board"
        if test:
            yield "    correct"

    def tune(self):
        yield "best: tile 8"


class Broken(Board):
    name = "broken"

    def devices(self, test=True):
        yield "  0:0 a loose cable"
        raise BackendError("The cable fell out.")

    def tune(self):
        return ()


class Plugin:
    @hookimpl
    def cornu_backends(self):
        return [Board, Broken]


class Boards:
    """Finds these two and no other."""

    def names(self):
        return ["board", "broken"]

    def find(self, name):
        return {"board": Board, "broken": Broken}[name]


@pytest.fixture
def _boards(monkeypatch):
    plugin = Plugin()
    monkeypatch.setattr(backends, "_made", {})
    registry.register(plugin, "boards")
    monkeypatch.setattr(backends, "_finder", Boards())
    yield
    registry.unregister(plugin)


@pytest.mark.usefixtures("_boards")
def test_devices_are_listed_and_tested_and_errors_told(capsys):
    assert main(["devices"]) == 1
    told = capsys.readouterr().out
    assert "board * 0:0 a board\nboard     correct\n" in told
    assert "broken   0:0 a loose cable\nbroken The cable fell out.\n" in told
    main(["devices", "--no-test"])
    assert "correct" not in capsys.readouterr().out


@pytest.mark.usefixtures("_boards")
def test_tuning_tells_what_was_found(capsys):
    assert main(["tune"]) == 0
    assert capsys.readouterr().out == "best: tile 8\n"
    assert main(["tune", "--backend", "broken"]) == 1
    assert "nothing to tune" in capsys.readouterr().out


def test_backends_of_the_processor_alone_say_so(capsys, monkeypatch):
    monkeypatch.setattr(registry, "entries", lambda kind: [])
    assert main(["devices"]) == 0
    assert "pip install cornu-backend-opencl" in capsys.readouterr().out
