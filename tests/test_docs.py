"""The pages of the docs: their code runs and prints what they show, and their tables are true."""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.coverage.signatures import REQUIRED, parse, same_default, signature
from tests.coverage.symbols import MISSING, ours, resolve
from tests.pages import ROOT, blocks, runs_on
from website import quoted

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
MADE = {"api/index.md", "changelog.md"}  # while the site is built
WITH_CODE = [
    page
    for page in PAGES  # tutorials are notebooks, with a test of their own
    if page.parent.name != "tutorials" and any(b.language == "python" for b in blocks(page))
]
ROW = re.compile(r"^\| `([\w.]+)` \| `(\w+)` \| (.+?) \| (.+?) \|$", re.M)


def run_page(page: Path, folder: Path) -> None:
    command = [sys.executable, "-W", "error", str(ROOT / "tests" / "pages.py"), str(page)]
    env = {**os.environ, "CORNU_BACKEND": "numpy"}  # whose programs they show
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def targets_that_are_missing(page: Path) -> list[str]:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    theirs = (t for t in targets if "://" not in t and not (page.parent / t).exists())
    return [t for t in theirs if not _is_made(page.parent / t)]


def _is_made(path: Path) -> bool:
    """Whether a page is made while the site is built, which looks at the links to it."""
    place = path.resolve().relative_to(ROOT).as_posix()
    return place.startswith(("docs/api/", "docs/examples/")) or place == "docs/changelog.md"


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.name)
def test_the_code_of_the_page_runs_and_prints_what_it_shows(page, tmp_path):
    run_page(page, tmp_path)


def test_every_page_of_code_is_found():
    assert {"README.md", "architecture.md", "getting-started.md"} <= {p.name for p in WITH_CODE}


def test_output_that_differs_is_an_error(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```python\nprint(1)\n```\n\n```text\n2\n```\n")
    command = [sys.executable, str(ROOT / "tests" / "pages.py")]
    assert subprocess.run([*command, str(page)], capture_output=True, check=False).returncode == 1
    subprocess.run([*command, "--write", str(page)], check=True)
    assert "```text\n1\n```" in page.read_text()


def test_a_block_is_left_out_where_its_library_needs_a_later_python():
    page = blocks(DOCS / "large-data.md")
    left_out = [b.text for b in page if b.language == "python" and not runs_on(b, (3, 10))]
    (text,) = left_out
    assert text.startswith("import zarr")
    assert all(runs_on(block, (3, 11)) for block in page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_the_page_quotes_stands_in_the_file(page):
    for block in blocks(page):
        if block.title:
            assert block.text in (ROOT / block.title).read_text(encoding="utf-8"), block.title


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_somewhere(page):
    assert targets_that_are_missing(page) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_section_that_the_page_quotes_is_there(page):
    text = page.read_text(encoding="utf-8")
    shown = quoted.quoted(text, page.relative_to(ROOT).as_posix().removeprefix("docs/"))
    assert "<!-- quote" not in shown


def test_every_page_is_in_the_navigation():
    import yaml

    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    named = set(_leaves(yaml.safe_load(text)["nav"]))
    assert named - MADE == {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")}


def _leaves(nav: list) -> Iterator[str]:
    for entry in nav:
        for below in entry.values() if isinstance(entry, dict) else [entry]:
            yield from _leaves(below) if isinstance(below, list) else [below]


# The table of defaults that moved between Keras 2 and 3.


def moved_defaults() -> dict[tuple[str, str], list[object]]:
    """Of what is here: (symbol, parameter) and the defaults of Keras 2.3.1 and of ours."""
    data = Path(__file__).parent / "coverage" / "data" / "symbols.jsonl"
    found: dict[tuple[int, str], tuple[str, object, object]] = {}
    for row in map(json.loads, data.read_text(encoding="utf-8").splitlines()):
        target = resolve(ours(row["symbol"]))
        old, new = parse(row["sig_231"]), parse(row["sig_315"])
        if row["kind"] not in ("class", "function") or not old or not new or target is MISSING:
            continue
        name, here = row["symbol"].removeprefix("keras."), signature(target).parameters
        for parameter, before in old.defaults.items():
            if parameter not in new.defaults or parameter not in here:
                continue
            after, key = here[parameter].default, (id(target), parameter)
            if same_default(before, new.defaults[parameter]) or same_default(after, before):
                continue
            if key not in found or name.endswith(f".{target.__name__}"):  # not under its aliases
                found[key] = name, before, after
    return {(name, parameter): pair for (_, parameter), (name, *pair) in found.items()}


def shown(value: object) -> str:
    absent = value is REQUIRED or value is inspect.Parameter.empty
    return "–" if absent else f"`{value!r}`"


def test_the_table_of_defaults_is_complete_and_true():
    page = (DOCS / "from-keras.md").read_text(encoding="utf-8")
    table = {(m[1], m[2]): (m[3], m[4]) for m in ROW.finditer(page)}
    expected = {key: tuple(map(shown, values)) for key, values in moved_defaults().items()}
    assert table == expected


def test_the_table_of_errors_names_each_with_its_builtin_base():
    from cornu import errors

    page = (DOCS / "errors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`\w+Error`(?:, `\w+Error`)*) \| `(\w+)` \|", page, re.M)
    named = {name: base for names, base in rows for name in re.findall(r"\w+", names)}
    for name, base in named.items():
        assert base in [cls.__name__ for cls in getattr(errors, name).__mro__]
    assert {*named, "CornuError"} == {n for n in errors.__all__ if n.endswith("Error")}
