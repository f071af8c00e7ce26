"""The code in the pages of the docs: run it, compare what it prints with what the page shows.

Blocks of ``python`` run in order, in one namespace per page. A block of ``text`` after one is its
output; it may wrap lines, and ``...`` in it stands for anything. Where it shows an exception, the
block raises it. A block that imports what this Python is too old for is left out. Blocks of ``py``
are quotations, and their title names the file.

    python tests/pages.py docs/errors.md            # run the code of a page
    python tests/pages.py --write docs/errors.md    # and write what it prints now into the page
"""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import sys
import textwrap
import types
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
WIDTH = 100
_FENCE = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.M | re.S)
NEEDS = {"zarr": (3, 11)}  # the Python of libraries that need a later one than Cornu
_IMPORT = re.compile(r"^(?:import|from) (\w+)", re.M)
_SAME = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what stands in it, and where."""

    language: str
    title: str | None
    text: str
    line: int
    span: tuple[int, int]


def blocks(path: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    page = path.read_text(encoding="utf-8")
    return [
        Block(m[1], m[2], m[3], page.count("\n", 0, m.start(3)) + 1, m.span(3))
        for m in _FENCE.finditer(page)
    ]


def runs_on(block: Block, version: tuple[int, ...]) -> bool:
    """Whether a Python has all that a block imports."""
    return all(NEEDS.get(name, ()) <= version for name in _IMPORT.findall(block.text))


def run(path: Path, *, write: bool = False) -> list[str]:
    """Run the code of a page and return what differs from what it shows, in words."""
    wrong: list[str] = []
    news: list[tuple[tuple[int, int], str]] = []
    module = types.ModuleType("page")
    sys.modules["page"] = module  # classes of the page are found where they say they are
    chain = [b for b in blocks(path) if b.language in ("python", "text")]
    for block, after in zip(chain, [*chain[1:], None], strict=True):
        if block.language == "text" or not runs_on(block, sys.version_info):
            continue
        shown = after if after is not None and after.language == "text" else None
        printed = _execute(block, path, vars(module), may_raise=shown is not None)
        if shown is None:
            continue
        same = doctest.OutputChecker().check_output(shown.text, printed, _SAME)
        if not same:
            place = f"{path.name}:{shown.line}"
            wrong.append(f"{place} shows\n{shown.text}\nbut the code prints\n{printed}")
        if not (same and "..." in shown.text):
            news.append((shown.span, printed))
    if write:
        page = path.read_text(encoding="utf-8")
        for (start, stop), text in reversed(news):
            page = page[:start] + text + page[stop:]
        path.write_text(page, encoding="utf-8")
    return wrong


def _execute(block: Block, path: Path, namespace: dict, *, may_raise: bool) -> str:
    code = compile("\n" * (block.line - 1) + block.text, str(path), "exec")
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(code, namespace)
    except Exception as error:
        if not may_raise:
            raise
        message = f"{type(error).__name__}: {error}"
        lines = [textwrap.fill(line, WIDTH) for line in message.splitlines()]
        print(*lines, sep="\n", file=out)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().strip("\n").splitlines())


def main(arguments: list[str]) -> int:
    """Run one page, and say what differs."""
    write, (name,) = "--write" in arguments, [a for a in arguments if a != "--write"]
    wrong = run(Path(name).resolve(), write=write)
    if not write:
        print(*wrong, sep="\n\n")
    return int(bool(wrong) and not write)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
