"""Tutorials: pages of Markdown that are notebooks, run in a Jupyter kernel while the site is built.

A block of ``python`` is a cell; what it prints, shows and draws follows it on the page. The same
page, run, is offered as an ``.ipynb`` file.
"""

from __future__ import annotations

import base64
import re
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "docs" / "tutorials"
NAVIGATION = FOLDER.parents[1] / "mkdocs.yml"
_BEFORE = "%config InlineBackend.figure_formats = ['svg']"  # sharp at any size
_QUIET = "--IPKernelApp.log_level=50"  # the kernel's own news; what a cell raises ends the build
_SECONDS = 120
_ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass
class Page:
    """A notebook that has run."""

    name: str
    markdown: str = ""
    notebook: str = ""
    pictures: dict[str, bytes] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What its heading says."""
        return self.markdown.partition("\n")[0].removeprefix("# ")

    @property
    def introduction(self) -> str:
        """Its first paragraph."""
        return " ".join(self.markdown.split("\n\n")[1].split())

    @property
    def thumbnail(self) -> str | None:
        """Its last picture, which shows what came of it."""
        return next(reversed(self.pictures), None)


def sources() -> list[Path]:
    """The tutorials, but for the page that lists them, in the order of the navigation."""
    order = NAVIGATION.read_text(encoding="utf-8")
    found = (path for path in FOLDER.glob("*.md") if path.stem != "index")
    return sorted(found, key=lambda path: order.find(f"tutorials/{path.name}"))


_done: dict[str, Page] = {}  # by text, while `mkdocs serve` goes on


def pages() -> dict[str, Page]:
    """Run all tutorials, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return {page.name: page for page in pool.map(_page, sources())}


def _page(path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    if text not in _done:
        _done[text] = run(path.stem, text)
    return _done[text]


def run(name: str, text: str) -> Page:
    """Run one tutorial."""
    notebook = jupytext.reads(text, fmt="md")
    notebook.cells.insert(0, nbformat.v4.new_code_cell(_BEFORE))
    with tempfile.TemporaryDirectory() as folder:  # for the files that it writes
        NotebookClient(
            notebook,
            timeout=_SECONDS,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
            extra_arguments=[_QUIET],
        ).execute()
    del notebook.cells[0]
    for cell in notebook.cells:
        _without_values_of_drawings(cell)
    page = Page(name)
    pieces = [piece for cell in notebook.cells for piece in _cell(cell, page)]
    head, _, rest = "\n\n".join(pieces).partition("\n\n")
    offer = f"[This page as a notebook]({name}.ipynb){{ .notebook download }}"
    page.markdown = f"{head}\n\n{rest}\n\n---\n\n{offer}\n"
    page.notebook = nbformat.writes(notebook)
    return page


def _without_values_of_drawings(cell: Any) -> None:
    """What a cell draws is what it has to say, not what the last call returned."""
    outputs = cell.get("outputs", ())
    if any(o.output_type == "display_data" for o in outputs):
        cell.outputs = [o for o in outputs if o.output_type != "execute_result"]


def _cell(cell: Any, page: Page) -> Iterator[str]:
    if cell.cell_type == "markdown":
        yield cell.source
        return
    yield f"```python\n{cell.source}\n```"
    for output in cell.outputs:
        yield from _output(output, page)


def _output(output: Any, page: Page) -> Iterator[str]:
    if output.output_type == "stream":
        yield _text(output.text)
        return
    data = output.data
    if "image/svg+xml" in data:
        yield _picture(data["image/svg+xml"].encode(), "svg", page)
    elif "image/png" in data:
        yield _picture(base64.b64decode(data["image/png"]), "png", page)
    elif "text/html" in data:
        yield f'<div class="output">\n{_without_blank_lines(data["text/html"])}\n</div>'
    else:
        yield _text(data["text/plain"])


def _picture(content: bytes, kind: str, page: Page) -> str:
    name = f"{page.name}-{len(page.pictures) + 1}.{kind}"
    page.pictures[name] = content
    return f"![What the code above draws]({name})"


def _text(said: str) -> str:
    """What a terminal would show: of a line that is written over, the last state."""
    lines = (line.rpartition("\r")[2].rstrip() for line in _ESCAPE.sub("", said).split("\n"))
    return "```text\n" + "\n".join(lines).strip("\n") + "\n```"


def _without_blank_lines(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.strip())
