"""A cell over the steps of a sequence."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import cornu_ops as ops
from cornu_engine import tree

Step = Callable[[Any, Any], tuple[Any, Any]]


def run(
    step: Step,
    states: Any,
    sequence: Any,
    mask: Any = None,
    *,
    backwards: bool = False,
    unroll: bool = False,
    zero_output: bool = False,
    output_is_state: bool = False,
    first_output: Any = None,
    all_outputs: bool = True,
) -> tuple[Any, Any, Any]:
    """Carry a state through a sequence.

    Parameters
    ----------
    step : callable
        `step(inputs, states)` returns `(output, new_states)`.
    states : structure of values
        Before the first step.
    sequence : value
        `(steps, batch, ...)`.
    mask : value, optional
        `(steps, batch)`; where it is False the states stay, and the output is that of the step
        before.
    backwards : bool
        From the last step to the first.
    unroll : bool
        Write every step out instead of a loop.
    zero_output : bool
        Where the mask is False, the output is 0.
    output_is_state : bool
        The output of a step is the first of its new states.
    first_output : value, optional
        What stands for the output before the first step, where a mask asks for it and it is no
        state.
    all_outputs : bool
        Whether every step's output is wanted; otherwise None is returned in their place.

    Returns
    -------
    (last_output, outputs, states)
        `outputs` are `(steps, batch, ...)` in the order in which the steps were made.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[[1.0]], [[2.0]], [[3.0]]])
    >>> last, outputs, _ = run(lambda x, s: (s + x, s + x), np.zeros((1, 1)), x, backwards=True)
    >>> np.ravel(outputs)
    array([3., 5., 6.])
    """
    carried = mask is not None and not (output_is_state or zero_output)
    from_state = output_is_state and not (zero_output and mask is not None)
    wants_output = all_outputs or not (from_state or carried)

    def body(carry: Any, xs: Any) -> tuple[Any, Any]:
        before, previous = carry if carried else (carry, None)
        inputs, present = xs if mask is not None else (xs, None)
        output, after = step(inputs, before)
        if present is not None:
            after = tree.map_structure(lambda old, new: _where(present, new, old), before, after)
            if from_state:
                output = _first(after)
            else:
                output = _where(
                    present, output, ops.zeros_like(output) if previous is None else previous
                )
        return ((after, output) if carried else after), (output if wants_output else None)

    init = (states, first_output) if carried else states
    xs = sequence if mask is None else (sequence, ops.cast(mask, "bool"))
    loop = _unrolled if unroll else ops.scan
    final, outputs = loop(body, init, xs, reverse=backwards)
    after, previous = final if carried else (final, None)
    if from_state:
        last = _first(after)
    elif carried:
        last = previous
    else:
        last = outputs[0 if backwards else -1]
    if not all_outputs:
        return last, None, after
    return last, ops.flip(outputs, axis=0) if backwards else outputs, after


def _unrolled(body: Step, init: Any, xs: Any, reverse: bool = False) -> tuple[Any, Any]:
    steps = tree.flatten(xs)[0].shape[0]
    carry, outputs = init, []
    for i in reversed(range(steps)) if reverse else range(steps):
        carry, output = body(carry, tree.map_structure(operator.itemgetter(i), xs))
        outputs.append(output)
    if outputs[0] is None:
        return carry, None
    return carry, ops.stack(outputs[::-1] if reverse else outputs, axis=0)


def _where(present: Any, new: Any, old: Any) -> Any:
    shape = (present.shape[0], *(1,) * (len(new.shape) - 1))
    return ops.where(ops.reshape(present, shape), new, old)


def _first(states: Any) -> Any:
    """The first state; of stacked cells, that of the last cell."""
    if not tree.is_nested(states):
        return states
    return _first(states[-1]) if tree.is_nested(states[0]) else states[0]
