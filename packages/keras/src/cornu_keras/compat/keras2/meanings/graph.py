"""Where symbolic tensors come from, and what Keras 2 called models without training."""

from __future__ import annotations

from typing import Any

from cornu.base.layer import KerasTensor
from cornu.base.layer.keras_tensor import CallNode as Node
from cornu_engine import tree

__all__ = ["Node", "TFOptimizer", "get_source_inputs"]


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
