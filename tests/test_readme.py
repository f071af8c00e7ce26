"""The READMEs of the packages: their code runs, and their links lead somewhere."""

from __future__ import annotations

import pytest

from tests.pages import ROOT, blocks
from tests.test_docs import run_page, targets_that_are_missing

READMES = sorted([*ROOT.glob("packages/*/README.md"), *ROOT.glob("examples/*/README.md")])
# What `examples/plugin` shows needs the plugin installed: `test_example_plugin` does that.
WITH_CODE = [
    page
    for page in READMES
    if page.parent.name != "plugin" and any(b.language == "python" for b in blocks(page))
]


def folder(page):
    return page.parent.name


@pytest.mark.parametrize("page", WITH_CODE, ids=folder)
def test_the_code_of_the_page_runs(page, tmp_path):
    run_page(page, tmp_path)


@pytest.mark.parametrize("page", READMES, ids=folder)
def test_every_relative_link_leads_somewhere(page):
    assert targets_that_are_missing(page) == []
