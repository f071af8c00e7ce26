"""Tensors made, put in other shapes and orders, joined, and picked from."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_keras.compat.tensorflow.kinds import TensorShape, as_dtype


def _dtype(dtype: Any) -> str | None:
    return None if dtype is None else str(as_dtype(dtype))


def _sizes(shape: Any) -> tuple[int, ...]:
    """Return a shape that was given as numbers, or as tensors of them."""
    array = np.asarray(shape)
    return tuple(int(n) for n in (array if array.ndim else array.reshape(1)))


def _reshaped(tensor: Any, shape: Any) -> Any:
    if hasattr(shape, "op") and not isinstance(shape, (list, tuple)):
        return ops.reshape(tensor, tuple(int(n) for n in np.asarray(shape)))
    sizes = [shape] if isinstance(shape, int) else list(shape)
    return ops.reshape(tensor, tuple(int(n) for n in sizes))


def _shape(input: Any, out_type: Any = "int32") -> Any:
    """Return the sizes: numbers where they are known."""
    sizes = tuple(ops.shape(input))
    if all(isinstance(n, (int, np.integer)) for n in sizes):
        return np.asarray(sizes, _dtype(out_type))
    return sizes


def _one_hot(
    indices: Any,
    depth: int,
    on_value: Any = None,
    off_value: Any = None,
    axis: int | None = None,
    dtype: Any = None,
) -> Any:
    dtype = _dtype(dtype) or "float32"
    hot = ops.one_hot(indices, int(depth), axis=-1 if axis is None else axis, dtype=dtype)
    if on_value is None and off_value is None:
        return hot
    on, off = (1 if on_value is None else on_value), (0 if off_value is None else off_value)
    return ops.cast(ops.where(ops.equal(hot, 1), on, off), dtype)


def _where(condition: Any, x: Any = None, y: Any = None) -> Any:
    if x is None and y is None:
        return np.stack([np.asarray(i) for i in ops.nonzero(condition)], axis=-1).astype("int64")
    return ops.where(condition, x, y)


def _gather(
    params: Any, indices: Any, validate_indices: Any = None, axis: Any = None, batch_dims: int = 0
) -> Any:
    axis = batch_dims if axis is None else axis
    if batch_dims == 0:
        return ops.take(params, indices, axis)
    indices = ops.convert_to_tensor(indices)
    extra = len(params.shape) - len(indices.shape)
    for _ in range(extra):
        indices = ops.expand_dims(indices, -1)
    return ops.take_along_axis(params, indices, axis)


def _gather_nd(params: Any, indices: Any, batch_dims: int = 0) -> Any:
    params, indices = ops.convert_to_tensor(params), ops.convert_to_tensor(indices)
    if batch_dims:
        sizes = tuple(int(n) for n in indices.shape[:batch_dims])
        grid = np.stack(np.meshgrid(*map(np.arange, sizes), indexing="ij"), -1).astype("int32")
        between = (1,) * (len(indices.shape) - 1 - batch_dims)
        grid = np.broadcast_to(
            grid.reshape((*sizes, *between, batch_dims)), (*indices.shape[:-1], batch_dims)
        )
        indices = ops.concatenate([grid, ops.cast(indices, "int32")], -1)
    depth = int(indices.shape[-1])
    flat, rest = 0, params.shape[:depth]
    for i, size in enumerate(rest):
        flat = flat * size + indices[..., i]
    target = (int(np.prod(rest)), *params.shape[depth:])
    return ops.take(ops.reshape(params, target), flat, 0)


def _split(value: Any, num_or_size_splits: Any, axis: int = 0, num: Any = None) -> Any:
    if isinstance(num_or_size_splits, (int, np.integer)):
        return list(ops.split(value, int(num_or_size_splits), axis))
    sizes = _sizes(num_or_size_splits)
    if -1 in sizes:
        known = sum(n for n in sizes if n != -1)
        sizes = tuple(value.shape[axis] - known if n == -1 else n for n in sizes)
    return list(ops.split(value, tuple(np.cumsum(sizes)[:-1].tolist()), axis))


def _slice(input_: Any, begin: Any, size: Any) -> Any:
    input_ = ops.convert_to_tensor(input_)
    return input_[
        tuple(
            slice(b, None if n == -1 else b + n)
            for b, n in zip(_sizes(begin), _sizes(size), strict=True)
        )
    ]


def _pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0) -> Any:
    sides = np.asarray(paddings).tolist()
    mode = mode.lower()
    if mode == "constant":
        return ops.pad(tensor, sides, mode, constant_values)
    return ops.pad(tensor, sides, mode)


def _range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None) -> Any:
    if limit is None:
        start, limit = 0, start
    start, limit, delta = (np.asarray(v).item() for v in (start, limit, delta))
    whole = all(isinstance(v, int) for v in (start, limit, delta))
    return np.arange(start, limit, delta).astype(_dtype(dtype) or ("int32" if whole else "float32"))


def _reverse_sequence(input: Any, seq_lengths: Any, seq_axis: int = 1, batch_axis: int = 0) -> Any:
    x = ops.convert_to_tensor(input)
    lengths = ops.expand_dims(ops.cast(ops.convert_to_tensor(seq_lengths), "int32"), -1)
    steps = np.arange(x.shape[seq_axis], dtype="int32")[None]
    order = ops.where(ops.less(steps, lengths), lengths - 1 - steps, steps)
    sizes = [1] * len(x.shape)
    sizes[batch_axis], sizes[seq_axis] = x.shape[batch_axis], x.shape[seq_axis]
    return ops.take_along_axis(x, ops.reshape(order, tuple(sizes)), seq_axis)


def _scatter_nd(indices: Any, updates: Any, shape: Any) -> Any:
    return ops.scatter(indices, updates, _sizes(shape))


def _sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = "bool") -> Any:
    lengths = ops.convert_to_tensor(lengths)
    count = int(np.max(np.asarray(lengths))) if maxlen is None else int(maxlen)
    steps = np.arange(count, dtype="int32")
    return ops.cast(ops.less(steps, ops.expand_dims(lengths, -1)), _dtype(dtype) or "bool")


def _boolean_mask(tensor: Any, mask: Any, axis: int | None = None) -> Any:
    tensor, mask = np.asarray(tensor), np.asarray(mask)
    index = (*(slice(None),) * (axis or 0), mask)
    return tensor[index]


def _unique(x: Any, out_idx: Any = "int32") -> Any:
    x = np.asarray(ops.convert_to_tensor(x))
    values, first, inverse = np.unique(x, return_index=True, return_inverse=True)
    order = np.argsort(first)  # in the order in which they come
    place = np.argsort(order)
    return values[order], place[inverse.reshape(-1)].astype(_dtype(out_idx))


def _ensured(x: Any, shape: Any) -> Any:
    there = tuple(x.shape)
    if len(there) != len(shape) or any(
        None not in (a, b) and a != b for a, b in zip(there, shape, strict=True)
    ):
        raise ValueError(f"A tensor of shape {there} is not of shape {tuple(shape)}.")
    return x


def _strided(input_: Any, begin: Any, end: Any, strides: Any = None) -> Any:
    steps = (1,) * len(begin) if strides is None else strides
    parts = zip(begin, end, steps, strict=True)
    return ops.convert_to_tensor(input_)[tuple(slice(a, b, s) for a, b, s in parts)]


def _chosen(branch_index: Any, branch_fns: Any, default: Any = None) -> Any:
    branches = dict(branch_fns if isinstance(branch_fns, dict) else enumerate(branch_fns))
    return branches.get(int(np.asarray(branch_index)), default or [*branches.values()][-1])()


def _scanned(fn: Any, elems: Any, initializer: Any = None, reverse: bool = False) -> Any:
    parts = list(ops.unstack(elems))[:: -1 if reverse else 1]
    states = [parts.pop(0)] if initializer is None else []
    state = states[0] if states else initializer
    for part in parts:
        state = fn(state, part)
        states.append(state)
    return ops.stack(states[:: -1 if reverse else 1])


def _format(data_format: str) -> str:
    return "channels_first" if data_format.startswith("NC") else "channels_last"


ROWS = {
    "ensure_shape": _ensured,
    "strided_slice": _strided,
    "switch_case": _chosen,
    "scan": _scanned,
    "tuple": lambda tensors, control_inputs=None: list(tensors),
    "get_static_value": lambda tensor: np.asarray(tensor),
    "shape_n": lambda input, out_type="int32": [_shape(x, out_type) for x in input],
    "dtypes.saturate_cast saturate_cast": lambda value, dtype: ops.saturate_cast(
        value, _dtype(dtype)
    ),
    "to_float": lambda x: ops.cast(x, "float32"),
    "to_int32": lambda x: ops.cast(x, "int32"),
    "to_int64": lambda x: ops.cast(x, "int64"),
    "zeros": lambda shape, dtype="float32": ops.zeros(_sizes(shape), _dtype(dtype)),
    "ones": lambda shape, dtype="float32": ops.ones(_sizes(shape), _dtype(dtype)),
    "fill": lambda dims, value: ops.full(_sizes(dims), value),
    "eye linalg.eye": lambda num_rows, num_columns=None, batch_shape=None, dtype="float32": (
        np.broadcast_to(
            np.eye(int(num_rows), num_columns, dtype=_dtype(dtype)),
            (*(batch_shape or ()), int(num_rows), int(num_columns or num_rows)),
        )
    ),
    "zeros_like": lambda input, dtype=None: ops.zeros_like(input, dtype=_dtype(dtype)),
    "ones_like": lambda input, dtype=None: ops.ones_like(input, dtype=_dtype(dtype)),
    "range": _range,
    "linspace": lambda start, stop, num, axis=0: ops.linspace(start, stop, int(num), axis=axis),
    "meshgrid": lambda *args, indexing="xy": ops.meshgrid(*args, indexing=indexing),
    "shape": _shape,
    "size": lambda input, out_type="int32": ops.cast(ops.size(input), _dtype(out_type)),
    "rank": lambda input: np.int32(len(input.shape) if hasattr(input, "shape") else np.ndim(input)),
    "reshape": _reshaped,
    "transpose": lambda a, perm=None, conjugate=False: ops.transpose(
        ops.conj(a) if conjugate else a, None if perm is None else _sizes(perm)
    ),
    "expand_dims": lambda input, axis: ops.expand_dims(input, axis),
    "squeeze": lambda input, axis=None: ops.squeeze(
        input, tuple(axis) if isinstance(axis, list) else axis
    ),
    "concat": lambda values, axis: ops.concatenate(list(values), int(axis)),
    "stack": lambda values, axis=0: ops.stack(list(values), axis),
    "unstack": lambda value, num=None, axis=0: list(ops.unstack(value, num, axis)),
    "split": _split,
    "tile": lambda input, multiples: ops.tile(input, _sizes(multiples)),
    "repeat": lambda input, repeats, axis=None: ops.repeat(input, repeats, axis),
    "reverse": lambda tensor, axis: ops.flip(tensor, tuple(np.atleast_1d(axis).tolist())),
    "roll": lambda input, shift, axis: ops.roll(input, shift, axis),
    "broadcast_to": lambda input, shape: ops.broadcast_to(input, _sizes(shape)),
    "broadcast_static_shape": lambda shape_x, shape_y: TensorShape(
        np.broadcast_shapes(tuple(shape_x), tuple(shape_y))
    ),
    "pad": _pad,
    "slice": _slice,
    "gather": _gather,
    "gather_nd": _gather_nd,
    "scatter_nd": _scatter_nd,
    "tensor_scatter_nd_update": lambda tensor, indices, updates: ops.scatter_update(
        tensor, indices, updates
    ),
    "tensor_scatter_nd_add": lambda tensor, indices, updates: ops.add(
        tensor, ops.scatter(indices, updates, tuple(tensor.shape))
    ),
    "boolean_mask": _boolean_mask,
    "where": _where,
    "one_hot": _one_hot,
    "sequence_mask": _sequence_mask,
    "reverse_sequence": _reverse_sequence,
    "unique": _unique,
    "searchsorted": lambda sorted_sequence, values, side="left": ops.searchsorted(
        sorted_sequence, values, side
    ),
    "nn.space_to_depth": lambda input, block_size, data_format="NHWC": ops.space_to_depth(
        input, block_size, _format(data_format)
    ),
    "nn.depth_to_space": lambda input, block_size, data_format="NHWC": ops.depth_to_space(
        input, block_size, _format(data_format)
    ),
    "cond": lambda pred, true_fn=None, false_fn=None: ops.cond(pred, true_fn, false_fn),
    "case": lambda pred_fn_pairs, default=None: _case(pred_fn_pairs, default),
    "while_loop": lambda cond, body, loop_vars, maximum_iterations=None: ops.while_loop(
        cond, body, tuple(loop_vars), maximum_iterations=maximum_iterations
    ),
    "map_fn": lambda fn, elems, dtype=None, fn_output_signature=None: ops.map(fn, elems),
    "vectorized_map": lambda fn, elems: ops.vectorized_map(fn, elems),
    "foldl": lambda fn, elems, initializer=None: _fold(fn, elems, initializer),
}


def _case(pairs: Any, default: Any) -> Any:
    for condition, branch in pairs:
        if bool(condition):
            return branch()
    return default()


def _fold(function: Any, elems: Any, initializer: Any) -> Any:
    parts = list(ops.unstack(elems))
    total = parts.pop(0) if initializer is None else initializer
    for part in parts:
        total = function(total, part)
    return total
