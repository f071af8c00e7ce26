"""Names that a file brings: which are names, which are not."""

from __future__ import annotations

import pytest

from cornu.errors import BadFileError
from cornu_engine.files.names import LONGEST, check_name

GOOD = [
    "dense", "dense_1/kernel:0", "block 1", "conv2d.bn", "größe", "слой", "层_1", "W:0", "b:12",
    "a..b", "...", "model-v2 (final)", "x*y", "a'b\"c", "x=1; y", "x" * LONGEST, "café\u0301",
]  # fmt: skip
LINE_ENDS = "\n \r \v \f \x1c \x1d \x1e \x85 \u2028 \u2029".split(" ")
BAD = [
    *(f"a{end}import os" for end in LINE_ENDS),
    "", "x" * (LONGEST + 1), "..", ".", "a/../b", "../a", "a/..", "a/./b", "C:", "C:evil", "c:/x",
    "a\\b", "a\\", "\0", "tab\t", "\x7f", "\x9b", "\ud800", "\udcff",
    "\u202etxt.exe", "\u2066x", "\u200f", "\u061c", "\ufeffx",
    None, 7, 1.5, True, ["a"], {"a": 1}, b"a",
]  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_a_name(name):
    assert check_name(name) == name


@pytest.mark.parametrize("name", BAD, ids=ascii)
def test_no_name(name):
    with pytest.raises(BadFileError) as caught:
        check_name(name, "layer")
    assert caught.value.rule == "names"
    assert len(str(caught.value).splitlines()) == 1
    assert str(caught.value).isprintable()
