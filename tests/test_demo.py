"""`python -m cornu demo`: it trains, draws and saves, and evaluates what it saved."""

import re

import pytest

from cornu.cli import main


def test_the_demo_trains_and_loads_again(tmp_path, capsys):
    pytest.importorskip("matplotlib", reason="the demo draws")
    folder = ["--folder", str(tmp_path / "demo")]
    accuracies = []
    for arguments in (["--epochs", "1"], ["--load"]):
        assert main(["demo", *arguments, *folder]) == 0
        said = capsys.readouterr().out
        accuracies.append(re.search(r"held-out accuracy ([\d.]+)%", said)[1])
    assert accuracies[0] == accuracies[1]
    assert float(accuracies[0]) > 50
    files = {path.name for path in (tmp_path / "demo").iterdir()}
    assert files >= {"curves.png", "mistakes.png", "digits.keras"}
