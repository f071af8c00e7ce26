"""Choices and loops: Python's on arrays, part of the program inside a trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu_engine import tree
from cornu_engine.dtypes import is_float
from cornu_engine.errors import ShapeError, TracedValueError
from cornu_engine.graph import Node, leaf, make_node, toposort
from cornu_engine.primitives.table import p
from cornu_engine.trace import as_node, current_trace, is_traced, op
from cornu_ops.movement import cut, joined, picked, with_axis
from cornu_ops.values import Tensor, TensorLike, cast_value, promote, value


def _leaves(structure: Any) -> list[Tensor]:
    return [value(x) for x in tree.flatten(structure) if x is not None]


def _packed(structure: Any, leaves: Sequence[Any]) -> Any:
    rest = iter(leaves)
    return tree.map_structure(lambda x: None if x is None else next(rest), structure)


def _known(x: Any) -> bool:
    """Whether a value can be asked for its number now."""
    if not is_traced(x):
        return True
    try:
        np.asarray(value(x))
    except TracedValueError:
        return False
    return True


def _chosen(condition: Any, a: Any, b: Any) -> Any:
    """Leaf by leaf `a` where the condition holds, else `b`."""
    tree.assert_same_structure(a, b)
    pairs = [promote(x, y) for x, y in zip(_leaves(a), _leaves(b), strict=True)]
    for x, y in pairs:
        if tuple(x.shape) != tuple(y.shape):
            raise ValueError(
                f"Both branches must give one shape, got {tuple(x.shape)} and {tuple(y.shape)}."
            )
    condition = _scalar_truth(condition)
    return _packed(a, [p.where(condition, x, y) for x, y in pairs])


def _branch(function: Callable[..., Any], taken: Tensor, *args: Any) -> Any:
    """`function(*args)`, with 1 for the numbers from outside where the branch is not taken.

    So no gradient comes back from it. To scale that gradient by 0 would not do: a branch may make
    NaN of a value it was not written for, and 0 times NaN is NaN.
    """
    start = leaf("input", (), np.dtype(bool)).serial
    result = function(*args)
    roots = [x for x in _leaves(result) if isinstance(x, Node)]
    new: dict[Node, Node] = {}
    taken = as_node(taken)
    for node in toposort(roots):
        source = node.inputs[0] if node.op == "item" else node
        if source.serial < start:  # made before the branch
            passes = node.op != "constant" and not node.is_tuple and is_float(node.dtype)
            new[node] = p.where(taken, node, _ones(node)) if passes else node
        else:
            inputs = tuple(new[i] for i in node.inputs)
            new[node] = make_node(node.op, inputs, node.attrs, node.shape, node.dtype)
    return _packed(result, [new.get(x, x) if isinstance(x, Node) else x for x in _leaves(result)])


def _ones(like: Node) -> Node:
    one = np.ones((1,) * like.ndim, like.dtype)
    return as_node(one if like.size == 1 else p.expand(one, shape=like.shape))


def _scalar_truth(x: TensorLike) -> Tensor:
    x = value(x)
    x = x if x.dtype == bool else p.ne(x, 0)
    if int(np.prod(x.shape)) != 1:
        raise ValueError(
            f"A condition must be one value, got shape {tuple(x.shape)}; see ops.where."
        )
    return p.reshape(x, shape=())


@op
def cond(pred: TensorLike, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """`true_fn()` if the condition holds, else `false_fn()`.

    Parameters
    ----------
    pred
        One boolean. If it is traced, both branches become part of the program and a choice is made
        between their results; gradients come from the one that is chosen.
    true_fn, false_fn
        Functions without arguments that return tensors of the same structure, shapes and dtypes.

    Examples
    --------
    >>> ops.cond(np.array(3) > 2, lambda: "large", lambda: "small")
    'large'
    """
    if _known(pred):
        return true_fn() if bool(np.asarray(value(pred))) else false_fn()
    pred = _scalar_truth(pred)
    return _chosen(pred, _branch(true_fn, pred), _branch(false_fn, p.invert(pred)))


@op
def switch(index: TensorLike, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """The result of one of several functions.

    Parameters
    ----------
    index
        Which, held within the number of branches.
    branches
        Functions of `operands` that return tensors of the same structure, shapes and dtypes.
    *operands
        Their arguments.

    Examples
    --------
    >>> ops.switch(1, [lambda x: x, lambda x: -x], np.array([2.0]))
    array([-2.])
    """
    last = len(branches) - 1
    if _known(index):
        return branches[min(max(int(np.asarray(value(index))), 0), last)](*operands)
    index = p.minimum(p.maximum(value(index), 0), last)
    result = _branch(branches[last], p.eq(index, last), *operands)
    for i in reversed(range(last)):
        taken = p.eq(index, i)
        result = _chosen(taken, _branch(branches[i], taken, *operands), result)
    return result


@op
def scan(
    f: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int | bool = 1,
) -> tuple[Any, Any]:
    """Carry a state through the rows of `xs` and stack what each step returns.

    Parameters
    ----------
    f
        `f(state, x)` returns `(state, y)`; structures of tensors are welcome throughout.
    init
        The first state; every step must keep its shapes and dtypes.
    xs
        Tensors whose first axis is stepped along, or `None` with `length`.
    length
        Number of steps.
    reverse
        Step from the last row to the first; `ys` keep the order of the rows.
    unroll
        `True` writes the steps out one after another; numbers are accepted for Keras' sake.

    Returns
    -------
    state, ys
        The last state, and the stacked outputs.

    Examples
    --------
    >>> x = np.ones((3, 1), "float32")
    >>> ops.scan(lambda total, x: (total + x, total + x), np.zeros(1, "float32"), x)
    (array([3.], dtype=float32), array([[1.],
           [2.],
           [3.]], dtype=float32))
    """
    rows = _leaves(xs)
    if not rows and length is None:
        raise ValueError("scan() needs xs or length.")
    if any(not x.shape for x in rows):
        raise ShapeError("One of xs is a number: it has no first axis to step along.")
    steps = int(rows[0].shape[0] if length is None else length)
    wrong = [tuple(x.shape) for x in rows if x.shape[0] != steps]
    if wrong:
        raise ValueError(f"scan() makes {steps} steps, but one of xs has shape {wrong[0]}.")
    if unroll is not True and steps and _traced_loop(f, init, rows):
        return _program_scan(f, init, xs, rows, steps, reverse)
    return _python_scan(f, init, xs, rows, steps, reverse)


def _traced_loop(f: Any, init: Any, rows: list[Any]) -> bool:
    # the step may close over traced values, so inside a trace every scan is the program's
    trace = current_trace()
    return trace is not None and not trace.eager


def _program_scan(f: Any, init: Any, xs: Any, rows: list[Any], steps: int, reverse: bool) -> Any:
    from cornu_engine.scan import scan as build

    form: dict[str, Any] = {}

    def step(state: list[Any], row: list[Any]) -> tuple[list[Any], list[Any]]:
        new, y = f(_packed(init, state), None if xs is None else _packed(xs, row))
        tree.assert_same_structure(init, new)
        form["y"] = y
        fitted = [
            as_node(value(v, s.dtype)) for v, s in zip(_leaves_like(new, init), state, strict=True)
        ]
        return fitted, [as_node(v) for v in _leaves(y)]

    start = [as_node(x) for x in _leaves(init)]
    last, ys = build(step, start, [as_node(x) for x in rows], steps, reverse)
    return _packed(init, last), _packed(form["y"], ys)


def _leaves_like(structure: Any, like: Any) -> list[Any]:
    return [
        x
        for x, known in zip(tree.flatten(structure), tree.flatten(like), strict=True)
        if known is not None
    ]


def _python_scan(f: Any, init: Any, xs: Any, rows: list[Any], steps: int, reverse: bool) -> Any:
    state, outputs = init, []
    for i in reversed(range(steps)) if reverse else range(steps):
        row = None if xs is None else _packed(xs, [picked(x, 0, i) for x in rows])
        new, y = f(state, row)
        state = _like(state, new)
        outputs.append(y)
    if reverse:
        outputs.reverse()
    if not outputs:
        return state, None
    columns = zip(*(_leaves(y) for y in outputs), strict=True)
    return state, _packed(outputs[0], [_stacked(column) for column in columns])


def _like(old: Any, new: Any) -> Any:
    """`new` in the dtypes of `old`, as in a program, where a loop's state keeps its dtype."""
    tree.assert_same_structure(old, new)
    return tree.map_structure(
        lambda a, b: value(b, a.dtype) if hasattr(a, "dtype") else b, old, new
    )


