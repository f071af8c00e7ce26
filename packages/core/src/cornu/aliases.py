"""Other names for the same modules: Keras' older paths, and the distributions beside core.

``cornu.layers.core`` *is* ``cornu.layers``, ``cornu.keras`` is ``cornu`` itself (so that
``from cornu import keras`` is the one line a script has to change), and ``cornu.preprocessing`` is
the module ``cornu_preprocessing``. One finder on ``sys.meta_path`` reads the tables below; no
module is ever loaded twice.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType

__all__ = ["DISTRIBUTIONS", "MODULES", "TREES", "install"]

# A whole tree of modules under a second name: cornu.keras.layers is cornu.layers.
TREES = {
    "cornu.backend": "cornu_keras.backend",
    "cornu.datasets": "cornu_preprocessing.datasets",
    "cornu.engine": "cornu_keras.engine",
    "cornu.errors": "cornu_engine.errors",
    "cornu.export": "cornu_export",
    "cornu.keras": "cornu",
    "cornu.ops": "cornu_ops",
    "cornu.preprocessing": "cornu_preprocessing",
    "cornu.random": "cornu_ops.random",
    "cornu.saved_model": "cornu_export.saved_model",
    "cornu.tree": "cornu_engine.tree",
    "cornu.visualization": "cornu_preprocessing.visualization",
    "cornu.wrappers": "cornu_sklearn",
}

# Single modules under the paths of Keras 2.
_OLD_PATHS = {
    "cornu.layers": (
        "advanced_activations convolutional convolutional_recurrent core cudnn_recurrent "
        "embeddings local merge noise normalization pooling recurrent wrappers "
        "experimental experimental.preprocessing"
    ),
    "cornu.utils": "conv_utils data_utils generic_utils io_utils layer_utils np_utils vis_utils",
    "cornu.callbacks": "callbacks tensorboard_v1 tensorboard_v2",
    "cornu.optimizers": "schedules legacy",
}
MODULES = {
    **{f"{new}.{path}": new for new, paths in _OLD_PATHS.items() for path in paths.split()},
    "cornu.objectives": "cornu.losses",
    "cornu.wrappers.scikit_learn": "cornu_sklearn",
    "cornu.engine.base_layer": "cornu.layers",
    "cornu.engine.input_layer": "cornu.layers",
    "cornu.engine.topology": "cornu.layers",
    "cornu.engine.network": "cornu.models",
    "cornu.engine.sequential": "cornu.models",
    "cornu.engine.training": "cornu.models",
    "cornu.engine.saving": "cornu.saving",
}

# What to install where the module behind an alias is not there.
DISTRIBUTIONS = {
    "cornu_export": "cornu-export",
    "cornu_keras": "cornu-keras",
    "cornu_preprocessing": "cornu-preprocessing",
    "cornu_sklearn": "cornu-sklearn",
}


class AliasFinder:
    """A meta-path finder and loader for the two tables."""

    @classmethod
    def find_spec(cls, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return a spec for an alias, None for any other module."""
        if not name.startswith("cornu."):
            return None
        real = real_name(name)
        if real is not None:
            return ModuleSpec(name, cls(real), is_package=True)  # type: ignore[arg-type]
        parent, _, child = name.rpartition(".")
        facade = sys.modules.get(parent)
        if getattr(facade, "__path__", None) == []:
            # `from cornu.layers import Dens`: Python asks for a submodule before it gives up, and
            # would drop the facade's own message, which says what was meant.
            try:
                getattr(facade, child)
            except AttributeError as error:
                raise ImportError(str(error), name=name) from None
        return None

    def __init__(self, real: str) -> None:
        self.real = real

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave the making of the module to Python; :meth:`exec_module` replaces it."""

    def exec_module(self, module: ModuleType) -> None:
        """Put the real module in the alias' place."""
        alias = module.__name__
        try:
            sys.modules[alias] = import_module(self.real)
        except ModuleNotFoundError as error:
            raise ImportError(_what_to_install(alias, self.real, error), name=alias) from error


def real_name(name: str) -> str | None:
    """Return the module that an alias stands for, or None where the name is no alias.

    Example
    -------
    >>> real_name("cornu.layers.core"), real_name("cornu.keras.models")
    ('cornu.layers', 'cornu.models')
    >>> real_name("cornu.layers") is None
    True
    """
    if name in MODULES:
        return MODULES[name]
    for alias, real in TREES.items():
        if name == alias:
            return real
        if name.startswith(f"{alias}."):
            return real + name[len(alias) :]
    return None


def install() -> None:
    """Put the finder first on ``sys.meta_path``, once.

    First, because the path of ``cornu`` itself would load ``cornu.keras.layers`` a second time.
    """
    if AliasFinder not in sys.meta_path:
        sys.meta_path.insert(0, AliasFinder)


def _what_to_install(alias: str, real: str, error: ModuleNotFoundError) -> str:
    top = real.partition(".")[0]
    distribution = DISTRIBUTIONS.get(top)
    missing = error.name or ""
    if distribution is None or missing.partition(".")[0] not in (top, "cornu"):
        return f"{alias} needs the module {missing}, which is not installed here."
    if missing == top:
        return f"{alias} comes with {distribution}: pip install {distribution}"
    from importlib.metadata import version

    return f"{distribution} {version(distribution)} has no {missing} (asked for as {alias})."
