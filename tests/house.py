"""The house in numbers: code lines of every room, and who imports whom.

`hatch run house` prints the table that stands in `docs/architecture.md`.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGES = Path(__file__).parents[1] / "packages"

# Each ring imports itself and the rings named here: arrows point inwards.
RINGS = {
    "cornu_engine": "",
    "cornu_ops": "cornu_engine",
    "cornu_backend_numpy": "cornu_engine",
    "cornu_lowering": "cornu_engine",
    "cornu_data": "cornu_engine",
    "cornu_backend_opencl": "cornu_engine cornu_ops cornu_lowering",
    "cornu_backend_native": "cornu_engine cornu_lowering",
    "cornu_export": "cornu_engine cornu_ops cornu_lowering",
    "cornu": "cornu_engine cornu_ops cornu_data",
    "cornu_layers": "cornu_engine cornu_ops cornu_data cornu",
    "cornu_optim": "cornu_engine cornu_ops cornu_data cornu",
    "cornu_keras": "cornu_engine cornu_ops cornu_data cornu",
    "cornu_preprocessing": "cornu_engine cornu_ops cornu_data cornu",
    "cornu_sklearn": "cornu_engine cornu_ops cornu_data cornu",
    "cornu_distributed": "cornu_engine cornu_ops cornu_data cornu",
}

# A text that is a module, or something in one: "cornu_layers.core:Dense".
REFERENCE = re.compile(r"(cornu\w*(?:\.\w+)*)(?::\w+)?")
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


@dataclass(frozen=True)
class Import:
    """One import: which module, of which kind, in which line.

    Attributes
    ----------
    module : str
        The nearest module of ours; "cornu.base" for `from cornu.base import Layer`.
    kind : {"early", "late", "typing", "string", "stub"}
        When the file is loaded, when a function is called, for type checkers, as a text, or in the
        stub that `cornu_engine.lazy` reads.
    line : int
    """

    module: str
    kind: str
    line: int


def modules(root: Path = PACKAGES) -> dict[str, Path]:
    """Return every module of ours, with its file."""
    files = {}
    for source in sorted(root.glob("*/src")):
        for path in sorted(source.rglob("*.py")):
            parts = path.relative_to(source).with_suffix("").parts
            files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return files


def imports(path: Path, module: str, known: dict[str, Path]) -> Iterator[Import]:
    """Yield what a module imports of the known ones, in all ways."""
    yield from _imports(path, module, known, "early")
    stub = path.with_suffix(".pyi")
    if stub.exists() and "lazy(__name__" in path.read_text(encoding="utf-8"):
        yield from _imports(stub, module, known, "stub")


def _imports(path: Path, module: str, known: dict[str, Path], kind: str) -> Iterator[Import]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = module if path.stem == "__init__" else module.rpartition(".")[0]

    def nearest(name: str) -> str:
        while name and name not in known:
            name = name.rpartition(".")[0]
        return name

    def walk(node: ast.AST, kind: str) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            below = kind
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                below = "typing"
            elif kind == "early" and isinstance(
                child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
            ):
                below = "late"
            for name in _named(child, package):
                if nearest(name):
                    yield Import(nearest(name), below, child.lineno)  # type: ignore[attr-defined]
            if isinstance(child, ast.Constant) and isinstance(child.value, str):
                text = REFERENCE.fullmatch(child.value)
                if text and text[1] in known and (":" in child.value or "." in child.value):
                    yield Import(text[1], "string", child.lineno)
            yield from walk(child, below)

    for found in walk(tree, kind):
        # `from cornu_ops import nn` inside of cornu_ops asks for nn, not for the package.
        if found.module != module:
            yield found


def _named(node: ast.AST, package: str) -> Iterator[str]:
    """Yield the full names that a statement, or a text, asks for."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            base = ".".join([*package.split(".")[: -(node.level - 1) or None], base]).strip(".")
        yield from (f"{base}.{alias.name}" for alias in node.names)


def code_lines(path: Path) -> int:
    """Count the lines of a file that hold code: no docstrings, comments or blank lines."""
    text = path.read_text(encoding="utf-8")
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for statement in node.body:
                if _is_text(statement):
                    lines -= set(range(statement.lineno, (statement.end_lineno or 0) + 1))
    return len(lines)


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def rooms(known: dict[str, Path] | None = None) -> dict[str, Counter[str]]:
    """Return the code lines of each room of each distribution; files without one are top."""
    table: dict[str, Counter[str]] = {}
    for module, path in (known or modules()).items():
        ring, *inner = module.split(".")
        is_room = len(inner) > 1 or (inner and path.name == "__init__.py")
        room = inner[0] if is_room else "top"
        table.setdefault(ring, Counter())[room] += code_lines(path)
    return table


def table() -> str:
    """Return the table of code lines as it stands in the documentation."""
    lines = ["| module | code | rooms |", "|---|---|---|"]
    counted = rooms()
    for ring in RINGS:
        of_rooms = " · ".join(f"{room} {n:,}" for room, n in counted[ring].most_common())
        lines.append(f"| `{ring}` | {counted[ring].total():,} | {of_rooms} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
