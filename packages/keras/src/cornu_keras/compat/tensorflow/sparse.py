"""`tf.sparse`: few numbers in a large tensor, told by their places."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_keras.compat.tensorflow.kinds import TensorShape
from cornu_keras.compat.tensorflow.values import Tensor, as_tensors, convert_to_tensor

__all__ = [
    "SparseTensor", "concat", "expand_dims", "eye", "from_dense", "reduce_sum", "reorder",
    "reshape", "sparse_dense_matmul", "to_dense", "transpose",
]  # fmt: skip


class SparseTensor:
    """Numbers at places, and zeros everywhere else.

    Parameters
    ----------
    indices : array_like
        `(count, rank)`.
    values : array_like
        `(count,)`.
    dense_shape : sequence of int

    Examples
    --------
    >>> two = SparseTensor([[0, 1], [1, 0]], [3.0, 4.0], [2, 2])
    >>> to_dense(two).numpy().tolist()
    [[0.0, 3.0], [4.0, 0.0]]
    """

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        sizes = tuple(int(n) for n in np.asarray(dense_shape).reshape(-1))
        places = np.asarray(indices, "int64").reshape(-1, len(sizes))
        self.indices = convert_to_tensor(places)
        self.values = convert_to_tensor(values)
        self.dense_shape = convert_to_tensor(np.asarray(sizes, "int64"))
        self.shape = TensorShape(sizes)

    @property
    def dtype(self) -> Any:
        """The dtype of its numbers."""
        return self.values.dtype

    def get_shape(self) -> TensorShape:
        """Return the sizes along its axes."""
        return self.shape

    def with_values(self, values: Any) -> SparseTensor:
        """Return other numbers at the same places."""
        return SparseTensor(self.indices, values, self.shape)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.asarray(to_dense(self), dtype)

    def __repr__(self) -> str:
        return f"SparseTensor(indices={self.indices}, values={self.values}, shape={self.shape})"


def to_dense(
    sp_input: Any, default_value: Any = None, validate_indices: bool = True, name: Any = None
) -> Any:
    """Return a tensor with all numbers; what a data set yields has them already."""
    if not isinstance(sp_input, SparseTensor):
        return convert_to_tensor(sp_input)
    places = tuple(np.asarray(sp_input.indices).T)
    values = np.asarray(sp_input.values)
    fill = default_value if default_value is not None else "" if values.dtype == object else 0
    found = np.full(tuple(sp_input.shape), np.asarray(fill, values.dtype), values.dtype)
    found[places] = values
    return as_tensors(found)


def from_dense(tensor: Any, name: Any = None) -> SparseTensor:
    """Return what is not zero, by its places."""
    array = np.asarray(tensor)
    there = array != ("" if array.dtype == object else 0)
    return SparseTensor(np.argwhere(there), array[there], array.shape)


def sparse_dense_matmul(
    sp_a: Any, b: Any, adjoint_a: bool = False, adjoint_b: bool = False, name: Any = None
) -> Any:
    """Return the product of two matrices, one of which is sparse."""
    one, two = (to_dense(x) if isinstance(x, SparseTensor) else x for x in (sp_a, b))
    one = ops.transpose(one) if adjoint_a else one
    two = ops.transpose(two) if adjoint_b else two
    return as_tensors(ops.matmul(one, two))


def reorder(sp_input: SparseTensor, name: Any = None) -> SparseTensor:
    """Return the same in the order of rows."""
    places = np.asarray(sp_input.indices)
    order = np.lexsort(places.T[::-1])
    return SparseTensor(places[order], np.asarray(sp_input.values)[order], sp_input.shape)


def reshape(sp_input: Any, shape: Any, name: Any = None) -> SparseTensor:
    """Return the same numbers in another shape."""
    return from_dense(np.reshape(np.asarray(sp_input), tuple(int(n) for n in np.asarray(shape))))


def transpose(sp_input: Any, perm: Any = None, name: Any = None) -> SparseTensor:
    """Return it with its axes in another order."""
    return from_dense(np.transpose(np.asarray(sp_input), perm))


def expand_dims(sp_input: Any, axis: Any = None, name: Any = None) -> SparseTensor:
    """Return it with one more axis."""
    return from_dense(np.expand_dims(np.asarray(sp_input), -1 if axis is None else axis))


def concat(axis: int, sp_inputs: Any, expand_nonconcat_dims: bool = False, name: Any = None) -> Any:
    """Return several, one behind the other."""
    return from_dense(np.concatenate([np.asarray(x) for x in sp_inputs], axis))


def reduce_sum(
    sp_input: Any, axis: Any = None, keepdims: bool = False, output_is_sparse: bool = False,
    name: Any = None,
) -> Any:  # fmt: skip
    """Return sums along axes."""
    total = np.sum(np.asarray(sp_input), axis, keepdims=keepdims)
    return from_dense(total) if output_is_sparse else Tensor(np.asarray(total))


def eye(num_rows: int, num_columns: Any = None, dtype: Any = "float32", name: Any = None) -> Any:
    """Return ones on the diagonal."""
    return from_dense(np.eye(num_rows, num_columns, dtype=str(dtype)))
