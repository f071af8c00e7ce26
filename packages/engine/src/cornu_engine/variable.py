"""State that outlives one run of a program: weights, optimizer slots, metric totals, counters."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

from cornu_engine import tree
from cornu_engine.current import CURRENT, is_tracing
from cornu_engine.dtypes import canonical
from cornu_engine.operators import ArrayOperators
from cornu_engine.shapes import Shape, product
from cornu_engine.values import read_only


class Storage:
    """Counts how often any variable has changed the memory it lives in.

    A compiled program is bound to memory; its owner compares `Storage.epoch` with the one it was
    compiled in. `Storage.homes` counts how often a variable has moved to a device: as long as it is
    0, no array can be older than what a device holds. `Storage.changes` counts all that a program
    may have been traced from: memory, what is trainable, and which parts a layer has.
    `Storage.written` is another object after each write into any variable.
    """

    epoch = 0
    homes = 0
    changes = 0
    written: object = None

    @classmethod
    def moved(cls) -> None:
        """Count a variable in other memory."""
        cls.epoch += 1
        cls.changes += 1


class Pending:
    """Variables that have a shape but no memory yet, while a model is being read from a file.

    Attributes
    ----------
    makers : dict of Variable to callable
        What makes the first value of each, should it be wanted after all.
    allowed : int
        Bytes that other variables may take in the meantime.
    """

    def __init__(self, allowed: int) -> None:
        self.makers: dict[Variable, Callable[[], Any]] = {}
        self.allowed = allowed

    def draw(self, shape: Shape, itemsize: int) -> None:
        """Take the bytes of a variable from what is allowed.

        Raises
        ------
        MemoryError
            If there is not enough left.
        """
        self.allowed -= product(shape) * itemsize
        if self.allowed < 0:
            raise MemoryError(f"A variable of shape {shape} takes more memory than is allowed.")


# Where the numbers are, and when they came there: no part of what a step follows from.
_ELSEWHERE = {"stand_in": None, "home": None, "written": None}

_pending: ContextVar[Pending | None] = ContextVar("cornu_pending", default=None)


@contextlib.contextmanager
def without_memory(allowed: int = 2**63) -> Iterator[Pending]:
    """Make weights without memory inside: `Variable.fill` gives them theirs.

    Parameters
    ----------
    allowed : int
        Bytes that variables which are no weights (states of metrics, counters) may take.

    Examples
    --------
    >>> with without_memory() as pending:
    ...     v = Variable(later(np.ones, (2**40,), "float32"))
    >>> v.shape, v in pending.makers
    ((1099511627776,), True)
    """
    pending = Pending(allowed)
    token = _pending.set(pending)
    try:
        yield pending
    finally:
        _pending.reset(token)


def check_allowed(shape: Shape, dtype: Any) -> None:
    """Raise MemoryError where `without_memory` allows no variable of this size."""
    pending = _pending.get()
    if pending is not None:
        pending.draw(shape, np.dtype(dtype).itemsize)


def zeros(shape: Shape, dtype: Any) -> np.ndarray:
    """Return zeros, of a shape that a file may ask for: checked before they are made."""
    check_allowed(shape, dtype)
    return np.zeros(shape, dtype)


class _Later:
    def __init__(self, make: Callable[[], Any], shape: Shape, dtype: Any) -> None:
        self.make = make
        self.placeholder = np.broadcast_to(np.zeros((), dtype), shape)


def later(make: Callable[[Shape], Any], shape: Shape, dtype: Any) -> Any:
    """Return `make(shape)`, or within `without_memory` what stands for it."""
    if _pending.get() is None:
        return make(shape)
    return _Later(lambda: make(shape), shape, dtype)


def wrote(variables: Iterable[Variable]) -> None:
    """Tell that the memory of variables has other numbers now."""
    token = Storage.written = object()
    for variable in variables:
        owner = variable if variable.arena is None else variable.arena
        owner.written = token


class Variable(ArrayOperators):
    """A named array that programs read and update in place.

    Outside of a trace `value` is the array; inside, it is the traced value that the program will
    read.

    Parameters
    ----------
    initial : array_like or callable
        The first value, or `initial(shape, dtype)` that makes it.
    shape : tuple of int, optional
        Needed with a callable.
    dtype : optional
        The default float for a callable; that of `initial` otherwise (float64 stays float64).
    trainable : bool
    name : str, optional
        Short name, as "kernel".
    regularizer, constraint : callable, optional
        Kept for the training step, which applies them.

    Examples
    --------
    >>> v = Variable(np.zeros(2, "float32"), name="total")
    >>> v.assign([1, 2])
    array([1., 2.], dtype=float32)
    """

    __hash__ = object.__hash__
    autocast = True  # whether a layer that computes in another dtype takes it in that
    tracked = True  # whether a layer that holds it counts it among its weights
    written: object = None  # another one after each write into its memory, see `write`

    def __init__(
        self,
        initial: Any,
        shape: Sequence[int] | None = None,
        dtype: Any = None,
        trainable: bool = True,
        name: str | None = None,
        regularizer: Callable | None = None,
        constraint: Callable | None = None,
    ) -> None:
        pending = _pending.get() if isinstance(initial, _Later) else None
        if pending is not None:
            pending.makers[self], initial = initial.make, initial.placeholder
        elif callable(initial) and not hasattr(initial, "__array__"):
            if shape is None:
                raise ValueError("A variable made by an initializer needs a shape.")
            initial = initial(tuple(shape), dtype=canonical(dtype))
        array = np.asarray(initial)
        if dtype is None and isinstance(initial, (float, int, list, tuple)):
            dtype = (
                float if array.dtype.kind == "f" else np.int32 if array.dtype.kind == "i" else None
            )
        if pending is None:
            dtype = canonical(array.dtype if dtype is None else dtype)
            check_allowed(array.shape, dtype)
            array = np.array(array, dtype=dtype, order="C")
        if shape is not None and array.shape != tuple(shape):
            raise ValueError(
                f"The initial value has shape {array.shape}, the variable {tuple(shape)}."
            )
        self._storage = array
        self._trainable = trainable
        self.name = name or "variable"
        self.path = self.name
        self.regularizer = regularizer
        self.constraint = constraint
        self.arena: Arena | None = None
        self.offset = 0
        self.stand_in: Any = None  # the leaf under which `engine.functional` knows it
        self.home: Any = (
            None  # a device's memory: `pull(variable)` refreshes, `push(variable)` follows a write
        )

    @property
    def trainable(self) -> bool:
        """Whether training moves it; settable."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        if value != self._trainable:
            self._trainable = value
            Storage.changes += 1

    @property
    def shape(self) -> Shape:
        """Shape of the array."""
        return self._storage.shape

    @property
    def dtype(self) -> np.dtype:
        """Dtype of the array."""
        return self._storage.dtype

    @property
    def ndim(self) -> int:
        """Rank of the array."""
        return self._storage.ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self._storage.size

    @property
    def array(self) -> np.ndarray:
        """The host array itself, never a traced value."""
        owner = self if self.arena is None else self.arena
        if owner.home is not None:
            owner.home.pull(owner)
        return self._storage

    @property
    def value(self) -> Any:
        """The array to be read, or the traced value inside a trace."""
        trace = CURRENT.get()
        return read_only(self.array) if trace is None else trace.read(self)

    def write(self, value: Any) -> None:
        """Write into the host array; whoever keeps what it made of the old value makes it anew."""
        self.array[...] = value
        wrote((self,))

    def numpy(self) -> np.ndarray:
        """Return a copy of the array."""
        return self.array.copy()

    def assign(self, value: Any) -> Any:
        """Set the value; inside a trace, make the program set it.

        Raises
        ------
        ValueError
            If the shape of `value` is not the variable's.
        """
        trace = CURRENT.get()
        if trace is not None:
            return trace.assign(self, value)
        array = np.asarray(getattr(value, "value", value))
        if array.shape != self.shape:
            raise ValueError(
                f"A value of shape {array.shape} cannot be assigned to {self.path!r} of shape "
                f"{self.shape}."
            )
        if not self.has_memory:
            self.fill(np.empty(self.shape, self.dtype))
        self.write(array)
        owner = self if self.arena is None else self.arena
        if owner.home is not None:
            owner.home.push(owner)
        return self._storage

    @property
    def has_memory(self) -> bool:
        """False for a weight made within `without_memory` that has not been filled."""
        return self._storage.flags.writeable

    def fill(self, array: np.ndarray) -> None:
        """Take `array`, of the variable's shape and dtype, as the memory of a variable without."""
        self._storage = array
        Storage.moved()

    def assign_add(self, value: Any) -> Any:
        """Add to the value."""
        return self.assign(self.value + value)

    def assign_sub(self, value: Any) -> Any:
        """Subtract from the value."""
        return self.assign(self.value - value)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.array(self.array, dtype=dtype)

    def _by_numpy(self, function: Any, name: str, args: Any, kwargs: Any) -> Any:
        if is_tracing():  # its number now is not the one when the program runs
            return super()._by_numpy(function, name, args, kwargs)
        args, kwargs = tree.map_structure(_numbers, (args, kwargs))
        return function(*args, **kwargs)

    def __format__(self, spec: str) -> str:
        return format(self.array, spec) if spec else str(self)

    def __float__(self) -> float:
        return float(self.array)

    def __int__(self) -> int:
        return int(self.array)

    def __bool__(self) -> bool:
        return bool(self.array)

    def __len__(self) -> int:
        return len(self._storage)

    def __repr__(self) -> str:
        return (
            f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}, "
            f"value={self.array}>"
        )

    def traced_from(self) -> dict[str, Any]:
        """Return what a step that has the variable follows from: all but its numbers."""
        array = self._storage
        return {**vars(self), **_ELSEWHERE, "_storage": (array.shape, array.dtype.num)}

    def __getstate__(self) -> dict[str, Any]:
        return {
            **self.__dict__,
            "_storage": self.numpy(),
            "arena": None,
            "offset": 0,
            "stand_in": None,
            "home": None,
            "written": None,
        }


