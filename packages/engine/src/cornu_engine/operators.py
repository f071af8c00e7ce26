"""Python's operators for values that are not arrays yet: nodes, variables and symbolic tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu_engine.errors import TracedValueError

_BINARY = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "true_divide",
    "floordiv": "floor_divide",
    "mod": "mod",
    "pow": "power",
    "matmul": "matmul",
    "and": "bitwise_and",
    "or": "bitwise_or",
    "xor": "bitwise_xor",
    "lshift": "left_shift",
    "rshift": "right_shift",
}
_COMPARE = {
    "eq": "equal",
    "ne": "not_equal",
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
}
_UFUNCS = {"remainder": "mod", "invert": "bitwise_not", "conjugate": "conj"}
_UNARY = {"neg": "negative", "abs": "absolute", "invert": "bitwise_not"}


class ArrayOperators:
    """Mixin: `a + b`, `a @ b`, `a[1:]`, … through `cornu.ops`.

    `==` compares numbers element by element. Hashing stays by identity, so values can be keys of a
    dict; never search a list or tuple of values with `in`.
    """

    __slots__ = ()
    __array_priority__ = 1000

    __hash__ = object.__hash__

    shape: Any
    dtype: Any

    if TYPE_CHECKING:  # set at the end of this file
        _any: Any = None
        __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = _any
        __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = _any
        __rpow__ = __matmul__ = __rmatmul__ = __and__ = __rand__ = __or__ = __ror__ = _any
        __xor__ = __rxor__ = __lshift__ = __rlshift__ = __rshift__ = __rrshift__ = __lt__ = _any
        __le__ = __gt__ = __ge__ = __neg__ = __abs__ = __invert__ = _any

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """`array + value` and `np.exp(value)` are the operation of the same name in `cornu.ops`."""
        name = _UFUNCS.get(ufunc.__name__, ufunc.__name__)
        if method == "__call__" and not kwargs and hasattr(_vocabulary, name):
            return getattr(_vocabulary, name)(*inputs)
        name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
        return self._by_numpy(getattr(ufunc, method), name, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        module = function.__module__.removeprefix("numpy").lstrip(".")
        name = ".".join(filter(None, [module, function.__name__]))
        return self._by_numpy(function, name, args, kwargs)

    def _by_numpy(self, function: Any, name: str, args: Any, kwargs: Any) -> Any:
        """Return what a function of NumPy gives; a value without numbers says what to call."""
        known = name.rpartition(".")[2]
        twin = f"cornu.ops.{known}" if known in _vocabulary.__all__ else "functions of cornu.ops"
        raise TracedValueError(f"np.{name} works on arrays, not on {self!r}. Use {twin}.")

    @property
    def T(self) -> Any:
        """The transpose."""
        return _vocabulary.transpose(self)

    def __pos__(self) -> Any:
        return self

    def __getitem__(self, key: Any) -> Any:
        return _vocabulary.get_item(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        whole = "v.assign(value)" if hasattr(self, "assign") else "ops.where(mask, value, x)"
        raise TypeError(
            f"{self!r} cannot be changed in place by x[...] = value. Write {whole}, or make a new "
            "value with ops.slice_update(x, start, value) or ops.concatenate."
        )

    if not TYPE_CHECKING:  # for type checkers, what is missing is missing

        def __getattr__(self, name: str) -> Any:
            hint = ""
            if name in _vocabulary.__all__:
                hint = f" Write ops.{name}(x)."  # methods of arrays that are functions here
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}.{hint}")

    def get_shape(self) -> Any:
        """Return the shape."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Do nothing: the shape is known."""

    def reshape(self, *shape: Any) -> Any:
        """Return the same numbers in another shape."""
        target = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
        return _vocabulary.reshape(self, target)

    def squeeze(self, axis: Any = None) -> Any:
        """Return the same numbers without axes of size one."""
        return _vocabulary.squeeze(self, axis=axis)

    def astype(self, dtype: Any) -> Any:
        """Return the value in another dtype."""
        return _vocabulary.cast(self, dtype)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Any:
        """Return the sum over `axis`."""
        return _vocabulary.sum(self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Any:
        """Return the mean over `axis`."""
        return _vocabulary.mean(self, axis=axis, keepdims=keepdims)


_vocabulary: Any = None


def spoken_in(vocabulary: Any) -> None:
    """Say what the operators mean: an object with a function for each, and `__all__`.

    They are sugar over operations, which stand above the engine. By themselves they are primitives,
    of operands of one dtype; `cornu_ops` makes them its own.
    """
    global _vocabulary
    _vocabulary = vocabulary


def _binary(op: str) -> Any:
    return lambda self, other: getattr(_vocabulary, op)(self, other)


def _reflected(op: str) -> Any:
    return lambda self, other: getattr(_vocabulary, op)(other, self)


def _unary(op: str) -> Any:
    return lambda self: getattr(_vocabulary, op)(self)


for _dunder, _name in _BINARY.items():
    setattr(ArrayOperators, f"__{_dunder}__", _binary(_name))
    setattr(ArrayOperators, f"__r{_dunder}__", _reflected(_name))
for _dunder, _name in _COMPARE.items():
    setattr(ArrayOperators, f"__{_dunder}__", _binary(_name))
for _dunder, _name in _UNARY.items():
    setattr(ArrayOperators, f"__{_dunder}__", _unary(_name))
