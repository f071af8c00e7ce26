"""Choices and loops with Keras 2's argument names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cornu_ops as ops
from cornu_engine import tree
from cornu_engine.trace import op
from cornu_keras.backend.phases import learning_phase
from cornu_ops.values import Tensor, TensorLike


def _branch(expression: Any) -> Any:
    return expression() if callable(expression) else expression


@op
def switch(condition: TensorLike, then_expression: Any, else_expression: Any) -> Tensor:
    """One expression or the other, as a condition says.

    Parameters
    ----------
    condition
        One boolean, or one for each element (or each row) of the expressions.
    then_expression, else_expression
        Tensors of one shape, or functions without arguments that return them.

    Examples
    --------
    >>> K.switch(np.array([True, False]), np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    array([1., 4.])
    """
    condition = ops.convert_to_tensor(condition)
    if condition.ndim == 0:
        return ops.cond(
            condition, lambda: _branch(then_expression), lambda: _branch(else_expression)
        )
    chosen, other = ops.convert_to_tensor(_branch(then_expression)), _branch(else_expression)
    missing = chosen.ndim - condition.ndim
    if missing < 0:
        raise ValueError(
            f"The condition has shape {tuple(condition.shape)}, more axes than the expression's "
            f"{tuple(chosen.shape)}."
        )
    return ops.where(ops.reshape(condition, (*condition.shape, *(1,) * missing)), chosen, other)


@op
def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """`x` while training, else `alt`; either may be a function without arguments.

    Examples
    --------
    >>> K.in_train_phase("training", "not training", training=True)
    'training'
    """
    training = learning_phase() if training is None else training
    return _branch(x) if bool(training) else _branch(alt)


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """`x` while not training, else `alt`; either may be a function without arguments.

    Examples
    --------
    >>> K.in_test_phase("not training", "training", training=True)
    'training'
    """
    return in_train_phase(alt, x, training)


def map_fn(fn: Callable[[Any], Any], elems: Any, name: str | None = None, dtype: Any = None) -> Any:
    """`fn` of each slice along the first axis, stacked.

    Examples
    --------
    >>> K.map_fn(lambda x: x + 1, np.array([1.0, 2.0]))
    array([2., 3.])
    """
    mapped = ops.map(fn, elems)
    return mapped if dtype is None else tree.map_structure(lambda x: ops.cast(x, dtype), mapped)


@op
def foldl(
    fn: Callable[[Any, Any], Any],
    elems: TensorLike,
    initializer: Any = None,
    name: str | None = None,
) -> Any:
    """`fn(accumulated, x)` over the slices along the first axis, from the first on.

    Examples
    --------
    >>> float(K.foldl(lambda total, x: total + x, np.array([1.0, 2.0, 3.0])))
    6.0
    """
    elems = ops.convert_to_tensor(elems)
    if initializer is None:
        initializer, elems = elems[0], elems[1:]
    return ops.scan(lambda total, x: (fn(total, x), ()), initializer, elems)[0]


@op
def foldr(
    fn: Callable[[Any, Any], Any],
    elems: TensorLike,
    initializer: Any = None,
    name: str | None = None,
) -> Any:
    """`fn(accumulated, x)` over the slices along the first axis, from the last on.

    Examples
    --------
    >>> float(K.foldr(lambda total, x: total - x, np.array([1.0, 2.0, 6.0])))
    3.0
    """
    return foldl(fn, ops.flip(elems, 0), initializer)


@op
def rnn(
    step_function: Callable[[Any, list[Any]], tuple[Any, Sequence[Any]]],
    inputs: Any,
    initial_states: Sequence[Any],
    go_backwards: bool = False,
    mask: TensorLike = None,
    constants: Sequence[Any] | None = None,
    unroll: bool = False,
    input_length: Any = None,
    time_major: bool = False,
    zero_output_for_mask: bool = False,
    return_all_outputs: bool = True,
) -> tuple[Any, Any, list[Any]]:
    """Carry states through the steps of a sequence.

    Parameters
    ----------
    step_function
        `step_function(input, states)` returns `(output, new_states)`; `input` is
        `(batch, …)`, `states` are followed by the `constants`.
    inputs
        `(batch, steps, …)`, or a structure of such.
    initial_states
        Tensors `(batch, …)`.
    go_backwards
        Take the steps in reverse; outputs are in the order in which they were made.
    mask
        Booleans `(batch, steps)`: where False, states and output stay what they were.
    constants
        Tensors handed to every step.
    unroll
        Write the steps out one after another instead of as a loop.
    input_length
        Accepted for Keras' sake; the shape says it.
    time_major
        `inputs` and the outputs are `(steps, batch, …)`.
    zero_output_for_mask
        The output is 0 where the mask is False.
    return_all_outputs
        Return all outputs; else only the last, with one step.

    Returns
    -------
    last_output, outputs, new_states
        `(batch, …)`, `(batch, steps, …)` and a list of tensors.

    Examples
    --------
    >>> step = lambda x, states: (x + states[0], [x + states[0]])
    >>> x, start = np.ones((1, 3, 2), "float32"), np.zeros((1, 2), "float32")
    >>> last, outputs, states = K.rnn(step, x, [start])
    >>> outputs
    array([[[1., 1.],
            [2., 2.],
            [3., 3.]]], dtype=float32)
    """
    constants = list(constants or [])
    xs = tree.map_structure(ops.convert_to_tensor, inputs)
    if not time_major:
        xs = tree.map_structure(_swapped, xs)
    states = [ops.convert_to_tensor(s) for s in initial_states]
    first = tree.map_structure(lambda x: x[0], xs)
    flags = None if mask is None else _time_mask(mask, time_major)

    def step(carry: Any, row: Any) -> Any:
        x, flag = row
        previous, old = carry
        output, new = step_function(x, [*old, *constants])
        new = list(new)
        if flag is None:
            return (previous, new), output
        kept = [ops.where(_fitted(flag, n), n, o) for n, o in zip(new, old, strict=True)]
        blank = tree.map_structure(ops.zeros_like, output) if zero_output_for_mask else previous
        output = tree.map_structure(lambda o, b: ops.where(_fitted(flag, o), o, b), output, blank)
        return (output, kept), output

    previous: Any = ()
    if flags is not None:  # what stands in for the output of a masked first step
        previous = tree.map_structure(
            ops.zeros_like, step_function(first, [*states, *constants])[0]
        )
    (_, states), outputs = ops.scan(
        step, (previous, states), (xs, flags), reverse=go_backwards, unroll=True if unroll else 1
    )
    if go_backwards:
        outputs = tree.map_structure(lambda y: ops.flip(y, 0), outputs)
    last = tree.map_structure(lambda y: y[-1], outputs)
    if not return_all_outputs:
        outputs = tree.map_structure(lambda y: y[-1:], outputs)
    if not time_major:
        outputs = tree.map_structure(_swapped, outputs)
    return last, outputs, list(states)


def _swapped(x: Tensor) -> Tensor:
    return ops.swapaxes(x, 0, 1)


def _time_mask(mask: TensorLike, time_major: bool) -> Tensor:
    mask = ops.not_equal(ops.cast(mask, "int32"), 0)
    mask = ops.squeeze(mask, -1) if mask.ndim == 3 else mask
    return mask if time_major else _swapped(mask)


def _fitted(flag: Tensor, like: Tensor) -> Tensor:
    return ops.reshape(flag, (flag.shape[0], *(1,) * (like.ndim - 1)))
