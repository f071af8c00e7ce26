"""The plugin hooks of this distribution: what it hands to Cornu."""

from __future__ import annotations

from cornu.plugins import hookimpl
from cornu.plugins.hookspecs import Offer


@hookimpl
def cornu_file_formats() -> list[Offer]:
    """Whole models and weights in HDF5, and texts in YAML."""
    return ["cornu_keras.files.formats:Hdf5", "cornu_keras.files.formats:Yaml"]


@hookimpl
def cornu_utilities() -> list[Offer]:
    """What Keras has in its utilities and in `K` alike."""
    return [f"cornu_keras.backend:{name}" for name in ("clear_session", "standardize_dtype")]
