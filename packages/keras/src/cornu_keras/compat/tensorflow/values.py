"""Tensors: values that a tape can follow, and what turns results into them."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_ops as ops
from cornu.base import KerasTensor
from cornu_data.symbolic.masks import get_mask, set_mask
from cornu_engine import current, tree
from cornu_engine.graph import Node
from cornu_engine.shapes import Sizes
from cornu_engine.trace import current_trace
from cornu_engine.variable import Variable as State
from cornu_keras.compat.tensorflow.graphs import of_variables, recorded
from cornu_keras.compat.tensorflow.kinds import TensorShape, as_dtype
from cornu_keras.compat.tensorflow.texts import Text, as_text

__all__ = ["Tensor", "as_tensors", "cast", "constant", "convert_to_tensor", "is_tensor"]


class _Kind(type):
    """All values that Cornu computes with are tensors for `isinstance`."""

    def __instancecheck__(cls, value: Any) -> bool:
        if cls is Tensor:
            kinds = (Node, KerasTensor, State, Text, Complex)
            return type.__instancecheck__(cls, value) or isinstance(value, kinds)
        return type.__instancecheck__(cls, value)


class Tensor(State, metaclass=_Kind):
    """A value that does not change.

    Parameters
    ----------
    value : array_like
    dtype : optional

    Examples
    --------
    >>> x = Tensor([[1.0, 2.0]])
    >>> x.numpy(), x.shape.as_list(), x.dtype == "float32"
    (array([[1., 2.]], dtype=float32), [1, 2], True)
    >>> (x + 1).numpy()
    array([[2., 3.]], dtype=float32)
    """

    autocast = tracked = False

    def __init__(self, value: Any, dtype: Any = None) -> None:
        if dtype is None and isinstance(value, np.ndarray):
            dtype = value.dtype
        super().__init__(value, dtype=dtype, trainable=False, name="tensor")

    @property
    def shape(self) -> Any:
        """The sizes along its axes; those in a step are of the step's own kind."""
        sizes = self._storage.shape
        return TensorShape(sizes) if current_trace() is None else Sizes(sizes)

    @property
    def dtype(self) -> Any:
        """The dtype of its numbers."""
        return self._storage.dtype

    @property
    def device(self) -> str:
        """Where it lies, in TensorFlow's words."""
        return "/device:CPU:0"

    @property
    def _keras_mask(self) -> Any:
        return get_mask(self)

    @_keras_mask.setter
    def _keras_mask(self, mask: Any) -> None:
        set_mask(self, mask)

    @_keras_mask.deleter
    def _keras_mask(self) -> None:
        set_mask(self, None)

    def set_shape(self, shape: Any) -> None:
        """Check the sizes along its axes."""
        if len(shape) != self.ndim or any(
            n not in (None, m) for n, m in zip(shape, self.shape, strict=True)
        ):
            raise ValueError(f"A tensor of shape {tuple(self.shape)} is not of shape {shape}.")

    def numpy(self) -> Any:
        """Return its numbers: an array, or a number of NumPy."""
        return self._storage.copy() if self.ndim else self._storage[()]

    def eval(self, *args: Any, **kwargs: Any) -> Any:
        """Return its numbers, as TensorFlow 1 did in a session."""
        return self.numpy()

    def ref(self) -> Any:
        """Return what may be the key of a dict."""
        return _Reference(self)

    def assign(self, value: Any) -> Any:
        """Refuse: only variables change."""
        raise AttributeError("A tensor does not change; tf.Variable does.")

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """NumPy's functions read the numbers and give arrays."""
        return function(*_numbers(args), **_numbers(kwargs))

    def __format__(self, spec: str) -> str:
        return format(self.numpy(), spec)

    def __str__(self) -> str:
        text = str(self.numpy())
        begin = "\n" if "\n" in text else ""
        return f"tf.Tensor({begin}{text}, shape={tuple(self.shape)}, dtype={self.dtype.name})"

    def __repr__(self) -> str:
        shape = tuple(self.shape)
        return f"<tf.Tensor: shape={shape}, dtype={self.dtype.name}, numpy={self.numpy()!r}>"

    def __index__(self) -> int:
        if self.ndim or self.dtype.kind not in "iu":
            raise TypeError(f"Only a whole number counts places, not {self!r}.")
        return int(self)

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("A tensor of no axes has no length.")
        return self.shape[0]

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))


class _Reference:
    def __init__(self, value: Any) -> None:
        self.value = value

    def deref(self) -> Any:
        """Return what it refers to."""
        return self.value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reference) and self.value is other.value


def _numbers(given: Any) -> Any:
    return tree.map_structure(lambda x: np.asarray(x) if isinstance(x, State) else x, given)


