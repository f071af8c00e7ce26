"""Every member of every family has the layers of Keras' model, by name, in order and in shape."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import cornu
from tests.applications.table import cases, check, expected, is_large

CASES = list(cases())
QUICK = [case for case in CASES if not is_large(*case[1:])]


def test_the_table_is_of_these_cases():
    assert sorted(expected()) == sorted(name for name, *_ in CASES)


@pytest.mark.parametrize(("name", "function", "arguments"), QUICK, ids=[c[0] for c in QUICK])
def test_a_model_is_that_of_keras(name: str, function: str, arguments: dict[str, Any]):
    check(name, function, arguments)


def test_the_page_of_the_docs_says_the_same():
    text = Path(__file__).parents[2].joinpath("docs/applications.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `(\w+)` \| `(\w+)` \| (\d+) \| [\w ]+ \| ([\d,]+) \| ([\d,]+) \|$", text, re.M
    )
    assert {name for name, *_ in rows} == {function for _, function, _ in CASES}
    for name, module, side, *numbers in rows:
        said = [int(number.replace(",", "")) for number in numbers]
        row = expected()[f"{name}()"]
        assert said == [row["parameters"], row["layers"]], name
        function = getattr(getattr(cornu.applications, module), name)
        assert function is getattr(cornu.applications, name)
        # The third MobileNet takes any size with its top.
        usual = "at least 32x32" if "V3" in name and "Mobile" in name else rf"\({side}, {side}, 3\)"
        with pytest.raises(ValueError, match=usual):
            function(weights="imagenet", input_shape=(31, 31, 3))