def _stacked(column: Sequence[Tensor]) -> Tensor:
    return joined([with_axis(x, 0) for x in promote(*column)], 0)


@op
def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """`f` of each row of `xs`, stacked.

    Parameters
    ----------
    f
        Function of one row (or of a structure of rows).
    xs
        Tensors whose first axis is stepped along.

    Examples
    --------
    >>> ops.map(lambda x: x * x, np.array([1.0, 2.0, 3.0]))
    array([1., 4., 9.])
    """
    return scan(lambda state, x: (state, f(x)), (), xs)[1]


@op
def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """`function` of each row of `elements`, stacked.

    Inside a trace, work that no step hands to the next is done for all rows at once.

    Examples
    --------
    >>> ops.vectorized_map(lambda x: x * 2, np.array([1.0, 2.0]))
    array([2., 4.])
    """
    return map(function, elements)


@op
def fori_loop(lower: int, upper: int, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """`body_fun(i, value)` for each `i` from `lower` up to (not including) `upper`.

    Parameters
    ----------
    lower, upper
        Known whole numbers.
    body_fun
        Returns the next value, of the same structure, shapes and dtypes.
    init_val
        The first value.

    Examples
    --------
    >>> ops.fori_loop(0, 3, lambda i, x: x * 2, 1)
    8
    """
    for bound in (lower, upper):
        if not _known(bound):
            raise TracedValueError(
                "fori_loop() needs known bounds: in a traced step use ops.scan with a fixed length."
            )
    steps = np.arange(int(lower), int(upper), dtype=np.int32)
    if not _traced_loop(body_fun, init_val, []) or not len(steps):
        for i in steps:
            init_val = _like(init_val, body_fun(i, init_val))
        return init_val
    return scan(lambda state, i: (body_fun(i, state), ()), init_val, steps)[0]


@op
def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    maximum_iterations: int | None = None,
) -> Any:
    """`loop_vars = body(*loop_vars)` as long as `cond(*loop_vars)` holds.

    Parameters
    ----------
    cond, body
        Functions of the loop variables.
    loop_vars
        List or tuple of structures of tensors (or one tensor).
    maximum_iterations
        Most steps made. A condition that is traced needs it: a program has a fixed number of
        steps, of which those after the condition first fails change nothing.

    Examples
    --------
    >>> ops.while_loop(lambda i: i < 10, lambda i: (i * 3,), (1,))
    (array(27, dtype=int32),)
    """
    single = not isinstance(loop_vars, (list, tuple))
    state = tree.map_structure(value, (loop_vars,) if single else tuple(loop_vars))

    def advance(values: Any) -> tuple[Any, ...]:
        new = body(*values)
        return tuple(new) if isinstance(new, (list, tuple)) else (new,)

    steps = 0
    while maximum_iterations is None or steps < maximum_iterations:
        going = cond(*state)
        if not _known(going):
            if maximum_iterations is None:
                raise TracedValueError(
                    "while_loop() with a traced condition needs maximum_iterations: a program has "
                    "a fixed number of steps."
                )
            state = _bounded_loop(cond, advance, state, maximum_iterations - steps)
            break
        if not bool(np.asarray(value(going))):
            break
        state, steps = _like(state, advance(state)), steps + 1
    if single:
        return state[0]
    return type(loop_vars)(state) if isinstance(loop_vars, list) else state


