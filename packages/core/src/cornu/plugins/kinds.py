"""The kinds of things that plugins bring, one row each."""

from __future__ import annotations

from dataclasses import dataclass

from cornu_engine.errors import PluginError, near_matches

__all__ = ["KINDS", "OWN", "Kind", "kind_of"]


@dataclass(frozen=True)
class Kind:
    """One kind of thing: what it is called, which hook brings it and where users import it from.

    Attributes
    ----------
    name : str
        The singular, as written in `registry.get(kind, …)`.
    hook : str
        The hook that brings it.
    face : str
        The module of `cornu` that users import it from.
    providers : tuple of str
        The distributions that bring Cornu's own, the chief one first.
    protocol : str
        The attribute by which an object is taken for one of this kind.
    functions_first : bool
        Whether a string that names both a function and a class means the function
        (`loss="mean_squared_error"`).
    config_argument : str
        What `deserialize` of the public module calls its config.
    """

    name: str
    hook: str
    face: str
    providers: tuple[str, ...]
    protocol: str = "__call__"
    functions_first: bool = False
    config_argument: str = "config"

    @property
    def module(self) -> str:
        """The full name of that module."""
        return f"cornu.{self.face}"


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("layer", "cornu_layers", "layers", ("cornu-layers", "cornu-preprocessing")),
        Kind("optimizer", "cornu_optimizers", "optimizers", ("cornu-optim",), "apply_gradients"),
        Kind(
            "loss",
            "cornu_losses",
            "losses",
            ("cornu-optim",),
            functions_first=True,
            config_argument="name",
        ),
        Kind("metric", "cornu_metrics", "metrics", ("cornu-optim",)),
        Kind(
            "activation",
            "cornu_activations",
            "activations",
            ("cornu-layers",),
            functions_first=True,
        ),
        Kind("initializer", "cornu_initializers", "initializers", ("cornu-layers",)),
        Kind("regularizer", "cornu_regularizers", "regularizers", ("cornu-layers",)),
        Kind("constraint", "cornu_constraints", "constraints", ("cornu-layers",)),
        Kind("callback", "cornu_callbacks", "callbacks", ("cornu-optim",), "set_model"),
        Kind("object", "cornu_objects", "saving", ("cornu-core",)),
        Kind("file_format", "cornu_file_formats", "saving", ("cornu-keras",), "read_model"),
        Kind("backend", "cornu_backends", "backends", ("cornu-backend-numpy",), "compile"),
        Kind(
            "utility",
            "cornu_utilities",
            "utils",
            ("cornu-preprocessing", "cornu-keras", "cornu-optim"),
        ),
        Kind("exporter", "cornu_exporters", "exporters", ("cornu-export",)),
    )
}

# Whose plugins are asked first.
OWN = ("cornu-core", *dict.fromkeys(of for kind in KINDS.values() for of in kind.providers))


def kind_of(name: str) -> Kind:
    """Return the row of a kind, or say which kinds there are.

    Example
    -------
    >>> kind_of("layer").hook
    'cornu_layers'
    """
    try:
        return KINDS[name]
    except KeyError:
        hint = near_matches(name, KINDS)
        raise PluginError(
            f"There is no kind {name!r}; there are {', '.join(KINDS)}. {hint}"
        ) from None
