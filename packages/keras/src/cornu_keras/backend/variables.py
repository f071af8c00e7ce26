"""Variables, constants and their values."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu import config
from cornu_engine.dtypes import canonical
from cornu_engine.shapes import product
from cornu_engine.trace import is_traced
from cornu_engine.variable import Variable
from cornu_ops import random
from cornu_ops.values import Tensor, TensorLike


def variable(
    value: TensorLike, dtype: Any = None, name: str | None = None, constraint: Any = None
) -> Variable:
    """A named tensor that can be assigned to.

    Parameters
    ----------
    value
        Its first value.
    dtype
        `floatx` by default.
    name
        Short name.
    constraint
        Function that an optimizer applies after each update.

    Examples
    --------
    >>> K.get_value(K.variable([1.0, 2.0]))
    array([1., 2.], dtype=float32)
    """
    array = np.asarray(value.value if isinstance(value, Variable) else value)
    return Variable(array, dtype=canonical(dtype), name=name, constraint=constraint)


def constant(
    value: TensorLike,
    dtype: Any = None,
    shape: Sequence[int] | None = None,
    name: str | None = None,
) -> Tensor:
    """A tensor of fixed value, filling `shape` if one is given.

    Examples
    --------
    >>> K.constant(3, shape=(2,))
    array([3., 3.], dtype=float32)
    """
    array = np.asarray(value, canonical(dtype))
    if shape is None:
        return array
    return array.reshape(shape) if array.size == product(shape) else np.full(shape, array)


def zeros(shape: Sequence[int], dtype: Any = None, name: str | None = None) -> Variable:
    """A variable of zeros.

    Examples
    --------
    >>> K.get_value(K.zeros((2,)))
    array([0., 0.], dtype=float32)
    """
    return variable(np.zeros(shape), dtype, name)


def ones(shape: Sequence[int], dtype: Any = None, name: str | None = None) -> Variable:
    """A variable of ones.

    Examples
    --------
    >>> K.get_value(K.ones((2,)))
    array([1., 1.], dtype=float32)
    """
    return variable(np.ones(shape), dtype, name)


def eye(size: int | Sequence[int], dtype: Any = None, name: str | None = None) -> Variable:
    """A variable that holds the identity matrix.

    Examples
    --------
    >>> K.get_value(K.eye(2))
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """
    rows, columns = (size, size) if isinstance(size, int) else size
    return variable(np.eye(rows, columns), dtype, name)


def zeros_like(x: TensorLike, dtype: Any = None, name: str | None = None) -> Tensor:
    """Zeros of the shape of `x`.

    Examples
    --------
    >>> K.zeros_like(np.ones(2))
    array([0., 0.])
    """
    return ops.zeros_like(x, dtype)


def ones_like(x: TensorLike, dtype: Any = None, name: str | None = None) -> Tensor:
    """Ones of the shape of `x`.

    Examples
    --------
    >>> K.ones_like(np.zeros(2))
    array([1., 1.])
    """
    return ops.ones_like(x, dtype)


def random_uniform_variable(
    shape: Sequence[int],
    low: float,
    high: float,
    dtype: Any = None,
    name: str | None = None,
    seed: int | None = None,
) -> Variable:
    """A variable filled with numbers spread evenly over `[low, high)`.

    Examples
    --------
    >>> K.random_uniform_variable((2, 3), 0.0, 1.0).shape
    (2, 3)
    """
    return variable(random.uniform(shape, low, high, dtype, seed), dtype, name)


def random_normal_variable(
    shape: Sequence[int],
    mean: float,
    scale: float,
    dtype: Any = None,
    name: str | None = None,
    seed: int | None = None,
) -> Variable:
    """A variable filled with numbers of a normal distribution.

    Examples
    --------
    >>> K.random_normal_variable((2, 3), 0.0, 1.0).shape
    (2, 3)
    """
    return variable(random.normal(shape, mean, scale, dtype, seed), dtype, name)


def get_value(x: TensorLike) -> np.ndarray:
    """The value of a variable or tensor, as an array.

    Examples
    --------
    >>> K.get_value(K.variable(2.0))
    array(2., dtype=float32)
    """
    return ops.convert_to_numpy(x).copy()


def batch_get_value(
    tensors: Iterable[TensorLike] | None = None, *, ops: Iterable[TensorLike] | None = None
) -> list[np.ndarray]:
    """The values of several variables; `ops` is Keras 2's name of the argument.

    Examples
    --------
    >>> K.batch_get_value([K.variable(1.0), K.variable(2.0)])
    [array(1., dtype=float32), array(2., dtype=float32)]
    """
    return [get_value(x) for x in (tensors if ops is None else ops) or ()]


def set_value(x: Variable, value: TensorLike) -> None:
    """Assign to a variable.

    Examples
    --------
    >>> v = K.variable(1.0)
    >>> K.set_value(v, 5.0)
    >>> float(v)
    5.0
    """
    x.assign(np.asarray(value, x.dtype))


def batch_set_value(tuples: Iterable[tuple[Variable, TensorLike]]) -> None:
    """Assign to several variables.

    Parameters
    ----------
    tuples
        Pairs of variable and value.

    Examples
    --------
    >>> v = K.variable(1.0)
    >>> K.batch_set_value([(v, 2.0)])
    >>> float(v)
    2.0
    """
    for x, value in tuples:
        set_value(x, value)


def update(x: Variable, new_x: TensorLike) -> Any:
    """Assign to a variable; inside a trace the program does it.

    Examples
    --------
    >>> K.update(K.variable([1.0]), [3.0])
    array([3.], dtype=float32)
    """
    return x.assign(new_x)


def update_add(x: Variable, increment: TensorLike) -> Any:
    """Add to a variable.

    Examples
    --------
    >>> K.update_add(K.variable([1.0]), 2.0)
    array([3.], dtype=float32)
    """
    return x.assign(ops.add(x, increment))


def update_sub(x: Variable, decrement: TensorLike) -> Any:
    """Subtract from a variable.

    Examples
    --------
    >>> K.update_sub(K.variable([1.0]), 2.0)
    array([-1.], dtype=float32)
    """
    return x.assign(ops.subtract(x, decrement))


def moving_average_update(x: Variable, value: TensorLike, momentum: float) -> Any:
    """Move a variable towards a value: `x * momentum + value * (1 - momentum)`.

    Examples
    --------
    >>> K.moving_average_update(K.variable([1.0]), [2.0], 0.5)
    array([1.5], dtype=float32)
    """
    step = ops.multiply(ops.subtract(x, ops.cast(value, x.dtype)), 1.0 - momentum)
    return x.assign(ops.subtract(x, step))


def eval(x: TensorLike) -> np.ndarray:
    """The value of a tensor, as an array.

    Examples
    --------
    >>> K.eval(K.variable([1.0]) * 2)
    array([2.], dtype=float32)
    """
    return get_value(x)


def dtype(x: TensorLike) -> str:
    """The name of the dtype.

    Examples
    --------
    >>> K.dtype(K.zeros((2,)))
    'float32'
    """
    return ops.dtype(x)


def ndim(x: TensorLike) -> int:
    """How many axes a tensor has.

    Examples
    --------
    >>> K.ndim(K.zeros((2, 3)))
    2
    """
    return ops.ndim(x)


def int_shape(x: TensorLike) -> tuple[int | None, ...]:
    """The shape, with `None` where it is not known yet.

    Examples
    --------
    >>> K.int_shape(K.zeros((2, 3)))
    (2, 3)
    """
    return ops.shape(x)


def get_variable_shape(x: TensorLike) -> tuple[int | None, ...]:
    """The shape of a variable.

    Examples
    --------
    >>> K.get_variable_shape(K.zeros((2, 3)))
    (2, 3)
    """
    return ops.shape(x)


def size(x: TensorLike, name: str | None = None) -> int | None:
    """How many elements a tensor has.

    Examples
    --------
    >>> K.size(K.zeros((2, 3)))
    6
    """
    return ops.size(x)


def count_params(x: TensorLike) -> int | None:
    """How many elements a variable has.

    Examples
    --------
    >>> K.count_params(K.zeros((2, 3)))
    6
    """
    return ops.size(x)


def cast_to_floatx(x: TensorLike) -> Tensor:
    """`x` in the default float type.

    Examples
    --------
    >>> K.cast_to_floatx(np.array([1.0, 2.0])).dtype
    dtype('float32')
    """
    return ops.cast(x, config.floatx())


def is_keras_tensor(x: Any) -> bool:
    """Whether `x` was returned by a layer or `Input` while wiring a model.

    Examples
    --------
    >>> K.is_keras_tensor(cornu.Input((2,))), K.is_keras_tensor(np.ones(2))
    (True, False)
    """
    return bool(getattr(type(x), "__cornu_symbolic__", False))


def is_tensor(x: Any) -> bool:
    """Whether `x` is an array, a traced or a symbolic value.

    Examples
    --------
    >>> K.is_tensor(np.ones(2)), K.is_tensor("no")
    (True, False)
    """
    return ops.is_tensor(x)


def is_variable(x: Any) -> bool:
    """Whether `x` is a variable.

    Examples
    --------
    >>> K.is_variable(K.zeros((2,)))
    True
    """
    return isinstance(x, Variable)


def is_sparse(tensor: Any) -> bool:
    """False: tensors here are dense.

    Examples
    --------
    >>> K.is_sparse(np.ones(2))
    False
    """
    return False


def to_dense(tensor: TensorLike) -> Tensor:
    """`tensor` itself, which is dense already.

    Examples
    --------
    >>> K.to_dense(np.ones(2))
    array([1., 1.])
    """
    return tensor


def placeholder(
    shape: Sequence[int | None] | None = None,
    ndim: int | None = None,
    dtype: Any = None,
    sparse: bool = False,
    name: str | None = None,
) -> Any:
    """A symbolic input, for `function`.

    Parameters
    ----------
    shape
        With the batch axis; `None` for axes of any size.
    ndim
        How many axes of any size, where no shape is given.
    dtype
        `floatx` by default.
    sparse
        Only `False`.
    name
        Its name.

    Examples
    --------
    >>> K.int_shape(K.placeholder((2, None)))
    (2, None)
    """
    from cornu.models import Input

    if sparse:
        raise ValueError("Sparse tensors do not exist here: leave sparse=False.")
    if shape is None:
        if not ndim:
            raise ValueError("placeholder() needs a shape or the number of axes.")
        shape = (None,) * ndim
    return Input(batch_shape=tuple(shape), dtype=canonical(dtype).name, name=name)


def is_placeholder(x: Any) -> bool:
    """Whether `x` is a symbolic input.

    Examples
    --------
    >>> K.is_placeholder(K.placeholder((2, 3)))
    True
    """
    return is_keras_tensor(x) and bool(getattr(getattr(x, "node", None), "is_input", False))


def identity(x: TensorLike, name: str | None = None) -> Tensor:
    """`x` as a tensor of its own.

    Examples
    --------
    >>> K.identity([1.0])
    array([1.], dtype=float32)
    """
    return ops.copy(x)


def stop_gradient(variables: Any) -> Any:
    """`variables` (one or a list), taken for constants by derivatives.

    Examples
    --------
    >>> K.stop_gradient([np.ones(1), np.zeros(1)])
    [array([1.]), array([0.])]
    """
    if isinstance(variables, (list, tuple)) and not all(map(np.isscalar, variables)):
        return [ops.stop_gradient(v) for v in variables]
    return ops.stop_gradient(variables)


def print_tensor(x: TensorLike, message: str = "") -> Tensor:
    """Print a value and return it; inside a compiled step, where there is none yet, warn of it.

    Examples
    --------
    >>> K.print_tensor(np.ones(2), "x =")
    x = [1. 1.]
    array([1., 1.])
    """
    if is_keras_tensor(x) or is_traced(x):
        warnings.warn(
            f"print_tensor({message!r}) has no value to print inside of a compiled step: run it "
            "line by line, compile(…, run_eagerly=True).",
            stacklevel=2,
        )
        return x
    print(message, ops.convert_to_numpy(x))
    return x