def _returning_tensors(name: str) -> Any:
    operator = getattr(State, name)

    def method(self: Any, *args: Any) -> Any:
        if self.tracked and of_variables((self, *args)):
            return recorded(operator, self, *args)
        if current_trace() is not None and _counts(self, *args):
            with Paused():  # counts are known in a program, too
                return as_tensors(operator(self, *args))
        return as_tensors(operator(self, *args))

    method.__name__ = name
    return method


class Paused:
    """A context in which nothing is traced."""

    def __enter__(self) -> None:
        self._token = current.CURRENT.set(None)

    def __exit__(self, *error: Any) -> None:
        current.CURRENT.reset(self._token)


def _counts(value: Any, *others: Any) -> bool:
    """Tell whether these are whole numbers that do not change, such as sizes."""
    if not isinstance(value, State):
        return isinstance(value, (int, slice, type(None), type(Ellipsis))) or (
            isinstance(value, tuple) and all(map(_counts, value))
        )
    return not value.tracked and value.dtype.kind in "iub" and all(map(_counts, others))


_BINARY = "add sub mul truediv floordiv mod pow matmul and or xor".split()
OPERATORS = [f"__{way}{name}__" for name in _BINARY for way in ("", "r")]
OPERATORS += [f"__{name}__" for name in "neg abs invert lt le gt ge eq ne getitem".split()]
for _name in OPERATORS:
    setattr(Tensor, _name, _returning_tensors(_name))
Tensor.__hash__ = object.__hash__  # type: ignore[method-assign,assignment]


def as_tensors(result: Any) -> Any:
    """Return arrays as tensors; in lists, tuples and dicts too.

    Examples
    --------
    >>> as_tensors([np.zeros(2), "text"])
    [<tf.Tensor: shape=(2,), dtype=float64, numpy=array([0., 0.])>, 'text']
    """
    if isinstance(result, (np.ndarray, np.generic)):
        if result.dtype.kind in "biuf":
            return Tensor(np.asarray(result))
        return np.asarray(result).view(Complex) if result.dtype.kind == "c" else as_text(result)
    if isinstance(result, (list, tuple, dict)):
        return tree.map_structure(
            lambda x: as_tensors(x) if isinstance(x, (np.ndarray, np.generic)) else x, result
        )
    return result


class Complex(np.ndarray):
    """Complex numbers, which no program holds: NumPy computes with them."""

    def numpy(self) -> Any:
        """Return its numbers."""
        return np.array(self)[()]


def is_tensor(x: Any) -> bool:
    """Tell whether a value is a tensor or a variable."""
    return isinstance(x, Tensor)


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str = "Const") -> Any:
    """Return a tensor of these numbers.

    Examples
    --------
    >>> constant(2, shape=(2, 2)).numpy()
    array([[2, 2],
           [2, 2]], dtype=int32)
    """
    result = convert_to_tensor(value, dtype)
    if shape is not None:
        wanted = tuple(shape)
        one = getattr(result, "size", 0) == 1
        result = ops.broadcast_to(result, wanted) if one else ops.reshape(result, wanted)
    return as_tensors(result)


def convert_to_tensor(value: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Return a value as a tensor."""
    if _is_text(value):
        return as_text(value)
    if isinstance(value, Tensor) and not isinstance(value, State):
        return value if dtype is None else cast(value, dtype)
    if isinstance(value, State):
        if current_trace() is not None:
            value = value.value
        elif isinstance(value, Tensor) and dtype in (None, value.dtype):
            return value
        else:
            value = value.numpy()
    if isinstance(value, (list, tuple)) and any(is_tensor(v) for v in tree.flatten(value)):
        value = ops.stack([convert_to_tensor(v) for v in value])
    if isinstance(value, (complex, np.ndarray, np.generic)) or (
        isinstance(value, (list, tuple)) and complex in map(type, tree.flatten(value))
    ):
        array = np.asarray(value)
        if array.dtype.kind == "c":
            return as_tensors(array if dtype is None else array.astype(str(as_dtype(dtype))))
        return Tensor(array if dtype is None else array.astype(str(as_dtype(dtype))))
    return as_tensors(ops.convert_to_tensor(value, None if dtype is None else as_dtype(dtype)))


def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """Return a tensor in another dtype."""
    wanted = str(as_dtype(dtype))
    if wanted.startswith("complex") or isinstance(x, Complex):
        return as_tensors(np.asarray(x).astype(wanted))
    return as_tensors(ops.cast(x, wanted))


def _is_text(value: Any) -> bool:
    if isinstance(value, (str, bytes)):
        return True
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "OSU"
    return isinstance(value, (list, tuple)) and bool(value) and _is_text(value[0])
