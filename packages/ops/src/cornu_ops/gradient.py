"""Derivatives chosen by the user, and derivatives along a direction."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu_engine import tree
from cornu_engine.composite import composite
from cornu_engine.gradients import gradients
from cornu_engine.graph import constant
from cornu_engine.primitives.table import p
from cornu_engine.reference import evaluate
from cornu_engine.trace import Trace, as_node, is_traced, op
from cornu_ops.values import Tensor, value


@composite
def with_custom_gradient(*values: Any, function: Any) -> Any:
    """The first of the two that `function(*values)` returns; the second is its derivative."""
    return function(*values)[0]


@with_custom_gradient.vjp
def _(g: Any, out: Any, *values: Any, function: Any) -> tuple[Any, ...]:
    found = function(*values)[1](g)
    back = found if isinstance(found, (list, tuple)) else (found,)
    if len(back) != len(values):
        raise ValueError(f"A custom gradient of {len(values)} values returned {len(back)}.")
    return tuple(back)


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function with the derivative that it returns beside its value (decorator).

    Parameters
    ----------
    f
        `f(*args)` returns `(value, grad)`; `grad(upstream)` returns one gradient for each
        argument.

    Examples
    --------
    >>> from cornu_ops.functional import grad
    >>> @ops.custom_gradient
    ... def clipped(x):
    ...     return x, lambda upstream: ops.clip(upstream, -1.0, 1.0)
    >>> float(grad(lambda x: 5.0 * clipped(x))(2.0))
    1.0
    """

    @op
    @functools.wraps(f)
    def call(*args: Any, **kwargs: Any) -> Any:
        bound = functools.partial(f, **kwargs) if kwargs else f
        return with_custom_gradient(*(value(a) for a in args), function=bound)

    return call


_DIRECTIONS = itertools.count(1)


def jvp(
    fun: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False
) -> Any:
    """The value of a function, and its derivative along a direction.

    Parameters
    ----------
    fun
        Function of tensors that returns a tensor or a structure of them.
    primals
        Its arguments.
    tangents
        The direction: one tensor of the shape of each.
    has_aux
        Whether `fun` returns `(result, aux)` with something that is not differentiated.

    Returns
    -------
    value, derivative[, aux]
        Of the structure of the result.

    Examples
    --------
    >>> ops.jvp(lambda x: x * x, (np.array([1.0, 3.0]),), (np.array([1.0, 1.0]),))
    (array([1., 9.]), array([2., 6.]))
    """
    if is_traced(*tree.flatten(primals), *tree.flatten(tangents)):
        return _jvp(fun, primals, tangents, has_aux)
    arrays = [value(x) for x in tree.flatten((tuple(primals), tuple(tangents)))]
    with Trace("jvp") as trace:
        nodes = [trace.input("x", a.shape, a.dtype) for a in arrays]
        filled = tree.pack_sequence_as((tuple(primals), tuple(tangents)), nodes)
        results = _jvp(fun, filled[0], filled[1], has_aux)
        leaves = [x for x in tree.flatten(results) if is_traced(x)]
    known: dict[Any, Any] = dict(zip(nodes, arrays, strict=True))
    known.update({leaf: variable.array for variable, leaf in trace.variables.items()})
    found = iter(evaluate(leaves, known))
    return tree.map_structure(lambda x: next(found) if is_traced(x) else x, results)


def _jvp(fun: Any, primals: Any, tangents: Any, has_aux: bool) -> Any:
    result = fun(*primals)
    result, aux = result if has_aux else (result, None)
    outputs = [as_node(y) for y in tree.flatten(result)]
    inputs = [as_node(x) for x in tree.flatten(tuple(primals))]
    # The backward derivative is linear in the seed: differentiating it by the seed, along the
    # tangents, is the forward derivative. The seed must be a value that stands nowhere else.
    seeds = [_seed(y) for y in outputs]
    back = gradients(outputs, inputs, seeds)
    directions = [
        as_node(value(t, x.dtype))
        for t, x in zip(tree.flatten(tuple(tangents)), inputs, strict=True)
    ]
    slopes = gradients(back, seeds, directions)
    slopes_of_result = tree.pack_sequence_as(result, slopes)
    return (result, slopes_of_result, aux) if has_aux else (result, slopes_of_result)


def _seed(like: Tensor) -> Any:
    return p.expand(constant(np.asarray(np.pi * next(_DIRECTIONS), like.dtype)), shape=like.shape)