def _numbers(value: Any) -> Any:
    """Return a copy of a variable's numbers: what is written into it would be lost."""
    if not isinstance(value, Variable):
        return value
    numbers = value.numpy()
    numbers.flags.writeable = False
    return numbers


class Arena(Variable):
    """One flat variable whose pieces are other variables.

    Weights of one dtype lie side by side, so an elementwise optimizer is one chain of operations
    over all of them. Adopting a variable moves it: its value stays, its memory becomes a view of
    the arena.

    Parameters
    ----------
    variables : sequence of Variable
        All of one dtype.
    name : str
    owner : object, optional
        Who packed them (an optimizer); remembered weakly, as `owner()`.

    Examples
    --------
    >>> kernel, bias = Variable(np.ones((2, 2), "float32")), Variable(np.zeros(2, "float32"))
    >>> Arena([kernel, bias]).numpy()
    array([1., 1., 1., 1., 0., 0.], dtype=float32)
    """

    def __init__(
        self, variables: Sequence[Variable], name: str = "weights", owner: Any = None
    ) -> None:
        dtypes = {v.dtype for v in variables}
        if len(dtypes) != 1:
            raise ValueError(
                f"An arena holds variables of one dtype, not {sorted(map(str, dtypes))}."
            )
        flat = np.empty(sum(v.size for v in variables), dtypes.pop())
        super().__init__(flat, name=name)
        self._owner = None if owner is None else weakref.ref(owner)
        self.deserted = False  # whether a member has moved on: programs of this memory are stale
        offset = 0
        self.pieces: list[tuple[str, int, Shape]] = []
        for variable in variables:
            stop = offset + variable.size
            view = self._storage[offset:stop].reshape(variable.shape)
            view[...] = variable.array
            if variable.arena is not None:
                variable.arena.deserted = True
            variable._storage, variable.arena, variable.offset = view, self, offset
            variable.home = None
            self.pieces.append((variable.path, offset, variable.shape))
            offset = stop
        Storage.moved()

    @property
    def owner(self) -> Any:
        """Who packed the variables, if it is still there."""
        return None if self._owner is None else self._owner()

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_owner": None}

    def piece(self, variable: Variable) -> tuple[int, int]:
        """Return the (start, stop) of a member."""
        return variable.offset, variable.offset + product(variable.shape)
