"""The plugin hooks of this distribution: what it hands to Cornu."""

from __future__ import annotations

from cornu.plugins import hookimpl
from cornu.plugins.hookspecs import Offer


@hookimpl
def cornu_layers() -> list[Offer]:
    """Layers that prepare data: numbers, categories, text and pictures."""
    from cornu_preprocessing.catalogue import FEATURE_LAYERS, IMAGE_LAYERS

    return [f"{module}:{name}" for name, module in {**FEATURE_LAYERS, **IMAGE_LAYERS}.items()]
