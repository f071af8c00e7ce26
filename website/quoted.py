"""What other files say, on pages: `<!-- quote README.md: Try it -->` stands for that section."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
_QUOTE = re.compile(r"^<!-- quote (\S+): (.+?) -->$", re.M)
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")


def quoted(text: str, here: str) -> str:
    """Put the sections that a page quotes where it names them."""
    return _QUOTE.sub(lambda found: section(found[1], found[2], here), text)


def section(file: str, title: str, here: str) -> str:
    """Return the text below a heading of a file, with links as the page `here` has them."""
    text = (ROOT / file).read_text(encoding="utf-8")
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^#{{1,2}} |\Z)", text, re.M | re.S)
    if found is None:
        raise ValueError(f"{here} quotes the section {title!r} of {file}, which has none.")
    return relinked(found[2].strip(), here)


def changelog() -> str:
    """The changelog as a page."""
    return relinked((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), "changelog.md")


def relinked(text: str, here: str) -> str:
    """Links into `docs` as seen from a page of it; of others the words alone."""
    return _LINK.sub(lambda found: _link(found[1], found[2], here), text)


def _link(words: str, target: str, here: str) -> str:
    if "://" in target:
        return f"[{words}]({target})"
    if target.startswith("docs/"):
        path = posixpath.relpath(target.removeprefix("docs/"), posixpath.dirname(here) or ".")
        return f"[{words}]({path})"
    return words
