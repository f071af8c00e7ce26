"""A program as the graph that TensorBoard draws."""

from __future__ import annotations

import re
from typing import Any

from cornu_engine.graph import Node, toposort


def graph_of(program: Any) -> Any:
    """Return a `GraphDef` of a program: a node per operation, grouped by layers.

    Parameters
    ----------
    program : cornu_engine.program.Program
    """
    from tensorboard.compat.proto import graph_pb2, versions_pb2

    graph = graph_pb2.GraphDef(versions=versions_pb2.VersionDef(producer=22))
    names: dict[Node, str] = {}
    taken: dict[str, int] = {}
    for node in toposort(program.roots):
        names[node] = _unique(_name(node), taken)
        _add(graph, names[node], node.op, [names[operand] for operand in node.inputs], node)
    for variable, value in program.updates.items():
        name = _unique(f"{_safe(variable.path)}/assign", taken)
        _add(graph, name, "assign", [names[value]], value)
    return graph


def _name(node: Node) -> str:
    if node.op in ("input", "variable", "parameter"):
        return _safe(node.attrs["name"])
    scope = node.scope.replace("∇", "gradients/")
    return _safe(f"{scope}/{node.op}" if scope else node.op)


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_./\-]", "_", name).lstrip("_/") or "value"


def _unique(name: str, taken: dict[str, int]) -> str:
    count = taken.get(name, 0)
    taken[name] = count + 1
    return f"{name}_{count}" if count else name


def _add(graph: Any, name: str, op: str, inputs: list[str], node: Node) -> None:
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

    shapes = node.shape if node.is_tuple else (node.shape,)
    added = graph.node.add(name=name, op=op, input=inputs)
    added.attr["_output_shapes"].list.shape.extend(
        TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in shape])
        for shape in shapes
    )
