"""`tf.saved_model`: models in Cornu's own form, which runs without their code."""

from __future__ import annotations

import os
from typing import Any

__all__ = ["contains_saved_model", "load", "save"]


def save(obj: Any, export_dir: Any, signatures: Any = None, options: Any = None) -> None:
    """Write a model as programs into one file."""
    from cornu import saved_model

    saved_model.save(obj, export_dir)


def load(export_dir: Any, tags: Any = None, options: Any = None) -> Any:
    """Read what `save` wrote.

    Raises
    ------
    ValueError
        For a SavedModel that TensorFlow wrote.
    """
    if os.path.isfile(os.path.join(export_dir, "saved_model.pb")):
        raise ValueError(
            f"{export_dir} is a SavedModel of TensorFlow, whose operations only TensorFlow runs. "
            "Save the model there as model.save('model.keras') or 'model.h5', which Cornu reads."
        )
    from cornu import saved_model

    return saved_model.load(export_dir)


def contains_saved_model(export_dir: Any) -> bool:
    """Tell whether `load` can read what is there."""
    from cornu import saved_model

    return saved_model.contains_saved_model(export_dir)
