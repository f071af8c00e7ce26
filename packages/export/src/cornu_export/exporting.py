"""`model.export`: what is traced, and in which format it is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu_engine import tree
from cornu_engine.dtypes import canonical
from cornu_engine.errors import NotBuiltError, SavingError, near_matches
from cornu_export.describe import InputSpec, describe
from cornu_export.file import FIRST, Endpoint, write_programs

FORMATS = ("cornu", "onnx")
_ELSEWHERE = {
    "tf_saved_model": "TensorFlow",
    "tf": "TensorFlow",
    "litert": "LiteRT",
    "openvino": "OpenVINO",
    "torch": "PyTorch",
}


def export_model(
    model: Any,
    filepath: Any,
    format: str | None = None,
    verbose: bool | None = None,
    input_signature: Any = None,
    **kwargs: Any,
) -> None:
    """Write the forward program of a model, to be run without its source.

    Parameters
    ----------
    model : Model
    filepath : path
    format : {"cornu", "onnx"}, optional
        `"cornu"` is read by `cornu.saved_model.load` on any backend, `"onnx"` by ONNX runtimes. By
        default what the name ends in says: `.onnx`, or anything else for Cornu's own.
    verbose : bool, optional
        Whether to print what was written; False if not given.
    input_signature : structure of InputSpec or KerasTensor, optional
        What the inputs are; of a subclassed model, if not given, what it was built with.
    **kwargs
        `opset_version` of ONNX.

    Raises
    ------
    NotBuiltError
        If the inputs of the model are not known.
    SavingError
        If the program cannot be written in this format; the message names the layer.
    """
    if format is None:
        format = "onnx" if os.fspath(filepath).lower().endswith(".onnx") else "cornu"
    if format not in FORMATS:
        if format in _ELSEWHERE:
            raise ValueError(
                f"format={format!r} needs {_ELSEWHERE[format]}, which Cornu does without. Write "
                'format="onnx", which can be converted, or save a .keras file and export it '
                "with Keras."
            )
        raise ValueError(
            f"Formats are {', '.join(map(repr, FORMATS))}; got {format!r}. "
            f"{near_matches(str(format), FORMATS)}".rstrip()
        )
    if format == "cornu" and kwargs:
        raise TypeError(f"export() does not take {next(iter(kwargs))!r} for format 'cornu'.")
    structure, specs = _signature(model, input_signature)
    function = _forward(model, structure)
    names = _output_names(model)
    if format == "onnx":
        from cornu_export.onnx import write_onnx

        write_onnx(filepath, model.name, function, specs, names, **kwargs)
    else:
        description = describe(function, specs)
        count = len(tree.flatten(description.structure))
        endpoint = Endpoint(FIRST, description, of_count(names, count))
        write_programs(filepath, model.name, [endpoint])
    if verbose:
        print(f"Exported {model.name!r} as {format!r} to {os.fspath(filepath)!r}.")


def _forward(model: Any, structure: Any) -> Callable[..., Any]:
    def forward(*values: Any) -> Any:
        return model(tree.pack_sequence_as(structure, list(values)), training=False)

    return forward


def _signature(model: Any, given: Any) -> tuple[Any, list[InputSpec]]:
    """Return the structure of the inputs, and each as it is described."""
    structure = _known_inputs(model) if given is None else _single(given)
    specs = specs_of(structure)
    return tree.pack_sequence_as(structure, list(range(len(specs)))), specs


def specs_of(structure: Any) -> list[InputSpec]:
    """Return the description of each input in a structure of them."""
    specs = [_spec(leaf, i) for i, leaf in enumerate(tree.flatten(structure))]
    if len({s.name for s in specs}) < len(specs):
        raise ValueError(f"Two inputs have one name: {[s.name for s in specs]}.")
    return specs


def _single(given: Any) -> Any:
    """A list of one is how Keras writes one input."""
    return given[0] if isinstance(given, (list, tuple)) and len(given) == 1 else given


def _known_inputs(model: Any) -> Any:
    graph = getattr(model, "_graph", None)
    if graph is not None:
        return graph.inputs_structure
    if model._first_input is None:
        raise NotBuiltError(
            f"What model {model.name!r} takes is not known yet. Call it on data, or pass "
            "input_signature=[cornu.InputSpec(shape=(None, 20), dtype='float32')]."
        )
    return model._first_input


def _spec(leaf: Any, place: int) -> InputSpec:
    from cornu.models.inputs import input_name

    shape = getattr(leaf, "shape", None)
    if shape is None:
        raise SavingError(f"Input {place} of the signature says no shape: {leaf!r}.")
    node = getattr(leaf, "node", None)
    name = input_name(leaf) if node is not None else getattr(leaf, "name", None)
    dtype = getattr(leaf, "dtype", None)
    return InputSpec(name or f"input_{place}", tuple(shape), np.dtype(canonical(dtype)).name)


def _output_names(model: Any) -> list[str]:
    graph = getattr(model, "_graph", None)
    if graph is None:
        return []
    if isinstance(graph.outputs_structure, dict):
        return [str(key) for key in graph.outputs_structure]
    return list(model.output_names)


def of_count(names: Sequence[str], count: int) -> list[str]:
    """Return one name for each of `count` outputs."""
    if len(names) == count and len(set(names)) == count:
        return list(names)
    return [f"output_{i}" for i in range(count)]
