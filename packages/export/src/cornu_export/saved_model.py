"""Exported models under the names of TensorFlow's notes: `save`, `load`, `contains_saved_model`."""

from __future__ import annotations

import os
from typing import Any

from cornu_export.serving import ServedModel, load

__all__ = ["ServedModel", "contains_saved_model", "load", "save"]


def save(obj: Any, export_dir: Any, signatures: Any = None, options: Any = None) -> None:
    """Write the forward program of a model, as `model.export` does.

    Parameters
    ----------
    obj : Model
    export_dir : path
        Of the file; Cornu writes one file where TensorFlow makes a folder.
    signatures : structure of InputSpec, optional
        What the inputs are, where the model does not say.
    options
        Must be None.

    Examples
    --------
    >>> import os, tempfile, cornu
    >>> x = cornu.Input((2,), name="x")
    >>> path = os.path.join(tempfile.mkdtemp(), "1")
    >>> save(cornu.Model(x, x + 1.0, name="more"), path)
    >>> load(path)
    <served model 'more'(x: float32[None, 2])>
    """
    if options is not None:
        raise ValueError("options belong to TensorFlow's format; leave them out.")
    obj.export(export_dir, format="cornu", verbose=False, input_signature=signatures)


def contains_saved_model(export_dir: Any) -> bool:
    """Tell whether `load` can read what is there.

    Examples
    --------
    >>> contains_saved_model("nowhere")
    False
    """
    from cornu_engine.errors import BadFileError

    if not os.path.isfile(export_dir):
        return False
    try:
        load(export_dir)
    except BadFileError:
        return False
    return True
