"""The layers between symbolic inputs and outputs, in the order in which to call them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cornu_data.symbolic.keras_tensor import CallNode, Ends, KerasTensor, tensor_key
from cornu_engine import tree
from cornu_engine.errors import GraphError, quoted
from cornu_engine.trace import current_trace

Key = tuple[int, int]


class LayerGraph:
    """A directed graph of calls.

    Parameters
    ----------
    inputs, outputs : KerasTensor, or nested structure of them
    extra : sequence of KerasTensor
        Tensors that are computed beside the outputs: losses and metrics of the model.

    Attributes
    ----------
    inputs, outputs : list of KerasTensor
        The leaves.
    nodes : list of CallNode
        Every call, inputs first.
    operations : list of Operation
        What is called, the deepest first as in Keras; its order is that of `model.layers` and of
        the weights.
    depths : dict of CallNode to int
        Longest distance to an output.

    Raises
    ------
    ValueError
        If an output cannot be computed from the inputs, or two layers share a name.
    """

    def __init__(self, inputs: Any, outputs: Any, extra: Sequence[KerasTensor] = ()) -> None:
        self.inputs_structure, self.outputs_structure = inputs, outputs
        self.inputs: list[KerasTensor] = tree.flatten(inputs)
        self.outputs: list[KerasTensor] = tree.flatten(outputs)
        _check_symbolic("inputs", self.inputs, inputs)
        _check_symbolic("outputs", self.outputs, outputs)
        self.nodes, visits = _traverse(self.inputs, [*self.outputs, *extra])
        self.depths = _depths(self.nodes)
        self._add_unused_inputs(visits)
        self.operations = self._ordered_operations(visits)
        _check_names(self.operations)
        self._check_connected()

    def _add_unused_inputs(self, visits: dict[int, int]) -> None:
        for tensor in self.inputs:
            node = tensor.node
            if node is not None and node.is_input and node not in self.depths:
                self.nodes.insert(0, node)
                self.depths[node] = 0
                visits[id(node.operation)] = -1

    def _ordered_operations(self, visits: dict[int, int]) -> list[Any]:
        depth: dict[int, int] = {}
        operations: dict[int, Any] = {}
        for node in reversed(self.nodes):
            operation = node.operation
            operations[id(operation)] = operation
            depth[id(operation)] = max(self.depths[node], depth.get(id(operation), 0))
        return sorted(operations.values(), key=lambda o: (-depth[id(o)], visits[id(o)]))

    def _check_connected(self) -> None:
        known = {tensor_key(t) for t in self.inputs}
        passed: list[str] = []
        for node in self.nodes:
            for tensor in node.input_tensors:
                if tensor_key(tensor) not in known:
                    raise ValueError(
                        f"The graph is disconnected: {tensor.name!r} of shape {tensor.shape}, "
                        "which "
                        f"{node.operation.name!r} needs, does not come from the model's inputs. "
                        "Reached so far: "
                        f"{passed}. Add its Input to inputs=."
                    )
            if not node.is_input:
                known.update(node.output_keys())
            if all(key in known for key in node.output_keys()):
                passed.append(node.operation.name)  # unlike an Input that is not among the inputs
        for path, tensor in tree.flatten_with_path(self.outputs_structure):
            if tensor_key(tensor) not in known:
                where = f" {'.'.join(map(str, path))!r}" if path else ""
                raise ValueError(
                    f"The output{where} {tensor!r} is not connected to the model's inputs."
                )

    def run(self, inputs: Sequence[Any], call: Callable[..., Any] | None = None) -> Any:
        """Call every operation, in order, on these values of the inputs; return the outputs'
        structure.

        Parameters
        ----------
        inputs : list
            One value per leaf of the inputs.
        call : callable, optional
            `call(operation, args, kwargs)`; the plain call by default.
        """
        values = self.values(inputs, self.outputs, call)
        return tree.pack_sequence_as(self.outputs_structure, values)

    def values(
        self,
        inputs: Sequence[Any],
        wanted: Sequence[KerasTensor],
        call: Callable[..., Any] | None = None,
    ) -> list[Any]:
        """Return the values of some tensors of the graph."""
        known: dict[Key, Any] = dict(zip(map(tensor_key, self.inputs), inputs, strict=True))
        trace = current_trace()
        told = {} if trace is None else trace.symbolic  # a layer may refer to tensors before it
        told.update(known)

        def value(x: Any) -> Any:
            return known[tensor_key(x)] if isinstance(x, KerasTensor) else x

        for node in self.nodes:
            if node.is_input or all(key in known for key in node.output_keys()):
                continue
            args, kwargs = tree.map_structure(value, (node.args, node.kwargs))
            outputs = (
                call(node.operation, args, kwargs) if call else node.operation(*args, **kwargs)
            )
            made = dict(zip(node.output_keys(), tree.flatten(outputs), strict=True))
            known.update(made)
            told.update(made)
        return [known[tensor_key(t)] for t in wanted]

    @property
    def ends(self) -> Ends:
        """The graph as one call; of several inputs or outputs, the shapes are a list."""
        shapes = ([t.shape for t in tensors] for tensors in (self.inputs, self.outputs))
        flat = (each[0] if len(each) == 1 else each for each in shapes)
        return Ends(self.inputs_structure, self.outputs_structure, *flat)

    def layer_nodes(self, operation: Any) -> Iterator[CallNode]:
        """Yield the calls of one operation that are part of the graph."""
        return (node for node in operation._inbound_nodes if node in self.depths)

    @property
    def nodes_by_depth(self) -> dict[int, list[CallNode]]:
        """The calls at each distance from the outputs."""
        by_depth: dict[int, list[CallNode]] = {}
        for node, depth in self.depths.items():
            by_depth.setdefault(depth, []).append(node)
        return by_depth


def get_source_inputs(
    tensor: KerasTensor, layer: Any = None, node_index: int | None = None
) -> list[KerasTensor]:
    """Return the inputs that a symbolic tensor is computed from.

    Parameters
    ----------
    tensor : KerasTensor
    layer, node_index
        Accepted for Keras 2's sake: the tensor knows where it comes from.

    Examples
    --------
    >>> import cornu
    >>> x = cornu.Input((2,), name="x")
    >>> [t.name for t in get_source_inputs(x * 2.0 + 1.0)]
    ['x']
    """
    nodes, _ = _traverse([], tree.flatten(tensor))
    return [node.output_tensors[0] for node in nodes if node.is_input]


def _check_symbolic(which: str, tensors: list[Any], structure: Any) -> None:
    if not tensors:
        raise ValueError(f"A functional model needs at least one of {which}; got {structure!r}.")
    for tensor in tensors:
        if not isinstance(tensor, KerasTensor):
            raise ValueError(
                f"{which} of a functional model are symbolic tensors, made by cornu.Input or by "
                f"calling layers on them; got {quoted(tensor)}."
            )


def _traverse(
    inputs: list[KerasTensor], outputs: list[KerasTensor]
) -> tuple[list[CallNode], dict[int, int]]:
    """Return calls, inputs first, and the order in which each operation was first met from the
    outputs.

    Depth first, without recursion: graphs may be thousands of layers deep.
    """
    given = {tensor_key(t) for t in inputs}
    finished: dict[CallNode, None] = {}
    entered: set[CallNode] = set()
    visits: dict[int, int] = {}
    for output in outputs:
        stack: list[tuple[CallNode, Iterator[KerasTensor]]] = []

        def enter(tensor: KerasTensor, stack: list = stack) -> None:
            node = tensor.node
            if node is None or node in finished:
                return
            if not node.is_input and tensor_key(tensor) in given:
                return  # an input inside another model: what is before it is not part of this one
            if node in entered:
                raise GraphError(f"{tensor!r} of {node.operation.name!r} is part of a cycle.")
            entered.add(node)
            visits.setdefault(id(node.operation), len(visits))
            stack.append((node, iter(node.input_tensors)))

        enter(output)
        while stack:
            node, remaining = stack[-1]
            tensor = next(remaining, None)
            if tensor is None:
                stack.pop()
                finished[node] = None
            else:
                enter(tensor)
    return list(finished), visits


def _depths(nodes: list[CallNode]) -> dict[CallNode, int]:
    """Return each call's longest distance to an output; calls of one layer share the longest."""
    members = set(nodes)
    depths: dict[CallNode, int] = {}
    of_operation: dict[int, int] = {}
    for node in reversed(nodes):
        key = id(node.operation)
        depth = max(depths.get(node, 0), of_operation.get(key, 0))
        depths[node] = of_operation[key] = depth
        for parent in node.parents:
            if parent in members:
                depths[parent] = max(depth + 1, depths.get(parent, 0))
    return depths


def _check_names(operations: list[Any]) -> None:
    seen: set[str] = set()
    for operation in operations:
        if operation.name in seen:
            raise ValueError(
                f"Two layers of the model are named {operation.name!r}. A saved model refers to "
                "layers by name: give one of them another name=."
            )
        seen.add(operation.name)
