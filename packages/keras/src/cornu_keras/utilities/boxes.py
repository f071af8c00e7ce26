"""What stands in the boxes of a model's picture, and which of them are joined."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from cornu.base.layer import FunctionCall
from cornu_engine import tree
from cornu_engine.sourcetext import one_line

__all__ = ["edges_of", "fields", "operations_of"]


def operations_of(model: Any) -> list[Any]:
    """Return the layers and functions of a model in the order of their calls.

    Examples
    --------
    >>> import cornu
    >>> x = cornu.Input((4,), name="x")
    >>> [type(one).__name__ for one in operations_of(cornu.Model(x, x + 1.0))]
    ['InputLayer', 'FunctionCall']
    """
    graph = model._graph
    return list(graph.operations if graph is not None else model.layers)


def edges_of(model: Any) -> list[tuple[Any, Any]]:
    """Return which operation hands its output to which, each pair once."""
    graph = model._graph
    if graph is None:
        return list(itertools.pairwise(operations_of(model)))
    edges: dict[tuple[int, int], tuple[Any, Any]] = {}
    for node in graph.nodes:
        for tensor in node.input_tensors:
            source, target = tensor._operation, node.operation
            edges[id(source), id(target)] = (source, target)
    return list(edges.values())


def fields(operation: Any, options: Mapping[str, bool]) -> list[list[str]]:
    """Return the rows of a box, each of one cell or of two.

    Parameters
    ----------
    operation : Layer or FunctionCall
    options : dict
        `show_shapes`, `show_dtype`, `show_layer_names`, `show_layer_activations`,
        `show_trainable`.

    Examples
    --------
    >>> import cornu
    >>> x = cornu.Input((4,), name="x")
    >>> fields(cornu.Model(x, x).layers[0], {"show_layer_names": True, "show_shapes": True})
    [['x: InputLayer'], ['input: (None, 4)', 'output: (None, 4)']]
    """
    kind = (
        operation.get_config()["function"]
        if isinstance(operation, FunctionCall)
        else type(operation).__name__
    )
    title = f"{operation.name}: {kind}" if options.get("show_layer_names") else kind
    activation = getattr(operation, "activation", None)
    if options.get("show_layer_activations") and activation is not None:
        title += f" ({getattr(activation, '__name__', type(activation).__name__)})"
    rows = [[title]]
    if options.get("show_trainable") and getattr(operation, "weights", None):
        rows.append(["trainable" if operation.trainable else "frozen"])
    for wanted, attribute in (("show_dtype", "dtype"), ("show_shapes", "shape")):
        if options.get(wanted):
            rows.append(
                [f"{side}: {_of(operation, side, attribute)}" for side in ("input", "output")]
            )
    return [list(map(one_line, row)) for row in rows]


def _of(operation: Any, side: str, attribute: str) -> str:
    try:
        tensors = getattr(operation, side)
    except AttributeError:  # called on data only
        return "?"
    texts = tree.map_structure(lambda t: str(getattr(t, attribute)), tensors)
    return str(texts).replace("'", "")
