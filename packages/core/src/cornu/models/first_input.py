"""What a subclassed model is first called on, for files and `export`."""

from __future__ import annotations

from typing import Any

from cornu.base.layer import InputSpec, Layer
from cornu_engine import tree

__all__ = ["remember_first_input"]


def remember_first_input(model: Layer, arguments: dict[str, Any]) -> None:
    """Note the input of a call: its structure, shapes and dtypes, with any number of rows."""
    values = [v for v in arguments.values() if v is not None and not isinstance(v, bool)]
    specs = [tree.map_structure(_described, value) for value in values]
    if len(specs) == 1 and all(spec is not None for spec in tree.flatten(specs)):
        model.__dict__["_first_input"] = specs[0]
        if model._build_shapes is None:
            shapes = tree.map_structure(lambda spec: spec.shape, specs[0])
            model.__dict__["_build_shapes"] = {"input_shape": shapes}


def _described(value: Any) -> InputSpec | None:
    """Return what is known of a value, with any number of rows."""
    shape = getattr(value, "shape", None)
    if not shape:
        return None
    return InputSpec(shape=(None, *shape[1:]), dtype=str(value.dtype))
