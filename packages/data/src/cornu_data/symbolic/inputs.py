"""From what a user passes to a model to one value per input."""

from __future__ import annotations

import warnings
from typing import Any

from cornu_data.shapes import shapes_agree, show_shape
from cornu_data.symbolic.graph import LayerGraph
from cornu_data.symbolic.keras_tensor import KerasTensor
from cornu_data.symbolic.masks import get_mask, set_mask
from cornu_data.text import TEXT, as_text, is_text
from cornu_engine import tree
from cornu_engine.errors import DataError, ShapeError, near_matches
from cornu_engine.trace import convert


def input_name(tensor: KerasTensor) -> str:
    """Return the name of the layer that a tensor comes from."""
    return tensor.node.operation.name if tensor.node is not None else tensor.name


def match_inputs(graph: LayerGraph, inputs: Any, where: str) -> list[Any]:
    """Return one value per input of the graph.

    Values are found by position, or by name where a dict is passed; they are cast to the dtype of
    their input, and a last axis of size 1 is added or dropped where the input is described so.

    Parameters
    ----------
    graph : LayerGraph
    inputs : value or nested structure of values
    where : str
        The model's path, for messages.

    Raises
    ------
    ShapeError
        If a value is missing, left over, or of the wrong shape.
    """
    leaves = _leaves(graph, inputs, where)
    return [
        _fitted(value, tensor, where) for value, tensor in zip(leaves, graph.inputs, strict=True)
    ]


def _leaves(graph: LayerGraph, inputs: Any, where: str) -> list[Any]:
    structure = graph.inputs_structure
    if isinstance(inputs, dict):
        names = (
            list(structure)
            if isinstance(structure, dict)
            else [input_name(t) for t in graph.inputs]
        )
        missing = [name for name in names if name not in inputs]
        if missing:
            others = [name for name in inputs if name not in names]
            meant = near_matches(str(others[0]), missing) if others else ""
            hint = meant and f"{others[0]!r} is none of them. {meant}"
            raise ShapeError(
                f"Model {where} needs inputs named {names}; {missing} missing from {list(inputs)}. "
                f"{hint}".rstrip()
            )
        unused = [name for name in inputs if name not in names]
        if unused:
            warnings.warn(
                f"Model {where} takes inputs named {names}; {unused} of what it got is not used.",
                stacklevel=2,
            )
        picked = {name: inputs[name] for name in names}
        return (
            tree.flatten(picked)
            if isinstance(structure, dict)
            else [picked[name] for name in names]
        )
    if (
        isinstance(structure, dict)
        and tree.is_nested(inputs)
        and list(structure) != sorted(structure)
    ):
        raise ShapeError(
            f"Model {where} was made with a dict of inputs, whose order says nothing: pass a dict "
            f"with the keys {list(structure)}."
        )
    leaves = tree.flatten(inputs)
    if len(leaves) != len(graph.inputs):
        names = [input_name(t) for t in graph.inputs]
        wanted = f"a list of {len(names)} values, for {names}" if len(names) > 1 else "one value"
        raise ShapeError(f"Model {where} takes {wanted}; got {len(leaves)}.")
    return leaves


def _fitted(value: Any, tensor: KerasTensor, where: str) -> Any:
    if value is None:
        if getattr(tensor.node.operation if tensor.node else None, "optional", False):
            return None
        raise ShapeError(
            f"The input {input_name(tensor)!r} of model {where} is not optional, but got None."
        )
    mask = get_mask(value)
    if tensor.dtype == TEXT or is_text(value):
        fitted = _text(value, tensor, where)
    else:
        fitted = convert(value, tensor.dtype)
    shape, expected = tuple(fitted.shape), tensor.shape
    if len(shape) == len(expected) + 1 and shape[-1] == 1:
        fitted = fitted.reshape(shape[:-1])
    elif len(shape) == len(expected) - 1 and expected and expected[-1] == 1:
        fitted = fitted.reshape((*shape, 1))
    if not shapes_agree((None, *expected[1:]) if expected else expected, tuple(fitted.shape)):
        raise ShapeError(
            f"The input {input_name(tensor)!r} of model {where} is described as {expected}, but "
            f"got shape {show_shape(shape)}. {_mend(shape, expected)}"
        )
    if mask is not None and fitted is not value:
        set_mask(fitted, mask)
    return fitted


def _text(value: Any, tensor: KerasTensor, where: str) -> Any:
    text, name = as_text(value), input_name(tensor)
    if tensor.dtype == TEXT and is_text(text):
        return text
    if is_text(text):
        raise DataError(
            f"The input {name!r} of model {where} takes numbers ({tensor.dtype}), but got text. "
            f"Describe it with Input({tuple(tensor.shape[1:])}, dtype='string')."
        )
    raise DataError(
        f"The input {name!r} of model {where} takes text (dtype 'string'), but got "
        f"{getattr(value, 'dtype', type(value).__name__)}. Turn numbers into text with "
        ".astype(str), or describe the input with another dtype."
    )


def _mend(shape: tuple, expected: tuple) -> str:
    if len(shape) == len(expected) - 1 and shape == expected[1:]:
        return "The batch axis is missing: pass x[None] for one sample."
    if len(shape) == len(expected) - 1:
        return (
            f"Reshape the data, e.g. x.reshape({(-1, *expected[1:])})."
            if None not in expected[1:]
            else ("Add the missing axis, e.g. with x[..., None].")
        )
    if len(shape) == len(expected):
        return f"Change the data, or describe the input with Input({tuple(shape[1:])})."
    return (
        f"Reshape the data to {('batch', *expected[1:])}, or describe the input with "
        f"Input({tuple(shape[1:])})."
    )
