"""Every hook is documented for those who write plugins."""

from __future__ import annotations

from pathlib import Path

import pytest

from cornu.plugins.kinds import KINDS

PAGE = (Path(__file__).parents[1] / "docs" / "plugins.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_page_has_a_row_for_the_hook(kind):
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{kind.hook}`")]
    assert kind.name in row.lower()
