"""Shapes of outputs, found by tracing with made-up sizes in place of the open ones.

A function is traced with every open size set to one number, then to another: sizes of the result
that move with them are open too. Nothing is computed, but where the function asks for a number:
then it gets that of inputs filled with ones, as it may be meant for `run_eagerly=True`. The traces
are thrown away.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu_data.symbolic.keras_tensor import KerasTensor, symbolic_leaves
from cornu_data.symbolic.masks import get_mask, set_mask
from cornu_data.text import HostValue, is_text
from cornu_engine import tree
from cornu_engine.eager import EagerTrace
from cornu_engine.errors import TracedValueError
from cornu_engine.trace import Trace

PROBES = (89, 97)  # two primes: a size that is equal for both does not depend on an open size


def infer(function: Callable, args: tuple, kwargs: dict, owner: str = "") -> Any:
    """Return symbolic tensors for what `function(*args, **kwargs)` would return.

    Parameters
    ----------
    function : callable
        Any composition of operations.
    args, kwargs : tuple, dict
        With symbolic tensors among their leaves.
    owner : str
        Path of the layer, for the error when the function returns something that is no value.
    """
    inputs = symbolic_leaves(args, kwargs)
    is_open = any(None in t.shape for t in inputs)
    outcomes = [
        _outcome(function, args, kwargs, probe) for probe in (PROBES if is_open else PROBES[:1])
    ]
    (first, last), masks = (outcomes[0][0], outcomes[-1][0]), [m for _, m in outcomes]

    def merge(one: Any, other: Any) -> Any:
        if not hasattr(one, "shape") or not hasattr(one, "dtype"):
            name = f"Layer {owner}" if owner else "A function in a functional model"
            raise TypeError(
                f"{name} must return values, alone or in lists, tuples and dicts; it returned "
                f"{'None' if one is None else f'{one!r} ({type(one).__name__})'}."
            )
        shape = _merged(one.shape, other.shape)
        tensor = KerasTensor(shape, one.dtype)
        mask, twin = masks[0].get(id(one)), masks[-1].get(id(other))
        if mask is not None and twin is not None:
            tensor._keras_mask = KerasTensor(_merged(mask.shape, twin.shape), "bool")
        return tensor

    return tree.map_structure(merge, first, last)


def _merged(one: tuple, other: tuple) -> tuple:
    if len(one) != len(other):
        raise ValueError(
            f"The rank of the result depends on the size of the batch: {len(one)} and {len(other)}."
        )
    return tuple(a if a == b else None for a, b in zip(one, other, strict=True))


def _outcome(function: Callable, args: tuple, kwargs: dict, probe: int) -> tuple[Any, dict]:
    try:
        return _traced(function, args, kwargs, probe, Trace)
    except TracedValueError:
        return _traced(function, args, kwargs, probe, EagerTrace)


def _traced(
    function: Callable, args: tuple, kwargs: dict, probe: int, kind: type[Trace]
) -> tuple[Any, dict]:
    with kind("shapes") as trace:
        trace.host = probe
        trace.stand_in = stand_in = _StandIns(trace, probe)
        filled_args, filled_kwargs = tree.map_structure(stand_in, (args, kwargs))
        try:
            outputs = function(*filled_args, **filled_kwargs)
            return outputs, {id(x): get_mask(x) for x in tree.flatten(outputs)}
        except (ValueError, TypeError) as error:
            raise _with_open_sizes(error, probe, symbolic_leaves(args, kwargs)) from error.__cause__
        finally:
            trace.stand_in = None  # no circle stays behind


class _StandIns:
    """Inputs of a trace in place of symbolic tensors, one for each, with its mask."""

    def __init__(self, trace: Trace, probe: int) -> None:
        self.trace, self.probe = trace, probe
        self.made: dict[int, Any] = {}

    def __call__(self, value: Any) -> Any:
        if not isinstance(value, KerasTensor):
            return value
        if id(value) not in self.made:
            shape = _filled(value.shape, self.probe)
            if is_text(value):
                self.made[id(value)] = HostValue(shape)
                return self.made[id(value)]
            ones = np.broadcast_to(np.ones((), value.dtype), shape) if self.trace.eager else None
            self.made[id(value)] = node = self.trace.input(value.name, shape, value.dtype, ones)
            if value._keras_mask is not None:
                set_mask(node, self(value._keras_mask))
        return self.made[id(value)]


def _filled(shape: tuple, probe: int) -> tuple[int, ...]:
    return tuple(probe if size is None else size for size in shape)


def _with_open_sizes(error: Exception, probe: int, tensors: list[KerasTensor]) -> Exception:
    """Write `None` again where a message shows the made-up size."""
    written = {size for t in tensors for size in t.shape}
    if probe not in written and error.args and isinstance(error.args[0], str):
        error.args = (re.sub(rf"\b{probe}\b", "None", error.args[0]), *error.args[1:])
    return error
