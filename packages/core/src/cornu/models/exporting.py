"""`Model.export`: the forward program of a model, handed to whoever writes the format.

An exporter knows no models. It is called with the path, a function of one value for each input,
the inputs (each with a shape, a dtype and a name), `output_names`, `name` and the options of its
format.
"""

from __future__ import annotations

import os
from typing import Any

from cornu.plugins import registry
from cornu_data.text import is_text
from cornu_engine import tree
from cornu_engine.errors import NotBuiltError, SavingError, UnknownNameError, near_matches

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
    **options: Any,
) -> None:
    """Write the forward program of a model; see `Model.export`."""
    if format is None:
        ending = os.path.splitext(os.fspath(filepath))[1].lower().removeprefix(".")
        format = ending if ending in registry.names("exporter") else "cornu"
    write = _exporter(format)
    structure = _known_inputs(model) if input_signature is None else _single(input_signature)

    _refuse_text(model, tree.flatten(structure))

    def forward(*values: Any) -> Any:
        return model(tree.pack_sequence_as(structure, list(values)), training=False)

    names = _output_names(model)
    inputs = tree.flatten(structure)
    write(filepath, forward, inputs, output_names=names, name=model.name, **options)
    if verbose:
        print(f"Exported {model.name!r} as {format!r} to {os.fspath(filepath)!r}.")


def _exporter(format: str) -> Any:
    try:
        return registry.attribute("exporter", format)
    except UnknownNameError:
        if format in _ELSEWHERE:
            raise ValueError(
                f"format={format!r} needs {_ELSEWHERE[format]}, which Cornu does without. Write "
                'format="onnx", which can be converted, or save a .keras file and export it '
                "with Keras."
            ) from None
        formats = registry.names("exporter")
        raise ValueError(
            f"Formats are {', '.join(map(repr, formats))}; got {format!r}. "
            f"{near_matches(str(format), formats)}".rstrip()
        ) from None


def _single(given: Any) -> Any:
    """A list of one is how Keras writes one input."""
    return given[0] if isinstance(given, (list, tuple)) and len(given) == 1 else given


def _known_inputs(model: Any) -> Any:
    if model._graph is not None:
        return model._graph.inputs_structure
    if model._first_input is None:
        raise NotBuiltError(
            f"What model {model.name!r} takes is not known yet. Call it on data, or pass "
            "input_signature=[cornu.InputSpec(shape=(None, 20), dtype='float32')]."
        )
    return model._first_input


def _refuse_text(model: Any, inputs: list[Any]) -> None:
    """Raise SavingError for a model that begins with layers of text, which no program holds."""
    text = [tensor.name for tensor in inputs if is_text(tensor)]
    if not text:
        return
    layers = [layer for layer in model._flatten_layers() if layer.on_host]
    named = ", ".join(f"{type(layer).__name__} {layer.name!r}" for layer in layers)
    first = layers[0].name if layers else "the layer"
    raise SavingError(
        f"Model {model.name!r} takes text ({', '.join(map(repr, text))}), and a program holds "
        f"numbers only. Export what follows {named}: "
        f"cornu.Model(model.get_layer({first!r}).output, model.output).export(path), and give the "
        f"program model.get_layer({first!r})(x). A .keras file holds the whole model."
    )


def _output_names(model: Any) -> list[str]:
    if model._graph is None:
        return []
    structure = model._graph.outputs_structure
    if isinstance(structure, dict):  # in the order of the outputs, not of the keys
        return ["_".join(map(str, path)) for path, _ in tree.flatten_with_path(structure)]
    return list(model.output_names)
