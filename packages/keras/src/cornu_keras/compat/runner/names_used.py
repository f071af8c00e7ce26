"""What a script imports, and the names it uses of that: read from its source, nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cornu_keras.compat.runner.places import ROOTS

__all__ = ["Script", "Use", "read"]

_TOPS = {root.partition(".")[0] for root in ROOTS} - {"tensorboard"}
_NOT_THERE = {"ImportError", "ModuleNotFoundError", "AttributeError", "Exception", "BaseException"}


@dataclass(frozen=True)
class Use:
    """A name of another library, where a script uses it.

    Attributes
    ----------
    path : str
        "keras.layers.Dense".
    file : str
    line : int
    is_module : bool
        Whether it is imported as a module: `import keras.layers`.
    in_try : bool
        Whether the script goes on where it is missing.
    """

    path: str
    file: str
    line: int
    is_module: bool = False
    in_try: bool = False


@dataclass
class Script:
    """The names that a script and its own modules use.

    Attributes
    ----------
    uses : list of Use
        In the order of the source.
    backend : str
        What it sets KERAS_BACKEND to.
    """

    uses: list[Use] = field(default_factory=list)
    backend: str = ""


def read(source: str | bytes, file: str, folder: Path | None) -> Script:
    """Read a script.

    Parameters
    ----------
    source : str or bytes
    file : str
        Its name, for messages.
    folder : Path, optional
        Where it looks for its own modules, which are read too.

    Examples
    --------
    >>> script = read("from keras import layers as l\\nl.Dense(3)", "script.py", None)
    >>> [(use.path, use.line) for use in script.uses]
    [('keras', 1), ('keras.layers', 1), ('keras.layers.Dense', 2)]
    """
    script = Script()
    _Reader(script, folder, set()).read(source, file, "")
    return script


class _Reader:
    """Goes through the statements; `bound` says which names stand for modules."""

    def __init__(self, script: Script, folder: Path | None, read_already: set[Path]) -> None:
        self.script = script
        self.folder = folder
        self.read_already = read_already
        self.file = ""
        self.package = ""
        self.in_try = False

    def read(self, source: str | bytes, file: str, package: str) -> None:
        try:
            tree = ast.parse(source, file)
        except (SyntaxError, ValueError):
            return  # said when it runs
        self.file, self.package = file, package
        self.block(tree, {})

    def block(self, tree: ast.AST, bound: dict[str, str]) -> None:
        """Read a scope."""
        inner = {n: p for n, p in bound.items() if n not in _assigned(tree)}
        # Functions are called when all of the scope's imports are done.
        later: list[ast.AST] = []
        for child in ast.iter_child_nodes(tree):
            self.node(child, inner, later)
        for function in later:
            self.block(function, inner)

    def node(self, node: ast.AST, bound: dict[str, str], later: list[ast.AST]) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.imported(alias.name, node, is_module=True)
                top = alias.name.partition(".")[0]
                bound[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            self.import_from(node, bound)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for part in [*getattr(node, "decorator_list", []), *node.args.defaults]:
                self.node(part, bound, later)
            later.append(node)
        elif isinstance(node, ast.Attribute | ast.Name):
            self.name(node, bound, later)
        elif isinstance(node, ast.Try):
            self.attempt(node, bound, later)
        else:
            if isinstance(node, ast.Assign):
                self.assign(node)
            for child in ast.iter_child_nodes(node):
                self.node(child, bound, later)

    def imported(self, path: str, node: ast.AST, is_module: bool) -> None:
        if path.partition(".")[0] in _TOPS:
            self.use(path, node, is_module)
        else:
            self.own_module(path)

    def import_from(self, node: ast.ImportFrom, bound: dict[str, str]) -> None:
        base = node.module or ""
        if node.level:
            above = self.package.split(".")
            base = ".".join([*above[: len(above) - node.level + 1], *filter(None, [base])])
        self.imported(base, node, is_module=True)
        for alias in node.names:
            if alias.name == "*":
                continue
            path = f"{base}.{alias.name}"
            bound[alias.asname or alias.name] = path
            self.imported(path, node, is_module=False)

    def name(self, node: ast.AST, bound: dict[str, str], later: list[ast.AST]) -> None:
        chain: list[str] = []
        root: ast.AST = node
        while isinstance(root, ast.Attribute):
            chain.append(root.attr)
            root = root.value
        if not isinstance(root, ast.Name):
            self.node(root, bound, later)
        elif chain and bound.get(root.id, "").partition(".")[0] in _TOPS:
            self.use(".".join([bound[root.id], *reversed(chain)]), node, is_module=False)

    def attempt(self, node: ast.Try, bound: dict[str, str], later: list[ast.AST]) -> None:
        caught = {
            n.id if isinstance(n, ast.Name) else "Exception"
            for handler in node.handlers
            for n in (ast.walk(handler.type) if handler.type else [handler])
        }
        before, self.in_try = self.in_try, self.in_try or bool(caught & _NOT_THERE)
        for child in node.body:
            self.node(child, bound, later)
        self.in_try = before
        for rest in [*node.handlers, *node.orelse, *node.finalbody]:
            self.node(rest, bound, later)

    def assign(self, node: ast.Assign) -> None:
        # os.environ["KERAS_BACKEND"] = "torch"
        target, value = node.targets[0], node.value
        if (
            isinstance(target, ast.Subscript)
            and isinstance(target.slice, ast.Constant)
            and target.slice.value == "KERAS_BACKEND"
            and isinstance(value, ast.Constant)
        ):
            self.script.backend = str(value.value)

    def use(self, path: str, node: ast.AST, is_module: bool) -> None:
        line = getattr(node, "lineno", 0)
        self.script.uses.append(Use(path, self.file, line, is_module, self.in_try))

    def own_module(self, path: str) -> None:
        """Read a module that lies beside the script."""
        for file in _files(self.folder, path):
            if file not in self.read_already:
                self.read_already.add(file)
                package = path if file.name == "__init__.py" else path.rpartition(".")[0]
                reader = _Reader(self.script, self.folder, self.read_already)
                reader.read(file.read_bytes(), str(file), package)


def _files(folder: Path | None, path: str) -> Iterator[Path]:
    """Yield the files of a module, those of its packages before it."""
    place = folder
    for part in path.split("."):
        if place is None or not part:
            return
        place = place / part
        if (place / "__init__.py").is_file():
            yield place / "__init__.py"
        elif place.with_suffix(".py").is_file():
            yield place.with_suffix(".py")
            return
        elif not place.is_dir():
            return


def _assigned(scope: ast.AST) -> set[str]:
    """Return the names that a scope gives another meaning to."""
    if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return set()
    arguments = {node.arg for node in ast.walk(scope.args) if isinstance(node, ast.arg)}
    return arguments | {
        node.id
        for node in ast.walk(scope)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
