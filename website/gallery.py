"""The gallery: tutorials and examples, each with a picture of what comes of it.

Examples run while the site is built. Their pictures are those whose files they name in what they
say of themselves; of one that draws nothing, the gallery shows the terminal.
"""

from __future__ import annotations

import ast
import html
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from website.notebooks import Page

FOLDER = Path(__file__).parents[1] / "examples"
_NAMED = re.compile(r"`([\w./-]+\.png)`")
_SECONDS = 300
_COLUMNS, _LINES = 46, 13  # of a terminal that is three quarters as high as wide


@dataclass
class Example:
    """A program that has run."""

    path: Path
    printed: str = ""
    pictures: dict[str, bytes] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its page, below `examples`."""
        return self.path.stem

    @property
    def title(self) -> str:
        """The first sentence of what it says of itself."""
        return said(self.path).partition("\n")[0].rstrip(".")

    @property
    def thumbnail(self) -> str:
        """What the gallery shows of it."""
        return next(iter(self.pictures))

    @property
    def markdown(self) -> str:
        """Its page: what it is for, what it draws and prints, and the program."""
        shown = [f"![What it draws]({name})" for name in self.pictures if name.endswith(".png")]
        return "\n\n".join(
            [
                f"# {self.title}",
                said(self.path).partition("\n")[2].strip(),
                f"`python examples/{self.path.name}` runs it, and prints:",
                f"```text\n{self.printed.rstrip()}\n```",
                *shown,
                f'```python title="examples/{self.path.name}"\n'
                f"{self.path.read_text(encoding='utf-8').rstrip()}\n```\n",
            ]
        )


def scripts() -> list[Path]:
    """The examples."""
    return sorted(FOLDER.glob("*.py"))


def said(path: Path) -> str:
    """What an example says of itself."""
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


_done: dict[str, Example] = {}  # by text, while `mkdocs serve` goes on


def examples() -> dict[str, Example]:
    """Run all examples, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return {example.name: example for example in pool.map(_example, scripts())}


def _example(path: Path) -> Example:
    text = path.read_text(encoding="utf-8")
    if text not in _done:
        _done[text] = run(path)
    return _done[text]


def run(path: Path) -> Example:
    """Run one example."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, str(path)],
            cwd=folder,
            env={**os.environ, "MPLBACKEND": "agg"},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
        if done.returncode:
            raise RuntimeError(f"{path.name} ended with {done.returncode}:\n{done.stderr}")
        example = Example(path, done.stdout)
        for number, name in enumerate(_NAMED.findall(said(path)), start=1):
            example.pictures[f"{path.stem}-{number}.png"] = (Path(folder) / name).read_bytes()
    if not example.pictures:
        lines = [f"$ python {path.name}", *done.stdout.splitlines()]
        example.pictures[f"{path.stem}.svg"] = terminal(lines).encode()
    return example


def terminal(lines: list[str]) -> str:
    """Draw lines as a terminal shows them, the last ones where there are too many."""
    folded = [part for line in lines[1:] for part in textwrap.wrap(line, _COLUMNS) or [""]]
    kept = [*lines[:1], *folded[max(0, len(folded) - _LINES + 1) :]]
    rows = "".join(
        f'<text x="20" y="{52 + 20 * n}" xml:space="preserve">{html.escape(line)}</text>'
        for n, line in enumerate(kept)
    )
    dots = "".join(f'<circle cx="{20 + 16 * n}" cy="18" r="5" fill="#777"/>' for n in range(3))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 424 318">'
        f'<rect width="424" height="318" rx="8" fill="#22272e"/>{dots}'
        f'<g font-family="monospace" font-size="14" fill="#e6edf3">{rows}</g></svg>'
    )


def filled(
    markdown: str, tutorials: Mapping[str, Page], examples: Mapping[str, Example], here: str
) -> str:
    """Put the cards where a page asks for them."""
    folder = "" if here.startswith("tutorials/") else "examples/"
    for kind, pages in {"tutorials": tutorials, "examples": examples}.items():
        mark = f"<!-- gallery of {kind} -->"
        if mark in markdown:
            cards = "\n".join(_card(page, folder) for page in pages.values())
            grid = f'<div class="grid cards" markdown>\n\n{cards}\n</div>'
            markdown = markdown.replace(mark, grid)
    return markdown


def _card(page: Page | Example, folder: str) -> str:
    link = f"({folder}{page.name}.md)"
    picture = f"[![{page.title}]({folder}{page.thumbnail})]{link}" if page.thumbnail else ""
    introduction = f"\n\n    {page.introduction}" if isinstance(page, Page) else ""
    return f"-   {picture}\n\n    **[{page.title}]{link}**{introduction}\n"
