"""The public names: what stands in which module, and which names mean the same object."""

from __future__ import annotations

import functools
import importlib
import inspect
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import cornu


@dataclass(frozen=True)
class Group:
    """A page of the reference that lists others: modules whose names go together."""

    title: str
    introduction: str
    modules: tuple[str, ...]


def module(dotted: str) -> Any:
    """Find `cornu.<dotted>`, whichever distribution brings it."""
    found: Any = cornu
    for part in filter(None, dotted.split(".")):
        found = getattr(found, part, None) or importlib.import_module(f"{found.__name__}.{part}")
    return found


def _below(dotted: str) -> tuple[str, ...]:
    home = module(dotted)
    names = (n for n in sorted(dir(home)) if n[0] != "_")
    return tuple(f"{dotted}.{n}" for n in names if isinstance(getattr(home, n), types.ModuleType))


# An object that several modules name has its page below the first of them.
GROUPS = {
    "models": Group("Models", "Layers put together, to be trained.", ("models",)),
    "layers": Group("Layers", "What models consist of, family by family.", ("layers",)),
    "activations": Group("Activations", "`Dense(8, activation='relu')`.", ("activations",)),
    "initializers": Group(
        "Initializers",
        "The first values of weights, by name: `Dense(8, kernel_initializer='he_normal')`.",
        ("initializers",),
    ),
    "regularizers": Group("Regularizers", "Prices of large weights.", ("regularizers",)),
    "constraints": Group("Constraints", "What weights keep to.", ("constraints",)),
    "optimizers": Group(
        "Optimizers",
        "How weights move, by name: `compile(optimizer='adam')`.",
        ("optimizers", "optimizers.schedules"),
    ),
    "losses": Group("Losses", "What training makes small: `compile(loss='mse')`.", ("losses",)),
    "metrics": Group("Metrics", "What is measured: `compile(metrics=['accuracy'])`.", ("metrics",)),
    "callbacks": Group("Callbacks", "What happens while a model trains.", ("callbacks",)),
    "ops": Group("Operations", "Tensors in, tensors out: `cornu.ops`.", ("ops", "ops.image")),
    "random": Group("Random numbers", "Drawn by a seed.", ("random",)),
    "backend": Group("Keras 2's backend", "`K.*`, as scripts for Keras 2 have it.", ("backend",)),
    "preprocessing": Group(
        "Preprocessing",
        "From files and sequences to arrays; the layers for it are among the layers.",
        (
            "preprocessing",
            "preprocessing.sequence",
            "preprocessing.text",
            "preprocessing.image",
            "utils.bounding_boxes",
            "visualization",
        ),
    ),
    "datasets": Group(
        "Data sets",
        "Each a module with `load_data`.",
        _below("datasets"),
    ),
    "applications": Group(
        "Trained models",
        "Keras' models of images, and how each wants its pictures.",
        ("applications", *_below("applications")),
    ),
    "saving": Group("Saving", "Models and weights in files.", ("saving",)),
    "export": Group("Export", "Models as programs.", ("export", "saved_model")),
    "distribution": Group(
        "Many processes", "Training over MPI, by Keras' names.", ("distribution", "distributed")
    ),
    "sklearn": Group("scikit-learn", "Models as estimators: `cornu_sklearn`.", ("wrappers",)),
    "utils": Group("Utilities", "Small things around models.", ("utils",)),
    "config": Group(
        "Settings",
        "Types of numbers, seeds, what is printed.",
        ("config", "dtype_policies", "mixed_precision"),
    ),
    "quantizers": Group("Quantizers", "Weights in eight bits.", ("quantizers",)),
    "distillation": Group("Distillation", "Small models from large ones.", ("distillation",)),
    "backends": Group("Backends", "What runs programs.", ("backends",)),
    "plugins": Group("Plugins", "How parts get in and are tried.", ("plugins", "testing")),
    "tree": Group("Trees", "Nested lists, tuples and dicts.", ("tree",)),
    "errors": Group("Errors", "What Cornu raises.", ("errors",)),
    "cornu": Group("Gradients, seeds and the rest", "What `cornu` itself names.", ("",)),
}

