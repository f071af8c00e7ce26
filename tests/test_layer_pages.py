"""The pages of layers say what the docstrings say, show every layer, and their code runs."""

from __future__ import annotations

import pytest

from cornu.plugins import registry
from tests import layer_pages, pages

FAMILIES = list(layer_pages.FAMILIES)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_page_is_up_to_date(family):
    path = layer_pages.FOLDER / f"{family}.md"
    written = path.read_text(encoding="utf-8")
    assert written == layer_pages.page(family), "run python -m tests.layer_pages --update"


@pytest.mark.parametrize("family", FAMILIES)
def test_the_code_of_the_page_runs_and_prints_what_it_shows(family):
    assert pages.run(layer_pages.FOLDER / f"{family}.md") == []


def test_every_layer_is_on_a_page():
    shown = {obj.__name__ for family in FAMILIES for obj in layer_pages.family(family)}
    ours = {
        entry.object.__name__
        for entry in registry.entries("layer")
        if entry.plugin.distribution == "cornu-layers"
    }
    assert shown == ours
    assert {p.stem for p in layer_pages.FOLDER.glob("*.md")} == set(FAMILIES)


def test_a_docstring_is_cut_into_its_parts():
    text = layer_pages.parts(
        """Do it.

        With care.

        Parameters
        ----------
        a, b : int
            Two numbers,
            both small.

        Examples
        --------
        >>> 1 + 1
        2
        """
    )
    assert (text.summary, text.body) == ("Do it.", "With care.")
    assert list(layer_pages._definitions(text.sections["Parameters"])) == [
        "* `a, b` (int): Two numbers, both small."
    ]
    assert list(layer_pages._example(text.sections["Examples"], "x")) == [
        *("", "```python", "print(1 + 1)", "```"),
        *("", "```text", "2", "```"),
    ]