def _bounded_loop(cond: Any, advance: Any, state: tuple[Any, ...], steps: int) -> Any:
    def step(carry: Any, _: Any) -> tuple[Any, Any]:
        going, values = carry
        going = p.and_(going, _scalar_truth(cond(*values)))
        return (going, _chosen(going, _branch(advance, going, values), values)), ()

    return scan(step, (np.array(True), state), None, steps)[0][1]


@op
def associative_scan(
    f: Callable[[Any, Any], Any], elems: Any, reverse: bool = False, axis: int = 0
) -> Any:
    """All partial results of an associative function along an axis, in log2(n) rounds.

    Parameters
    ----------
    f
        `f(a, b)`, associative and elementwise along `axis`; structures are welcome.
    elems
        Tensors with one size along `axis`.
    reverse
        Combine from the end.
    axis
        The axis.

    Examples
    --------
    >>> ops.associative_scan(lambda a, b: a + b, np.array([1.0, 2.0, 3.0]))
    array([1., 3., 6.])
    """
    leaves = _leaves(elems)
    axis = axis % leaves[0].ndim
    size = leaves[0].shape[axis]
    if reverse:
        leaves = [p.flip(x, axes=(axis,)) for x in leaves]
    shift = 1
    while shift < size:  # each element joins the one `shift` before it: spans double
        early = [cut(x, axis, 0, size - shift) for x in leaves]
        late = [cut(x, axis, shift, size) for x in leaves]
        new = _leaves(f(_packed(elems, early), _packed(elems, late)))
        heads = [cut(x, axis, 0, shift) for x in leaves]
        leaves = [
            joined([h, cast_value(n, h.dtype)], axis) for h, n in zip(heads, new, strict=True)
        ]
        shift *= 2
    if reverse:
        leaves = [p.flip(x, axes=(axis,)) for x in leaves]
    return _packed(elems, leaves)
