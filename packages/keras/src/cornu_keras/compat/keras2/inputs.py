"""Where models begin: also at tensors whose value is known already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.base.naming import get_uid
from cornu.models import Input as _Input
from cornu_engine import tree
from cornu_engine.variable import Variable
from cornu_keras.backend.variables import is_keras_tensor
from cornu_keras.compat.keras2.meanings.graph import note_call

__all__ = ["Input", "clone_model"]


def Input(
    shape: Sequence[int | None] | None = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
    dtype: Any = None,
    sparse: bool = False,
    tensor: Any = None,
) -> Any:
    """Return a symbolic tensor for data that a model will be given.

    Parameters
    ----------
    shape : tuple of int or None
        Of one sample.
    batch_shape : tuple of int or None
        In its place, with the batch axis.
    name, dtype, sparse
        As in `cornu.Input`.
    tensor : array, Variable or symbolic tensor, optional
        What the model is given here, so that nobody passes it to `fit`; a symbolic input is itself.

    Examples
    --------
    >>> x = Input(tensor=np.zeros((10, 3)))
    >>> x.shape
    (None, 3)
    """
    name = name or f"input_{get_uid('input')}"
    if tensor is None:
        made = _Input(
            None if shape is None else tuple(shape),
            batch_shape=None if batch_shape is None else tuple(batch_shape),
            name=name,
            dtype=dtype,
            sparse=sparse,
        )
    elif is_keras_tensor(tensor):
        if tensor.node is not None and tensor.node.is_input:
            return tensor
        made = _Input(tensor=tensor, name=name)
    else:
        value = tensor if isinstance(tensor, Variable) else np.asarray(tensor)
        made = _Input(value.shape[1:], dtype=dtype or np.dtype(value.dtype).name, name=name)
        made._operation.__dict__["fixed_value"] = value  # no weight of the model
    made._operation.__class__ = _input_layer()
    note_call(made)
    return made


def clone_model(model: Any, input_tensors: Any = None) -> Any:
    """Return a model of the same architecture with layers and weights of its own.

    Parameters
    ----------
    model : Model
    input_tensors : symbolic tensor, array or Variable, or list of them, optional
        What the new model begins at; a value that is known already need not be passed to `fit`.

    Examples
    --------
    >>> from cornu.compat.keras2.layers import Dense
    >>> from cornu.compat.keras2.models import Sequential
    >>> copy = clone_model(Sequential([Dense(1, input_dim=2)]), np.ones((3, 2)))
    >>> copy.compile("sgd", "mse")
    >>> copy.train_on_batch(None, np.ones((3, 1))) >= 0
    True
    """
    from cornu.models import cloning

    given = None
    if input_tensors is not None:
        given = [x if is_keras_tensor(x) else Input(tensor=x) for x in tree.flatten(input_tensors)]
    plain = cloning.clone_model(model, given)
    if plain._graph is None:
        return plain
    kind, graph = type(model), plain._graph
    if plain._is_stack:
        return kind([*(t._operation for t in graph.inputs), *plain.layers], name=plain.name)
    return kind(graph.inputs_structure, graph.outputs_structure, name=plain.name)


def _input_layer() -> Any:
    from cornu_keras.compat.keras2 import dialect

    return dialect.find("layers", "InputLayer")
