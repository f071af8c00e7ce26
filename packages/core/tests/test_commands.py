"""Commands of `python -m cornu`: Cornu's own, and those that other distributions bring."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from cornu import cli
from cornu.installing import how_to_install

COMMAND = '''
    """Weigh something."""

    def add_arguments(parser):
        parser.add_argument("what")

    def run(arguments):
        print("weighed", arguments.what)
        return 3

    def load(shell):
        shell.append("loaded")
'''
ENTRY_POINTS = """
    [cornu_commands]
    weigh = stranger_weigh

    [cornu_notebook]
    weigh = stranger_weigh:load
"""


@pytest.fixture
def stranger(tmp_path, monkeypatch):
    """A distribution with a command, installed for one test."""
    information = tmp_path / "stranger-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(textwrap.dedent(ENTRY_POINTS))
    (tmp_path / "stranger_weigh.py").write_text(textwrap.dedent(COMMAND))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def python(*words):
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, timeout=60
    )


def test_a_stranger_brings_a_command(stranger):
    done = python("-m", "cornu", "weigh", "salt")
    assert (done.returncode, done.stdout) == (3, "weighed salt\n"), done.stderr
    listed = python("-m", "cornu", "--help").stdout
    assert "weigh" in listed
    assert "Weigh something." in listed


def test_a_stranger_brings_something_for_notebooks(stranger):
    code = (
        "import cornu; from unittest.mock import MagicMock; shell = MagicMock()\n"
        "cornu.load_ipython_extension(shell); print(shell.append.mock_calls)"
    )
    done = python("-c", code)
    assert done.stdout == "[call('loaded')]\n", done.stderr


@pytest.mark.parametrize("words", [["run", "x.py"], ["x.py"], ["-c", "1"], ["--report", "x.py"]])
def test_scripts_are_run_by_what_may_not_be_installed(words, monkeypatch, capsys):
    without = {name: module for name, module in cli.commands().items() if name != "run"}
    monkeypatch.setattr(cli, "commands", lambda: without)
    assert cli.main(words) == 2
    assert capsys.readouterr().err == (
        f"The command run comes with cornu-keras: {how_to_install('cornu-keras')}\n"
    )


def test_a_word_that_is_no_command_and_no_file_is_an_error(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["plugin"])
    assert end.value.code == 2
    assert "invalid choice: 'plugin'" in capsys.readouterr().err


def test_a_command_comes_before_a_file_of_its_name(tmp_path, monkeypatch, capsys):
    (tmp_path / "plugins").mkdir()
    monkeypatch.chdir(tmp_path)
    cli.main(["plugins"])
    assert "cornu-core" in capsys.readouterr().out
