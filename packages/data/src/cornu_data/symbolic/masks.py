"""Which values carry a mask.

Arrays and traced values have no room for an attribute, so masks stand in tables beside them: those
of traced values live as long as their trace, those of arrays as long as the array.
"""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

from cornu_data.symbolic.keras_tensor import KerasTensor
from cornu_engine import tree
from cornu_engine.graph import Node
from cornu_engine.primitives.table import p
from cornu_engine.trace import Trace, current_trace

_OF_ARRAYS: dict[int, tuple[weakref.ref, Any]] = {}
# A mask is often computed from the very value it belongs to, so nothing weaker than the trace may
# own it.
_OF_NODES: weakref.WeakKeyDictionary[Trace, dict[Node, Any]] = weakref.WeakKeyDictionary()


def get_mask(value: Any) -> Any:
    """Return the mask of a value, or None.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.ones((1, 2))
    >>> set_mask(x, np.array([[True, False]]))
    >>> get_mask(x)
    array([[ True, False]])
    """
    if isinstance(value, KerasTensor):
        return value._keras_mask
    if isinstance(value, Node):
        trace = current_trace()
        return None if trace is None else _OF_NODES.get(trace, {}).get(value)
    kept = _OF_ARRAYS.get(id(value))
    return kept[1] if kept is not None and kept[0]() is value else None


def masks_in(structure: Any) -> Any:
    """Return the masks of the values in a structure, or None where none of them has one."""
    masks = tree.map_structure(get_mask, structure)
    return masks if any(m is not None for m in tree.flatten(masks)) else None


def set_mask(value: Any, mask: Any) -> None:
    """Give a value a mask; None takes it away."""
    if isinstance(value, KerasTensor):
        value._keras_mask = mask
    elif isinstance(value, Node):
        trace = current_trace()
        if trace is not None:
            _OF_NODES.setdefault(trace, {})[value] = mask
    elif mask is None:
        _OF_ARRAYS.pop(id(value), None)
    else:
        _remember(value, mask)


def given_mask(args: tuple, kwargs: dict[str, Any]) -> Any:
    """Return the mask among the arguments of `compute_mask`, whatever it is called."""
    return args[0] if args else kwargs.get("previous_mask", kwargs.get("mask"))


def without_masks(outputs: Any, first: Any) -> Any:
    """Return outputs that carry no mask, also where a layer hands on its very input."""
    given = tree.flatten(first)

    def bare(value: Any) -> Any:
        if get_mask(value) is None or not any(value is x for x in given):
            return value
        if isinstance(value, np.ndarray):
            return value.view()
        return p.reshape(value, shape=value.shape)  # another node of the same numbers

    return tree.map_structure(bare, outputs)


def _remember(array: Any, mask: Any) -> None:
    key = id(array)

    def forget(reference: weakref.ref) -> None:
        kept = _OF_ARRAYS.get(key)
        if (
            kept is not None and kept[0] is reference
        ):  # the number may belong to another array by now
            del _OF_ARRAYS[key]

    try:
        _OF_ARRAYS[key] = (weakref.ref(array, forget), mask)
    except TypeError:  # a scalar cannot be referred to weakly, and has no axis to mask
        return
