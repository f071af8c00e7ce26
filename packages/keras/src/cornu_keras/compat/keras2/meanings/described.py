"""Functional models: what they are made of may be read off them, and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu.base.layer import KerasTensor
from cornu.models import Model
from cornu.models.input_layer import graph_between
from cornu_engine import tree
from cornu_keras.compat.keras2.meanings.graph import get_source_inputs

__all__ = ["Described"]

if TYPE_CHECKING:
    _Base = Model
else:
    _Base = object


class Described(_Base):
    """A model whose layers are a list of its own, and whose ends may be set."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        given = kwargs.get("inputs", kwargs.get("input", args[0] if args else None))
        _begins_at_inputs([x for x in tree.flatten(given) if isinstance(x, KerasTensor)])
        super().__init__(*args, **kwargs)

    def _set_graph(self, graph: Any) -> None:
        super()._set_graph(graph)
        self.__dict__["_own_layers"] = None

    @property  # type: ignore[misc]  # nobody sets the list itself
    def layers(self) -> list[Any]:
        """The layers: of a functional model always the same list, from which some may be taken."""
        if self._graph is None or self._is_stack:
            return super().layers
        if self.__dict__.get("_own_layers") is None:
            self.__dict__["_own_layers"] = super().layers
        found: list[Any] = self.__dict__["_own_layers"]
        return found

    @property
    def outputs(self) -> list[Any]:
        """The symbolic outputs; settable, where the model is to end elsewhere."""
        return super().outputs

    @outputs.setter
    def outputs(self, value: Any) -> None:
        wanted = tree.flatten(value)
        if self._is_stack:
            while len(self.layers) > 1 and self.layers[-1].output is not wanted[0]:
                self.pop()  # type: ignore[attr-defined]
            return
        assert self._graph is not None
        for layer in super().layers:
            self._parts.remove(layer)
        self._set_graph(graph_between(self._graph.inputs_structure, value))
        self._forget_steps()

    # What of the description Keras 2 kept beside it

    @property
    def _input_layers(self) -> list[Any]:
        return [tensor._operation for tensor in self.inputs]

    @property
    def _output_layers(self) -> list[Any]:
        return [tensor._operation for tensor in self.outputs]

    @property
    def _nodes_by_depth(self) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = {}
        if self._graph is not None:
            deepest = max(self._graph.depths.values(), default=0)
            for node, depth in self._graph.depths.items():
                found.setdefault(deepest if node.is_input else depth, []).append(node)
        return found

    @property
    def _layers_by_depth(self) -> dict[int, list[Any]]:
        depths: dict[Any, int] = {}
        for depth, nodes in self._nodes_by_depth.items():
            for node in nodes:
                depths[node.operation] = max(depth, depths.get(node.operation, 0))
        found: dict[int, list[Any]] = {}
        for layer, depth in depths.items():
            found.setdefault(depth, []).append(layer)
        return found

    input_layers, output_layers = _input_layers, _output_layers
    nodes_by_depth, layers_by_depth = _nodes_by_depth, _layers_by_depth


def _begins_at_inputs(tensors: list[KerasTensor]) -> None:
    """Refuse a tensor that is there twice, or comes from an Input which is not among them."""
    given = {id(tensor) for tensor in tensors}
    if len(given) < len(tensors):
        raise ValueError(
            "The list of inputs passed to the model is redundant. All inputs should only appear "
            f"once. Found: {tensors}"
        )
    for tensor in tensors:
        for source in get_source_inputs(tensor):
            if id(source) not in given:
                raise ValueError(
                    f"Graph disconnected: the input {tensor.name!r} comes from {source.name!r}, "
                    "which is not among the inputs. Begin at a keras.layers.Input of shape "
                    f"{tuple(tensor.shape[1:])}, and call the layers on it."
                )
