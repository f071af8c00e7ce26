"""Where symbolic tensors come from and where they go, call by call."""

from __future__ import annotations

import weakref
from typing import Any

from cornu.base.layer import KerasTensor
from cornu_data.symbolic.keras_tensor import CallNode
from cornu_engine import tree

__all__ = ["Node", "OfNodes", "TFOptimizer", "get_source_inputs", "note_call"]


# The calls on what an operation made, which hold the operation themselves.
_leaving: weakref.WeakKeyDictionary[Any, list[weakref.ref]] = weakref.WeakKeyDictionary()


class Node(CallNode):
    """A call of a layer on symbolic tensors, as `layer._inbound_nodes` lists them."""

    @property
    def outbound_layer(self) -> Any:
        """The layer that was called."""
        return self.operation

    @property
    def inbound_layers(self) -> list[Any]:
        """The layers that made the inputs."""
        return [t._operation for t in self.input_tensors]

    @property
    def node_indices(self) -> list[int]:
        """Which call of its layer made each input."""
        return [t.node.index for t in self.input_tensors if t.node is not None]

    @property
    def tensor_indices(self) -> list[int]:
        """Which output of its call each input is."""
        return [t.tensor_index for t in self.input_tensors]

    @property
    def input_shapes(self) -> list[Any]:
        """The shapes of the inputs."""
        return [t.shape for t in self.input_tensors]

    @property
    def output_shapes(self) -> list[Any]:
        """The shapes of the outputs."""
        return [t.shape for t in self.output_tensors]

    @property
    def input_masks(self) -> list[Any]:
        """The masks of the inputs, None where there is none."""
        return [t._keras_mask for t in self.input_tensors]

    @property
    def output_masks(self) -> list[Any]:
        """The masks of the outputs, None where there is none."""
        return [t._keras_mask for t in self.output_tensors]

    @property
    def arguments(self) -> dict[str, Any]:
        """What the layer was called with, beside the inputs."""
        return self.kwargs

    def get_config(self) -> dict[str, Any]:
        """Return the names of the layers around, and which of their tensors flow."""
        return {
            "outbound_layer": getattr(self.operation, "name", None),
            "inbound_layers": [layer.name for layer in self.inbound_layers],
            "node_indices": self.node_indices,
            "tensor_indices": self.tensor_indices,
        }


def note_call(outputs: Any) -> None:
    """Tell the layers that made the inputs of a call of it."""
    for tensor in tree.flatten(outputs):
        node = tensor.node if isinstance(tensor, KerasTensor) else None
        if node is None or isinstance(node, Node):
            continue
        node.__class__ = Node
        for source in node.input_tensors:
            if source._operation is not None:
                _leaving.setdefault(source._operation, []).append(weakref.ref(node))


class OfNodes:
    """A layer that knows the calls of itself, and those on what it made."""

    _inbound_nodes: list[Any]

    @property
    def inbound_nodes(self) -> list[Any]:
        """The calls of this layer; settable, for layers that are to forget them."""
        return self._inbound_nodes

    @inbound_nodes.setter
    def inbound_nodes(self, nodes: list[Any]) -> None:
        self._inbound_nodes[:] = nodes

    @property
    def outbound_nodes(self) -> list[Any]:
        """The calls on what this layer made; settable, for layers that are taken off a model."""
        found = (reference() for reference in _leaving.get(self, ()))
        return [node for node in found if node is not None]

    @outbound_nodes.setter
    def outbound_nodes(self, nodes: list[Any]) -> None:
        _leaving[self] = [weakref.ref(node) for node in nodes]

    _outbound_nodes = outbound_nodes


def get_source_inputs(tensor: Any, layer: Any = None, node_index: int | None = None) -> list[Any]:
    """Return the inputs that a symbolic tensor comes from.

    Parameters
    ----------
    tensor : KerasTensor
    layer, node_index : optional
        The call that made it, where it is not the last.

    Returns
    -------
    list of KerasTensor
    """
    if not isinstance(tensor, KerasTensor):
        return [tensor]
    node = tensor.node
    if layer is not None and node_index:
        node = layer.inbound_nodes[node_index]
    if node is None or node.is_input:
        return tree.flatten(tensor if node is None else node.outputs)
    found: dict[int, Any] = {}
    for source in node.input_tensors:
        found.update((id(t), t) for t in get_source_inputs(source))
    return list(found.values())


class TFOptimizer:
    """Wrapped an optimizer of TensorFlow 1, which does not exist here.

    Parameters
    ----------
    optimizer : object

    Raises
    ------
    NotImplementedError
        Always; the message names what to use.
    """

    def __init__(self, optimizer: Any) -> None:
        raise NotImplementedError(
            "There are no optimizers of TensorFlow 1 here: take one of keras.optimizers, such as "
            "keras.optimizers.Adam(lr=0.001)."
        )
