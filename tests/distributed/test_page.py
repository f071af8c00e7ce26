"""The page of the docs, on several processes."""

from __future__ import annotations

import pytest

from tests.distributed.jobs import job
from tests.pages import ROOT, blocks

PAGE = ROOT / "docs" / "distributed.md"


@pytest.mark.parametrize("ranks", [2, 4])
def test_the_page_prints_the_same_on_many_processes(ranks, tmp_path):
    shown = [block for block in blocks(PAGE) if block.language in ("python", "text")]
    code = "\n".join(block.text for block in shown if block.language == "python")
    first = next(block.text for block in shown if block.language == "text")
    path = tmp_path / "train.py"
    path.write_text(code, encoding="utf-8")
    status, said = job(ranks, str(path))
    assert status == 0, said
    assert said.count(first.strip()) == 1, said
    assert said.count("(1,)") == ranks