# The families of layers: the package below `cornu_layers`, or `cornu_preprocessing`.
FAMILIES = {
    "core": ("Core", "Products with weights, lookups, and functions of your own."),
    "convolutional": ("Convolution", "Kernels that slide over sequences, images and volumes."),
    "pooling": ("Pooling", "Windows, or whole axes, reduced to one number."),
    "recurrent": ("Recurrent", "A state carried through a sequence, by any cell."),
    "attention": ("Attention", "Each place of a sequence looks at other places."),
    "normalization": ("Normalisation", "Numbers brought to a common scale."),
    "regularization": ("Dropout and noise", "Disturbances while training, against overfitting."),
    "merging": ("Merging", "Several inputs in, one output out."),
    "reshaping": ("Reshaping", "Numbers moved, cut off or put around, without computing."),
    "signal": ("Signals", "Sound and other signals turned into their frequencies."),
    "advanced_activations": ("Activations as layers", "Functions with settings or weights."),
    "wrappers": ("Wrappers", "Layers around other layers."),
    "image_layers": ("Images", "Pictures cut, turned and coloured, while a model trains."),
    "feature_layers": ("Features and text", "Words, numbers and categories made into tensors."),
    "others": ("The base, and functions", "What all layers are, and how they are found."),
}


@dataclass
class Entry:
    """A public object: its page's group, and all its names, the page's own first."""

    object: Any
    group: str
    names: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name its page has."""
        return self.names[0].rpartition(".")[2]

    @property
    def is_class(self) -> bool:
        """Whether it is made, rather than called."""
        return inspect.isclass(self.object)

    @property
    def short_names(self) -> list[str]:
        """Its names without modules, in order, each once."""
        return list(dict.fromkeys(n.rpartition(".")[2] for n in self.names))

    @functools.cached_property
    def path(self) -> str:
        """Its page, below `docs`: names that differ by case alone are two pages on any disk."""
        lower = self.name.lower()
        twins = [e for e in of_group(self.group) if e.name.lower() == lower]
        stem = self.name
        if sum(e.name == self.name for e in twins) > 1:  # `load_data` of each data set
            stem = ".".join(self.names[0].split(".")[-2:])
        elif len(twins) > 1 and not self.is_class:
            stem += "-function"
        return f"api/{self.group}/{stem}.md"


def names_of(dotted: str) -> Iterator[tuple[str, Any]]:
    """Yield the names of a module that it promises, with their objects, but no modules."""
    home = module(dotted)
    promised = getattr(home, "__all__", None) or [n for n in dir(home) if n[0] != "_"]
    for name in sorted(promised):
        found = getattr(home, name)
        if not isinstance(found, types.ModuleType) and not name.startswith("__"):
            yield ".".join(filter(None, ("cornu", dotted, name))), found


def _has_a_page(pair: tuple[str, Any]) -> bool:
    return callable(pair[1])


def constants(group: str) -> dict[str, Any]:
    """What a group names that is no class and no function."""
    pairs = (pair for dotted in GROUPS[group].modules for pair in names_of(dotted))
    return dict(pair for pair in pairs if not _has_a_page(pair))


@functools.cache
def entries() -> dict[int, Entry]:
    """All public objects, by identity."""
    found: dict[int, Entry] = {}
    for group, row in GROUPS.items():
        for dotted in row.modules:
            for name, target in filter(_has_a_page, names_of(dotted)):
                found.setdefault(id(target), Entry(target, group)).names.append(name)
    for entry in found.values():
        own = getattr(entry.object, "__name__", "")
        entry.names.sort(key=lambda n: n.rpartition(".")[2] != own)  # stable: modules in order
    return found


def of_group(group: str) -> list[Entry]:
    """The objects that have their pages in a group: classes first, each by its name."""
    chosen = (e for e in entries().values() if e.group == group)
    return sorted(chosen, key=lambda e: (not e.is_class, e.name.lower(), e.name))


def family(entry: Entry) -> str:
    """Name the family of a layer."""
    home = getattr(entry.object, "__module__", "").split(".")
    known = home[0].startswith("cornu_") and len(home) > 1 and home[1] in FAMILIES
    return home[1] if known else "others"


def sections(group: str) -> Iterator[tuple[str, str, list[Entry]]]:
    """Yield title, introduction and objects of each part of a group's page."""
    members = of_group(group)
    if group == "layers":
        for name, (title, introduction) in FAMILIES.items():
            yield title, introduction, [e for e in members if family(e) == name]
        return
    for dotted in GROUPS[group].modules:
        full = ".".join(filter(None, ("cornu", dotted)))
        here = [e for e in members if any(n.rpartition(".")[0] == full for n in e.names)]
        members = [e for e in members if e not in here]
        if here:
            yield f"`{full}`", "", here


@functools.cache
def by_name() -> dict[str, Entry]:
    """Objects by what pages call them: with dots in any case, alone where it means one class."""
    found: dict[str, Entry] = {}
    doubtful: set[str] = set()
    for entry in entries().values():
        for dotted in entry.names:
            found[dotted] = found[dotted.removeprefix("cornu.")] = entry
        for short in entry.short_names if entry.is_class else ():
            if found.setdefault(short, entry) is not entry:
                doubtful.add(short)
    return {name: entry for name, entry in found.items() if name not in doubtful}
