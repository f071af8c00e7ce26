"""The plugin hooks of this distribution: what it hands to Cornu."""

from __future__ import annotations

from cornu.plugins import hookimpl
from cornu.plugins.hookspecs import Offer

UTILITIES = {
    "HDF5Matrix": "utilities.hdf5",
    "KerasFileEditor": "files.file_editor",
    "GeneratorEnqueuer": "utilities.enqueuers",
    "OrderedEnqueuer": "utilities.enqueuers",
    "clear_session": "backend",
    "model_to_dot": "showing.plotting",
    "normalize": "utilities.arrays",
    "plot_history": "showing.curves",
    "plot_model": "showing.plotting",
    "print_summary": "utilities.summary",
    "standardize_dtype": "backend",
    "to_categorical": "utilities.arrays",
}


@hookimpl
def cornu_file_formats() -> list[Offer]:
    """Whole models and weights in HDF5, and texts in YAML."""
    return ["cornu_keras.files.formats:Hdf5", "cornu_keras.files.formats:Yaml"]


@hookimpl
def cornu_callbacks() -> list[Offer]:
    """Curves that grow in a notebook."""
    return ["cornu_keras.showing.live:LivePlot"]


@hookimpl
def cornu_utilities() -> list[Offer]:
    """What Keras has in its utilities, some of it in `K` too; and how a notebook shows things."""
    brought: list[Offer] = [f"cornu_keras.{module}:{name}" for name, module in UTILITIES.items()]
    return [*brought, ("(html)", "cornu_keras.showing.html:html_of")]
