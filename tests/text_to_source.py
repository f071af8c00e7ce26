"""Follows text that is not ours through the modules that write source, up to the source itself.

Scopes, paths, labels and names of programs are foreign. What holds foreign text is found as a fixed
point over local names, parameters, results and attributes (attributes of one name are one), without
regard to the order of statements: rather too much than too little. What the functions of
`cornu_engine.sourcetext` return is not foreign any more. What a generator yields is its result, and
a container whose key is foreign is foreign.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Iterator
from pathlib import Path

WALL = "cornu_engine.sourcetext"
CLEANS = frozenset({"identifier", "comment", "number"})
FOREIGN = frozenset({"scope", "path"})  # attributes, of nodes and variables
NAMED = frozenset({"plan", "program", "variable", "v", "spec"})  # whose `name` is foreign
KEYS = frozenset({"name", "layer"})  # of what descriptions hold, whose values are foreign
LABELS = frozenset({"labels"})  # methods that return foreign text
GIVEN = frozenset({"filepath", "name", "output_names"})  # parameters of functions that write files
WRITERS = frozenset({"write_c", "write_python"})
TEXTS = frozenset({"Call"})  # classes of text
HOLDERS = frozenset({"leaf", "Variable", "trace.input"})  # make values whose names are `FOREIGN`
SINKS = (
    ("attribute", "text"),
    ("result", "_text"),
    ("result", "text"),
    ("attribute", "source"),  # of a file in C
    ("attribute", "header"),
)
_TELLS = frozenset("len isinstance any all bool range id hash type int float".split())
_PUTS = frozenset("append extend insert add update setdefault".split())

Cell = tuple[str, str]  # ("attribute" or "result" or a function, name)


class Flow:
    """What foreign text reaches in some modules.

    Parameters
    ----------
    sources : iterable of str
        Of the modules.
    without : int, optional
        A call of the wall that is taken for one that changes nothing: proves that it is seen.

    Attributes
    ----------
    calls : list of str
        Of the wall, by the function that is called.
    """

    def __init__(self, sources: Iterable[str], without: int | None = None) -> None:
        self.without, self.calls = without, []
        self.foreign: set[Cell] = set()
        self.functions: dict[str, list[tuple[str, list[str]]]] = {}
        self.fields: dict[str, list[str]] = {}  # of each class
        self.bases: set[str] = set()  # of classes
        self._numbers: dict[ast.AST, int] = {}
        trees = [_parsed(source) for source in sources]
        scopes = [scope for i, tree in enumerate(trees) for scope in self._scopes(tree, i)]
        before = -1
        while len(self.foreign) != before:
            before = len(self.foreign)
            for around, statements, cleans in scopes:
                self._around, self._cleans = around, cleans
                for statement in statements:
                    self._run(statement)

    @property
    def reached(self) -> list[Cell]:
        """The sinks that foreign text gets to."""
        return [sink for sink in SINKS if sink in self.foreign]

    # ---- what there is

    def _scopes(self, tree: ast.Module, number: int) -> Iterator[tuple]:
        cleans = {
            alias.asname or alias.name
            for node in tree.body
            if isinstance(node, ast.ImportFrom) and node.module == WALL
            for alias in node.names
            if alias.name in CLEANS
        }
        cleans |= {f"sourcetext.{name}" for name in CLEANS}
        yield from self._inside(tree, (f"module {number}",), cleans)

    def _inside(self, owner: ast.AST, around: tuple[str, ...], cleans: set[str]) -> Iterator[tuple]:
        statements = []
        for node in _statements(owner):
            if isinstance(node, ast.FunctionDef):
                own = f"{around[-1]}.{node.name}:{node.lineno}"
                args = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
                args += [a.arg for a in node.args.kwonlyargs]
                if node.name in WRITERS:
                    self.foreign |= {(own, arg) for arg in args if arg in GIVEN}
                known = owner.name if node.name == "__init__" else node.name  # type: ignore[attr-defined]
                self.functions.setdefault(known, []).append((own, args))
                yield from self._inside(node, (*around, own), cleans)
            elif isinstance(node, ast.ClassDef):
                self.fields[node.name] = [
                    n.target.id
                    for n in node.body
                    if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)
                ]
                self.bases |= {_text(base) for base in node.bases}
                yield from self._inside(node, around, cleans)
            else:
                statements.append(node)
        name = around[-1].rpartition(".")[2].partition(":")[0]
        yield (*around, name), statements, cleans

    # ---- statements

    def _run(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._assign(target, node.value)
        elif isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
            self._assign(node.target, node.value)
        elif isinstance(node, ast.For):
            self._bind_each(node.target, node.iter)
        elif isinstance(node, ast.With):
            for item in node.items:
                found = self._is_foreign(item.context_expr)
                if item.optional_vars is not None:
                    self._bind(item.optional_vars, found)
        elif isinstance(node, ast.Return) and node.value is not None:
            self._note(("result", self._around[-1]), self._is_foreign(node.value))
        elif isinstance(node, ast.Expr):
            found = self._is_foreign(node.value)
            if isinstance(node.value, ast.Yield | ast.YieldFrom):
                self._note(("result", self._around[-1]), found)
        elif isinstance(node, ast.If | ast.While | ast.Assert):
            self._is_foreign(node.test)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs = list(zip(target.elts, value.elts, strict=True))
        for one, given in pairs:
            self._bind(one, self._is_foreign(given))

    def _bind_each(self, target: ast.expr, values: ast.expr) -> None:
        called = _text(values.func) if isinstance(values, ast.Call) else ""
        if isinstance(target, ast.Tuple) and isinstance(values, ast.Call):
            if called == "zip" and len(target.elts) == len(values.args):
                for one, given in zip(target.elts, values.args, strict=True):
                    self._bind_each(one, given)
                return
            if called == "enumerate":
                self._bind_each(target.elts[1], values.args[0])
                return
        self._bind(target, self._is_foreign(values))

    def _bind(self, target: ast.expr, foreign: bool) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            for element in target.elts:
                self._bind(element, foreign)
        elif isinstance(target, ast.Name):
            self._note((self._around[-2], target.id), foreign)
        elif isinstance(target, ast.Attribute):
            self._note(("attribute", target.attr), foreign)
        elif isinstance(target, ast.Subscript):
            self._bind(target.value, foreign or self._is_foreign(target.slice))
        elif isinstance(target, ast.Starred):
            self._bind(target.value, foreign)

    def _note(self, cell: Cell, foreign: bool) -> None:
        if foreign:
            self.foreign.add(cell)

    # ---- expressions

    def _is_foreign(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Name):
            return any((function, node.id) in self.foreign for function in self._around)
        if isinstance(node, ast.Attribute):
            self._is_foreign(node.value)
            owner = _text(node.value).rpartition(".")[2]
            return (
                node.attr in FOREIGN
                or (node.attr == "name" and owner in NAMED)
                or ("attribute", node.attr) in self.foreign
            )
        if isinstance(node, ast.Subscript):
            return self._is_foreign(node.value) or _is_key(node.slice)
        if isinstance(node, ast.Compare):
            self._any(ast.iter_child_nodes(node))
            return False
        if isinstance(node, ast.IfExp):
            self._is_foreign(node.test)
            return self._any([node.body, node.orelse])
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            for made in node.generators:
                self._bind_each(made.target, made.iter)
                self._any(made.ifs)
            parts = [getattr(node, part, None) for part in ("key", "value", "elt")]
            return self._any(part for part in parts if part is not None)
        if isinstance(node, ast.NamedExpr):
            self._bind(node.target, self._is_foreign(node.value))
        return self._any(ast.iter_child_nodes(node))

    def _any(self, parts: Iterable[ast.AST]) -> bool:
        return sum(self._is_foreign(part) for part in parts) > 0  # all are looked at

    def _call(self, node: ast.Call) -> bool:
        called = _text(node.func)
        name = called.rpartition(".")[2]
        given = [(None, a, self._is_foreign(a)) for a in node.args]
        given += [(k.arg, k.value, self._is_foreign(k.value)) for k in node.keywords]
        some = any(foreign for _, _, foreign in given)
        if called in self._cleans:
            number = self._numbers.setdefault(node, len(self._numbers))
            if number == len(self.calls):
                self.calls.append(name)
            return some and number == self.without
        if name in _TELLS or any(called.endswith(holder) for holder in HOLDERS):
            return False
        if isinstance(node.func, ast.Attribute):
            base = self._is_foreign(node.func.value)
            if name in LABELS or (name == "get" and node.args and _is_key(node.args[0])):
                return True
            if name in _PUTS:
                self._bind(node.func.value, some)
        else:
            base = False
        known = self.functions.get(name, [])
        if called == "super().__init__":
            known = [each for base in self.bases for each in self.functions.get(base, [])]
        elif name in self.fields and not known:  # a table of fields, or text with some
            self._pass_on([("attribute", f) for f in self.fields[name]], given, "attribute")
            return some and name in TEXTS
        for own, parameters in known:
            first = 1 if parameters[:1] in (["self"], ["cls"]) else 0
            self._pass_on([(own, p) for p in parameters[first:]], given, own)
        if known:
            return ("result", name) in self.foreign
        return base or some

    def _pass_on(self, cells: list[Cell], given: list, own: str) -> None:
        for place, (key, value, foreign) in enumerate(given):
            if isinstance(value, ast.Starred):
                for cell in cells[place:]:
                    self._note(cell, foreign)
            elif key is not None:
                self._note((own, key), foreign)
            elif place < len(cells):
                self._note(cells[place], foreign)


_parsed = functools.cache(ast.parse)
_text = functools.cache(ast.unparse)


def _is_key(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value in KEYS


def _statements(owner: ast.AST) -> Iterator[ast.stmt]:
    """Yield all statements of a function, those in blocks too; definitions are not entered."""
    for node in ast.iter_child_nodes(owner):
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.expr):
            yield from _statements(node)


def modules(*folders: Path) -> list[str]:
    """Return the sources of all modules in some folders."""
    return [path.read_text() for folder in folders for path in sorted(folder.rglob("*.py"))]
