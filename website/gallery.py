"""The gallery: tutorials and examples, each with a picture of what comes of it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

from website.notebooks import Page

FOLDER = Path(__file__).parents[1] / "examples"


def example_files() -> dict[str, str]:
    """Return the page of each example, by its path below `docs`."""
    return {f"examples/{path.stem}.md": _example(path) for path in scripts()}


def scripts() -> list[Path]:
    """The examples."""
    return sorted(FOLDER.glob("*.py"))


def said(path: Path) -> str:
    """What an example says of itself."""
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def _title(path: Path) -> str:
    return said(path).partition("\n")[0].rstrip(".")


def _example(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    below = said(path).partition("\n")[2].strip()
    return "\n".join(
        [
            f"# {_title(path)}",
            "",
            below,
            "",
            f"`python examples/{path.name}` runs it.",
            "",
            f'```python title="examples/{path.name}"',
            text.rstrip(),
            "```",
            "",
        ]
    )


def filled(markdown: str, tutorials: Mapping[str, Page]) -> str:
    """Put the cards where a page asks for them."""
    if "<!-- gallery of tutorials -->" in markdown:
        cards = "\n".join(map(_card, tutorials.values()))
        grid = f'<div class="grid cards" markdown>\n\n{cards}\n</div>'
        markdown = markdown.replace("<!-- gallery of tutorials -->", grid)
    return markdown


def _card(page: Page) -> str:
    picture = f"[![{page.title}]({page.thumbnail})]({page.name}.md)" if page.thumbnail else ""
    return f"-   {picture}\n\n    **[{page.title}]({page.name}.md)**\n\n    {page.introduction}\n"
