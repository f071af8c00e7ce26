"""Write the lists of names that the real libraries have, from the libraries themselves.

    python make_names.py keras2 PATH_OF_KERAS_2_3_1/keras   # reads its source, imports nothing
    python make_names.py tfkeras                            # needs tf_keras
    python make_names.py keras3                             # needs Keras 3
    python make_names.py tensorflow                         # needs TensorFlow

Each writes `names/LIBRARY.txt` in the room of the runner: facts, no code.
"""

from __future__ import annotations

import ast
import sys
import textwrap
import warnings
from importlib import import_module
from pathlib import Path
from types import ModuleType

NAMES = Path(__file__).parents[2] / "packages/keras/src/cornu_keras/compat/runner/names"
Names = dict[str, set[str]]

# What no script of a user asks for.
APART = ("raw_ops", "protobuf", "src", "lite", "mlir", "autograph", "dtensor", "tpu", "xla")


def of_source(folder: Path) -> Names:
    """Read the public names of a package from its source."""
    modules = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    names: Names = {}
    for module in modules:
        _read(module, modules, names)
    for module in modules:
        parent, _, child = module.rpartition(".")
        if parent:
            names[parent].add(child)
    return names


def _read(module: str, modules: dict[str, Path], names: Names) -> set[str]:
    if module in names:
        return names[module]
    found = names[module] = set()
    path = modules[module]
    package = module if path.stem == "__init__" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *filter(None, [base])])
            if base.partition(".")[0] not in ("keras", "keras_applications", "keras_preprocessing"):
                continue
            for alias in node.names:
                if alias.name != "*":
                    found.add(alias.asname or alias.name)
                elif base in modules:
                    found |= _read(base, modules, names)
    for node in _outside_of_functions(ast.parse(path.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                found |= {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
    names[module] = found = {n for n in found if n == "__version__" or not n.startswith("_")}
    return found


def _outside_of_functions(body: list[ast.stmt]) -> list[ast.stmt]:
    found = []
    for node in body:
        found.append(node)
        for part in ("body", "orelse", "finalbody"):
            if not isinstance(node, ast.FunctionDef | ast.ClassDef):
                found += _outside_of_functions(getattr(node, part, []))
        for handler in getattr(node, "handlers", []):
            found += _outside_of_functions(handler.body)
    return found


def of_module(module: ModuleType, name: str, apart: tuple[str, ...], names: Names) -> Names:
    """Walk what is public below a module."""
    found = names[name] = set()
    for child in sorted(dir(module)):
        if child in apart or (child.startswith("_") and child != "__version__"):
            continue
        try:
            part = getattr(module, child)
            home = getattr(part, "__name__", "")
        except Exception:  # what is loaded late, and cannot be
            continue
        full = f"{name}.{child}"
        if not isinstance(part, ModuleType):
            found.add(child)
        elif home.partition(".")[0] in ("keras", "tf_keras"):
            found.add(child)
            if full not in names and name.count(".") < 5:
                of_module(part, full, apart, names)
        elif "_api" in home:
            found.add(child)
            of_module(part, full, apart, names)
    return names


def written(names: Names) -> str:
    """Return the text of a list."""
    lines = []
    for module, found in sorted(names.items()):
        lines.append(f"[{module}]")
        lines += textwrap.wrap(" ".join(sorted(found)), 100, break_on_hyphens=False)
    return "\n".join(lines) + "\n"


def renamed(names: Names, old: str, new: str) -> Names:
    """Return the same with another name at the root."""
    return {module.replace(old, new, 1): found for module, found in names.items()}


def make(library: str, source: str = "") -> Names:
    """Return the names of one library."""
    warnings.simplefilter("ignore")
    if library == "keras2":
        return of_source(Path(source))
    if library == "tfkeras":
        module = import_module("tf_keras")
        found = renamed(of_module(module, "tf_keras", APART, {}), "tf_keras", "keras")
        # Until 2.12.
        found["keras"] |= {"wrappers"}
        found["keras.wrappers"] = {"scikit_learn"}
        found["keras.wrappers.scikit_learn"] = {"KerasClassifier", "KerasRegressor"}
        return found
    if library == "keras3":
        return of_module(import_module("keras"), "keras", APART, {})
    newer = of_module(import_module("tensorflow"), "tensorflow", (*APART, "keras", "v1", "v2"), {})
    older = of_module(
        import_module("tensorflow.compat.v1"), "tensorflow", (*APART, "keras", "compat"), {}
    )
    for module, found in newer.items():
        older[module] = older.get(module, set()) - found
    names = {f"{m}": found for m, found in newer.items()}
    v1 = {m.replace("tensorflow", "tensorflow.compat.v1", 1): f for m, f in older.items() if f}
    return names | v1


if __name__ == "__main__":
    text = written(make(*sys.argv[1:]))
    (NAMES / f"{sys.argv[1]}.txt").write_text(text, encoding="utf-8")
