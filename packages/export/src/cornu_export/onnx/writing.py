"""From a description of a program to an ONNX file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from cornu_engine.errors import MissingDistributionError, SavingError
from cornu_engine.files.atomic import write_bytes
from cornu_engine.graph import Node, constant
from cornu_engine.sourcetext import one_line
from cornu_engine.trace import Trace
from cornu_engine.variable import Variable
from cornu_export.describe import Description, InputSpec, describe, free_axes, of_count
from cornu_export.onnx.graph import Graph
from cornu_export.onnx.operations import OPERATIONS, onnx_type
from cornu_export.revive import Revival
from cornu_export.sizes import probes

OPSET = 18  # the first with axes as inputs of all reductions
_IR = 10  # which runtimes of the last years read


def write_onnx(
    filepath: Any,
    name: str,
    function: Callable[..., Any],
    specs: Sequence[InputSpec],
    output_names: Sequence[str],
    opset_version: int = OPSET,
) -> None:
    """Trace a function and write it as ONNX.

    Parameters
    ----------
    filepath : path
    name : str
        Of the model.
    function : callable
        Gets one traced value per input.
    specs : sequence of InputSpec
    output_names : sequence of str
        Empty, or one per output.
    opset_version : int
        18 or later.

    Raises
    ------
    SavingError
        If ONNX has no word for an operation; the message names the layer.
    """
    if opset_version < OPSET:
        raise ValueError(f"opset_version must be {OPSET} or later; got {opset_version}.")
    try:
        from onnx import helper
    except ImportError:
        raise MissingDistributionError(
            "Writing ONNX needs the package onnx: pip install onnx"
        ) from None
    for text in (name, *output_names, *(spec.name for spec in specs)):
        _check_name(text)
    description = describe(function, specs, keep=OPERATIONS.__contains__)
    labels = _labels(output_names, len(description.graph["outputs"]), specs)
    writer = _Writer(description, {*labels, *(spec.name for spec in specs)})
    names = writer.write()
    graph = writer.graph
    for found, label in zip(names, labels, strict=True):
        graph.nodes.append(helper.make_node("Identity", [found], [label], name=label))
    free = free_axes(specs)
    inputs = [
        helper.make_tensor_value_info(
            spec.name,
            onnx_type(spec.dtype),
            [_axis(free[i, a]) if n is None else n for a, n in enumerate(spec.shape)],
        )
        for i, spec in enumerate(specs)
    ]
    outputs = [
        helper.make_tensor_value_info(label, onnx_type(node.dtype), [None] * node.ndim)
        for label, node in zip(labels, writer.outputs, strict=True)
    ]
    made = helper.make_graph(graph.nodes, name, inputs, outputs, graph.initializers)
    model = helper.make_model(
        made,
        opset_imports=[helper.make_opsetid("", opset_version)],
        producer_name="cornu",
        ir_version=_IR,
    )
    write_bytes(filepath, model.SerializeToString())


def _labels(output_names: Sequence[str], count: int, specs: Sequence[InputSpec]) -> list[str]:
    """Return a name for each output, which no input has."""
    labels: list[str] = []
    for label in of_count(output_names, count):
        while label in labels or any(label == spec.name for spec in specs):
            label = f"{label}_output"
        labels.append(label)
    return labels


def _check_name(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise SavingError(
            f"The name {one_line(text)!r} holds half a character, which an ONNX file has no place "
            "for. Give the model, its inputs and outputs other names."
        ) from None


def _axis(number: int) -> str:
    return "batch" if number == 0 else f"size_{number}"


class _Writer:
    def __init__(self, description: Description, taken: set[str]) -> None:
        self.description = description
        free = free_axes(description.inputs)
        count = max(free.values(), default=-1) + 1
        sizes = {n: (description.inputs[i].name, axis) for (i, axis), n in free.items()}
        self.graph = Graph(sizes=sizes, taken=taken)
        if description.graph["updates"]:
            raise SavingError(
                "The model changes its own state when it is called (a stateful layer), which ONNX "
                'cannot say. Export it with format="cornu", or with stateful=False.'
            )
        with Trace("onnx") as self.trace:
            inputs = [
                self.trace.input(
                    spec.name,
                    tuple(
                        probes(count)[0][free[i, a]] if n is None else n
                        for a, n in enumerate(spec.shape)
                    ),
                    spec.dtype,
                )
                for i, spec in enumerate(description.inputs)
            ]
            point = probes(count)[0] if free else ()
            arrays = description.arrays
            self.revival = Revival(
                point,
                lambda name: constant(arrays[name]),
                self.trace,
                inputs,
                description.variables,
            )
        self.outputs: list[Node] = []

    def write(self) -> list[str]:
        described = self.description.graph
        with self.trace:
            nodes = self.revival.graph(described["nodes"])
        names = self._rows(self.graph, described["nodes"], nodes, {})
        self.outputs = [nodes[i] for i in described["outputs"]]
        return [names[i] for i in described["outputs"]]

    def _rows(
        self,
        graph: Graph,
        rows: Sequence[Mapping[str, Any]],
        nodes: Sequence[Any],
        parameters: Mapping[int, str],
    ) -> list[Any]:
        names: list[Any] = []
        for i, (row, node) in enumerate(zip(rows, nodes, strict=True)):
            if i in parameters:
                names.append(parameters[i])
                continue
            operands = [names[k] for k in row.get("of", ())]
            names.append(
                self._row(graph, row, operands, [nodes[k] for k in row.get("of", ())], node)
            )
        return names

    def _row(
        self,
        graph: Graph,
        row: Mapping[str, Any],
        operands: list[Any],
        nodes: list[Any],
        node: Any,
    ) -> Any:
        op = row["op"]
        if op == "input":
            return self.description.inputs[row["input"]].name
        if op == "variable":
            return graph.constant(_weight(self.description.variables[row["variable"]]))
        if op == "constant":
            return self._constant(graph, row)
        attrs = {name: _attribute(value) for name, value in row.get("with", {}).items()}
        if op == "item":
            return operands[0][attrs["index"]]
        if op == "iota":
            return _range(graph, attrs["size"], node.dtype)
        if op == "scan":
            return self._scan(graph, row, attrs, operands, node)
        if op not in OPERATIONS:
            raise SavingError(_no_word(op, row))
        try:
            return OPERATIONS[op](graph, operands, attrs, nodes, node)
        except SavingError as error:
            raise SavingError(_no_word(str(error), row)) from None

    def _constant(self, graph: Graph, row: Mapping[str, Any]) -> str:
        arrays = self.description.arrays
        if "array" in row and "shape" not in row:
            return graph.constant(arrays[row["array"]])
        shape = graph.integers(row["shape"])
        if "array" in row:
            return graph.op("Expand", graph.constant(arrays[row["array"]]), shape)
        dtype = np.dtype(row["dtype"])
        if "number" in row:
            number = graph.op("Cast", graph.integers([row["number"]]), to=onnx_type(dtype))
            if row["inverse"]:
                number = graph.op("Reciprocal", number)
            scalar = graph.op("Squeeze", number, graph.constant([0], np.int64))
            return graph.op("Expand", scalar, shape)
        if "count" in row:
            return graph.op("Reshape", _range(graph, row["count"], dtype), shape)
        rows, columns = (_range(graph, n, np.dtype("int64")) for n in row["triangle"])
        rows = graph.op("Unsqueeze", rows, graph.constant([1], np.int64))
        lower = graph.op("LessOrEqual", columns, rows)
        lower = graph.op("Cast", lower, to=onnx_type(dtype))
        return graph.op("Reshape", lower, shape)

    def _scan(
        self,
        graph: Graph,
        row: Mapping[str, Any],
        attrs: dict[str, Any],
        operands: list[str],
        results: Sequence[Node],
    ) -> list[str]:
        from onnx import helper

        described = row["with"]["body"]["body"]
        consts, state, xs = described["counts"]
        with self.trace:
            nodes = self.revival.loop(described["nodes"])
        body = Graph(graph)
        places = described["parameters"]
        given = [*operands[:consts], *(body.name() for _ in range(state + xs))]
        names = self._rows(body, described["nodes"], nodes, dict(zip(places, given, strict=True)))
        inputs = [
            helper.make_tensor_value_info(
                name, onnx_type(nodes[place].dtype), [None] * nodes[place].ndim
            )
            for name, place in zip(given[consts:], places[consts:], strict=True)
        ]
        outputs = []
        for place in described["results"]:
            name = body.op("Identity", names[place])
            outputs.append(
                helper.make_tensor_value_info(
                    name, onnx_type(nodes[place].dtype), [None] * nodes[place].ndim
                )
            )
        counts = {"scan_input_directions": xs, "scan_output_directions": len(outputs) - state}
        directions: dict[str, Any] = {
            k: [1] * n for k, n in counts.items() if n and attrs["reverse"]
        }
        made = helper.make_graph(body.nodes, body.name(), inputs, outputs)
        return _as_list(
            graph.op(
                "Scan",
                *operands[consts:],
                outputs=len(outputs),
                body=made,
                num_scan_inputs=xs,
                **directions,
            )
        )


def _as_list(names: Any) -> list[str]:
    return [names] if isinstance(names, str) else names


def _weight(variable: Variable) -> np.ndarray:
    return np.asarray(variable.array)


def _range(graph: Graph, count: Any, dtype: np.dtype) -> str:
    limit = graph.op("Squeeze", graph.integers([count]), graph.constant([0], np.int64))
    counted = graph.op("Range", graph.constant(0, np.int64), limit, graph.constant(1, np.int64))
    return counted if dtype == np.int64 else graph.op("Cast", counted, to=onnx_type(dtype))


def _attribute(value: Any) -> Any:
    if isinstance(value, list):
        return [_attribute(v) for v in value]
    if isinstance(value, dict) and "float" in value:
        return float.fromhex(value["float"])
    return value  # numbers, formulas, and what the writers of single operations know


def _no_word(what: str, row: Mapping[str, Any]) -> str:
    return (
        f"ONNX has no word for {what}, which {row.get('layer') or 'the model'!r} computes. "
        'Export the model with format="cornu".'
    )
