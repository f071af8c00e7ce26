"""What mkdocs calls while it builds the site."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files

from website import gallery, katex, notebooks, quoted, reference, search
from website.links import linked
from website.names import GROUPS

log = logging.getLogger("mkdocs.hooks.website")
_tutorials: dict[str, notebooks.Page] = {}
_examples: dict[str, gallery.Example] = {}


def on_config(config: Any) -> Any:
    """List the groups of the reference in the navigation."""
    for section in config.nav:
        section.get("API reference", []).extend(
            {group.title: f"api/{name}.md"} for name, group in GROUPS.items()
        )
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add what is made while the site is built."""

    def add(path: str, content: str | bytes) -> None:
        files.append(File.generated(config, path, content=content))

    for path, made in katex.files().items():
        add(path, made)
    for path, text in _timed("reference", reference.pages).items():
        add(path, text)
    add("changelog.md", quoted.changelog())
    _tutorials.clear()
    _tutorials.update(_timed("notebooks", notebooks.pages))
    for name, page in _tutorials.items():
        add(f"tutorials/{name}.ipynb", page.notebook)
        for picture, drawn in page.pictures.items():
            add(f"tutorials/{picture}", drawn)
    _examples.clear()
    _examples.update(_timed("examples", gallery.examples))
    for name, example in _examples.items():
        add(f"examples/{name}.md", example.markdown)
        for picture, drawn in example.pictures.items():
            add(f"examples/{picture}", drawn)
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Fill in a page: what it quotes, what its code prints, and links to the reference."""
    path = page.file.src_uri
    if path.startswith("api/"):
        return markdown
    folder, _, name = path.removesuffix(".md").rpartition("/")
    if folder == "tutorials" and name in _tutorials:
        markdown = _tutorials[name].markdown
    markdown = gallery.filled(markdown, _tutorials, _examples, path)
    return linked(quoted.quoted(markdown, path), path)


@event_priority(-100)  # after the theme has written its index
def on_post_build(config: Any) -> None:
    """Let the search find names first."""
    search.weigh(Path(config.site_dir))


def _timed(what: str, make: Any) -> Any:
    start = time.perf_counter()
    made = make()
    log.info("%s: %d in %.1f s", what, len(made), time.perf_counter() - start)
    return made
