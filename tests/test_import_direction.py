"""Imports run one way: core imports no plugin, and each part of core only the parts below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGES = Path(__file__).parents[1] / "packages"

# The parts of core from the ground up. Each may import itself and what stands before it.
CORE = (
    ("version", "errors"),
    ("config",),
    ("tree",),
    ("engine",),
    ("ops",),
    ("random",),
    ("plugins", "aliases"),
    ("saving.rules", "saving.sharing", "saving.function_names"),
    ("saving.annotated", "saving.known"),
    ("saving.config",),  # objects as plain values; files stand at the top
    ("backends",),
    ("engine.functional",),  # grad and value_and_grad run what they build, so they need a backend
    ("base",),
    ("dtype_policies", "mixed_precision"),
    ("training",),  # a model is a layer that can be trained, so training stands below it
    ("saving.operation_table",),
    ("saving.operations",),  # a graph of layers holds some
    ("models",),
    ("saving",),
    ("export",),
    ("saved_model",),
    ("backend",),
    ("testing",),
    ("utils",),
    ("cli", "plugin", "__main__"),
)
HEIGHT = {part: height for height, parts in enumerate(CORE) for part in parts}

# What each distribution may import of Cornu besides itself.
ALLOWED = {
    "core": {"cornu"},
    "layers": {"cornu", "cornu_layers"},
    "optim": {"cornu", "cornu_optim"},
    "preprocessing": {"cornu", "cornu_preprocessing"},
    "sklearn-wrappers": {"cornu", "cornu_sklearn"},
    "backend-numpy": {"cornu", "cornu_backend_numpy"},
    "backend-opencl": {"cornu", "cornu_backend_opencl"},
}


def sources(package: str) -> dict[str, Path]:
    """Module names of a package, each with its file."""
    root = PACKAGES / package / "src"
    found = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path, module: str, *, late: bool) -> Iterator[str]:
    """The modules that a file imports when it is loaded; with `late`, those in functions too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in _statements(tree, late):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*package.split(".")[: -(node.level - 1) or None], base]).strip(".")
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _statements(node: ast.AST, late: bool) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue  # for type checkers; never run
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and not late:
            continue
        yield child
        yield from _statements(child, late)


@pytest.mark.parametrize("package", ALLOWED)
def test_no_distribution_imports_another_but_core(package):
    wrong = [
        f"{module} imports {imported}"
        for module, path in sources(package).items()
        for imported in imports(path, module, late=True)
        if imported.startswith("cornu") and imported.partition(".")[0] not in ALLOWED[package]
    ]
    assert wrong == []


def test_each_part_of_core_imports_only_what_stands_below_it():
    known = sources("core")
    wrong = []
    for module, path in known.items():
        own = _height(module)
        if own is None:
            continue  # the facades, and cornu itself: tested below
        for imported in imports(path, module, late=False):
            height = _height(imported) if imported in known else None
            if height is not None and height > own:
                wrong.append(f"{module} imports {imported}")
    assert wrong == []


def test_core_has_no_part_whose_height_is_unknown():
    known = sources("core")
    facades = {
        _part(module)
        for module, path in known.items()
        if "cornu.plugins.facade" in set(imports(path, module, late=False))
    }
    parts = {_part(module) for module in known} - {""}
    assert parts - set(HEIGHT) == facades - {"plugins"}


def test_no_module_of_core_imports_itself_through_others():
    known = sources("core")
    graph = {
        module: {i for i in imports(path, module, late=False) if i in known and i != module}
        for module, path in known.items()
    }
    # `from cornu import ops` loads cornu, which loads nothing but the door; likewise for a package
    # whose __init__ imports its own modules.
    for module, imported in graph.items():
        graph[module] = {i for i in imported if not module.startswith(f"{i}.") and i != "cornu"}
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_the_reading_of_imports_sees_what_it_should(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import a\n"
        "try:\n    import b.c\nexcept ImportError:\n    from d import e\n"
        "def f():\n    import g\n"
        "from . import h\nfrom ..i import j\n"
    )
    early = set(imports(path, "p.q.module", late=False))
    assert early == {
        "typing", "typing.TYPE_CHECKING", "b.c", "d", "d.e", "p.q", "p.q.h", "p.i", "p.i.j",
    }  # fmt: skip
    assert set(imports(path, "p.q.module", late=True)) - early == {"g"}


def _height(module: str) -> int | None:
    return HEIGHT.get(module.partition(".")[2], HEIGHT.get(_part(module)))


def _part(module: str) -> str:
    """`engine` of `cornu_engine.graph`; empty for `cornu` itself."""
    return module.partition(".")[2].partition(".")[0]
