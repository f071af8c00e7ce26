"""`tf.data`: a pipeline that is walked anew for each epoch.

A data set yields tensors, and structures of them: tuples, lists and dicts. `fit`, `evaluate` and
`predict` take one that is in batches.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import Any

import numpy as np

import cornu
from cornu_engine import tree
from cornu_keras.compat.tensorflow.kinds import TensorShape, as_dtype
from cornu_keras.compat.tensorflow.values import Tensor, as_tensors, convert_to_tensor

__all__ = ["AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "Dataset", "Options"]

AUTOTUNE = -1
INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2


class Dataset:
    """Elements one after the other.

    Parameters
    ----------
    walk : callable
        Returns a new iterator over the elements.
    size : int
        How many there are; `INFINITE_CARDINALITY` or `UNKNOWN_CARDINALITY` otherwise.

    Examples
    --------
    >>> numbers = Dataset.range(5).map(lambda x: x * 2).batch(2)
    >>> [batch.numpy().tolist() for batch in numbers]
    [[0, 2], [4, 6], [8]]
    """

    def __init__(self, walk: Callable[[], Iterator[Any]], size: int = UNKNOWN_CARDINALITY) -> None:
        self._walk = walk
        self._size = size

    # ---- where elements come from

    @staticmethod
    def from_tensor_slices(tensors: Any, name: Any = None) -> Dataset:
        """Return the rows of arrays; all of a structure are walked side by side."""
        arrays = _structure(tensors)
        sizes = {len(a) for a in tree.flatten(arrays)}
        if len(sizes) != 1:
            raise ValueError(f"All arrays must have as many rows; they have {sorted(sizes)}.")
        (size,) = sizes

        def walk() -> Iterator[Any]:
            for i in range(size):
                yield tree.map_structure(itemgetter(i), arrays)

        return Dataset(walk, size)

    @staticmethod
    def from_tensors(tensors: Any, name: Any = None) -> Dataset:
        """Return a single element."""
        element = _structure(tensors)
        return Dataset(lambda: iter([element]), 1)

    @staticmethod
    def from_generator(
        generator: Callable[..., Iterable[Any]],
        output_types: Any = None,
        output_shapes: Any = None,
        args: Any = None,
        output_signature: Any = None,
        name: Any = None,
    ) -> Dataset:
        """Return what a function's iterator yields, in the dtypes that are told."""
        wanted = output_types
        if output_signature is not None:
            wanted = tree.map_structure(lambda spec: spec.dtype, output_signature)

        def typed(element: Any) -> Any:
            if wanted is None:
                return _arrays(element)
            return _typed(element, wanted)

        return Dataset(lambda: map(typed, generator(*(args or ()))))

    @staticmethod
    def range(*args: Any, output_type: Any = "int64", name: Any = None) -> Dataset:
        """Return whole numbers, as Python's `range` has them."""
        numbers = np.arange(*args).astype(str(as_dtype(output_type)))
        return Dataset(lambda: iter(numbers), len(numbers))

    @staticmethod
    def zip(*datasets: Any, name: Any = None) -> Dataset:
        """Return tuples of elements that stand side by side."""
        structure = datasets[0] if len(datasets) == 1 else tuple(datasets)
        flat = tree.flatten(structure)
        sizes = [d._size for d in flat if d._size != INFINITE_CARDINALITY]
        known = all(s >= 0 for s in sizes)

        def walk() -> Iterator[Any]:
            for elements in zip(*(d._walk() for d in flat), strict=False):
                yield _packed(structure, elements)

        size = min(sizes) if sizes and known else UNKNOWN_CARDINALITY
        return Dataset(walk, size if sizes else INFINITE_CARDINALITY)

    # ---- what becomes of them

    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: Any = None,
        deterministic: Any = None,
        name: Any = None,
    ) -> Dataset:
        """Return what a function makes of each element; a tuple is given as arguments."""
        call = _spread(map_func)

        def walk() -> Iterator[Any]:
            return (_arrays(call(element)) for element in self._walk())

        return Dataset(walk, self._size)

    def filter(self, predicate: Callable[..., Any], name: Any = None) -> Dataset:
        """Return the elements for which a function is true."""
        call = _spread(predicate)
        return Dataset(lambda: (e for e in self._walk() if bool(np.asarray(call(e)))))

    def batch(
        self,
        batch_size: int,
        drop_remainder: bool = False,
        num_parallel_calls: Any = None,
        deterministic: Any = None,
        name: Any = None,
    ) -> Dataset:
        """Return batches: elements stacked along a new first axis."""
        count = int(batch_size)

        def walk() -> Iterator[Any]:
            elements = self._walk()
            while chunk := list(itertools.islice(elements, count)):
                if len(chunk) == count or not drop_remainder:
                    yield tree.map_structure(lambda *parts: np.stack(parts), *chunk)

        size = self._size
        if size >= 0:
            size = size // count if drop_remainder else -(-size // count)
        return Dataset(walk, size)

    def padded_batch(
        self,
        batch_size: int,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: bool = False,
        name: Any = None,
    ) -> Dataset:
        """Return batches of elements that are filled up to one shape."""
        count = int(batch_size)
        values = padding_values

        def padded(parts: tuple[Any, ...], fill: Any, wanted: Any) -> np.ndarray:
            rank = parts[0].ndim
            shape = [max(p.shape[i] for p in parts) for i in range(rank)]
            if wanted is not None:
                shape = [n if w in (None, -1) else w for n, w in zip(shape, wanted, strict=True)]
            out = np.full((len(parts), *shape), 0 if fill is None else fill, parts[0].dtype)
            for i, part in enumerate(parts):
                region: tuple[Any, ...] = (i, *(slice(n) for n in part.shape))
                out[region] = part
            return out

        def walk() -> Iterator[Any]:
            elements = self._walk()
            while chunk := list(itertools.islice(elements, count)):
                if len(chunk) < count and drop_remainder:
                    return
                columns = list(zip(*(tree.flatten(e) for e in chunk), strict=True))
                fills = tree.flatten(values) if values is not None else [None]
                fills = fills * len(columns) if len(fills) == 1 else fills
                shapes = _shapes(padded_shapes, len(columns))
                parts = [padded(c, f, s) for c, f, s in zip(columns, fills, shapes, strict=True)]
                yield _packed(chunk[0], parts)

        size = self._size
        if size >= 0:
            size = size // count if drop_remainder else -(-size // count)
        return Dataset(walk, size)

    def unbatch(self, name: Any = None) -> Dataset:
        """Return the rows of each element."""

        def walk() -> Iterator[Any]:
            for element in self._walk():
                for i in range(len(tree.flatten(element)[0])):
                    yield tree.map_structure(itemgetter(i), element)

        return Dataset(walk)

    def shuffle(
        self,
        buffer_size: int,
        seed: int | None = None,
        reshuffle_each_iteration: bool | None = None,
        name: Any = None,
    ) -> Dataset:
        """Return the elements in another order, drawn from a buffer of so many.

        The order is another one in each epoch, the same from run to run after `tf.random.set_seed`
        or with a `seed`.
        """
        again = reshuffle_each_iteration is not False
        count = max(1, int(buffer_size))
        kept: list[Any] = []  # the seed, and what draws the orders of all epochs

        def generator() -> np.random.Generator:
            if not kept:
                drawn = _drawn_seed() if seed is None else seed
                kept.extend((drawn, np.random.default_rng(drawn)))
            return kept[1] if again else np.random.default_rng(kept[0])

        def walk() -> Iterator[Any]:
            rng = generator()
            buffer: list[Any] = []
            for element in self._walk():
                if len(buffer) < count:
                    buffer.append(element)
                    continue
                at = int(rng.integers(count))
                yield buffer[at]
                buffer[at] = element
            for at in rng.permutation(len(buffer)):
                yield buffer[at]

        return Dataset(walk, self._size)

    def repeat(self, count: int | None = None, name: Any = None) -> Dataset:
        """Return the elements again and again: `count` times, without end by default."""
        endless = count is None or count < 0

        def walk() -> Iterator[Any]:
            for _ in itertools.count() if endless else range(count or 0):
                some = False
                for element in self._walk():
                    some = True
                    yield element
                if not some:
                    return

        if endless:
            return Dataset(walk, INFINITE_CARDINALITY)
        return Dataset(walk, self._size * (count or 0) if self._size >= 0 else self._size)

    def take(self, count: int, name: Any = None) -> Dataset:
        """Return the first elements."""
        if count < 0:
            return self
        size = count if self._size == INFINITE_CARDINALITY else min(count, self._size)
        size = max(size, UNKNOWN_CARDINALITY)
        return Dataset(lambda: itertools.islice(self._walk(), count), size)

    def skip(self, count: int, name: Any = None) -> Dataset:
        """Return the elements after the first ones."""
        size = max(0, self._size - count) if self._size >= 0 else self._size
        return Dataset(lambda: itertools.islice(self._walk(), count, None), size)

    def take_while(self, predicate: Callable[..., Any], name: Any = None) -> Dataset:
        """Return the elements up to the first for which a function is false."""
        call = _spread(predicate)
        return Dataset(
            lambda: itertools.takewhile(lambda e: bool(np.asarray(call(e))), self._walk())
        )

    def shard(self, num_shards: int, index: int, name: Any = None) -> Dataset:
        """Return one element of each `num_shards`."""
        size = -(-(self._size - index) // num_shards) if self._size >= 0 else self._size
        return Dataset(lambda: itertools.islice(self._walk(), index, None, num_shards), size)

    def concatenate(self, dataset: Dataset, name: Any = None) -> Dataset:
        """Return these elements and then those of another data set."""
        sizes = (self._size, dataset._size)
        return Dataset(
            lambda: itertools.chain(self._walk(), dataset._walk()),
            sum(sizes) if min(sizes) >= 0 else min(sizes),
        )

    def enumerate(self, start: int = 0, name: Any = None) -> Dataset:
        """Return pairs of a number and an element."""

        def walk() -> Iterator[Any]:
            for i, element in enumerate(self._walk(), start):
                yield np.int64(i), element

        return Dataset(walk, self._size)

    def flat_map(self, map_func: Callable[..., Any], name: Any = None) -> Dataset:
        """Return the elements of the data sets that a function makes of each element."""
        call = _spread(map_func)
        return Dataset(lambda: (e for element in self._walk() for e in call(element)._walk()))

    def interleave(
        self,
        map_func: Callable[..., Any],
        cycle_length: int | None = None,
        block_length: int = 1,
        num_parallel_calls: Any = None,
        deterministic: Any = None,
        name: Any = None,
    ) -> Dataset:
        """Return elements in turn, a block from each of the data sets that a function makes."""
        call = _spread(map_func)
        width = cycle_length if cycle_length and cycle_length > 0 else 2

        def walk() -> Iterator[Any]:
            waiting = self._walk()
            open_ = [call(e)._walk() for e in itertools.islice(waiting, width)]
            while open_:
                for source in list(open_):
                    block = list(itertools.islice(source, block_length))
                    yield from block
                    if len(block) < block_length:
                        at = open_.index(source)
                        following = next(waiting, None)
                        if following is None:
                            del open_[at]
                        else:
                            open_[at] = call(following)._walk()

        return Dataset(walk)

    def window(
        self, size: int, shift: int | None = None, stride: int = 1, drop_remainder: bool = False,
        name: Any = None,
    ) -> Dataset:  # fmt: skip
        """Return data sets of elements that follow one another."""
        step = size if shift is None else shift

        def walk() -> Iterator[Any]:
            elements = list(self._walk())
            for start in range(0, len(elements), step):
                part = elements[start : start + size * stride : stride]
                if len(part) < size and drop_remainder:
                    return
                inner = Dataset(lambda part=part: iter(part), len(part))  # type: ignore[misc]
                yield inner

        return Dataset(walk)

    def reduce(self, initial_state: Any, reduce_func: Callable[..., Any], name: Any = None) -> Any:
        """Return the last state that a function makes of a state and an element."""
        state = tree.map_structure(convert_to_tensor, initial_state)
        for element in self:
            state = reduce_func(state, element)
        return state

    def cache(self, filename: str = "", name: Any = None) -> Dataset:
        """Keep the elements in memory when they have been walked for the first time."""
        kept: list[Any] = []
        whole = [False]

        def walk() -> Iterator[Any]:
            if whole[0]:
                yield from kept
                return
            kept.clear()
            for element in self._walk():
                kept.append(element)
                yield element
            whole[0] = True

        return Dataset(walk, self._size)

    def prefetch(self, buffer_size: Any = AUTOTUNE, name: Any = None) -> Dataset:
        """Return the same elements: `fit` reads ahead by itself."""
        return self

    def apply(self, transformation_func: Callable[[Dataset], Dataset]) -> Dataset:
        """Return what a function makes of the data set."""
        return transformation_func(self)

    def with_options(self, options: Any, name: Any = None) -> Dataset:
        """Return the same elements: options change no result."""
        return self

    # ---- how it is read

    def as_numpy_iterator(self) -> Iterator[Any]:
        """Return an iterator over elements as arrays."""
        return self._walk()

    def cardinality(self) -> Any:
        """Return how many elements there are, as a tensor."""
        return Tensor(np.int64(self._size))

    @property
    def element_spec(self) -> Any:
        """The shape and dtype of what the first element holds."""
        first = next(self._walk())
        return tree.map_structure(lambda a: TensorSpec(np.shape(a), np.asarray(a).dtype), first)

    def __iter__(self) -> Iterator[Any]:
        return (e if isinstance(e, Dataset) else as_tensors(e) for e in self._walk())

    def __len__(self) -> int:
        if self._size < 0:
            kind = "endless" if self._size == INFINITE_CARDINALITY else "unknown"
            raise TypeError(f"The length of this data set is {kind}.")
        return self._size

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        size = {INFINITE_CARDINALITY: "endless", UNKNOWN_CARDINALITY: "?"}
        return f"<tf.data.Dataset of {size.get(self._size, self._size)} elements>"


class TensorSpec:
    """What a tensor looks like: its shape and dtype."""

    def __init__(self, shape: Any, dtype: Any = "float32", name: str | None = None) -> None:
        self.shape = TensorShape(shape if shape is not None else ())
        self.dtype = as_dtype(dtype)
        self.name = name

    def __repr__(self) -> str:
        return f"TensorSpec(shape={tuple(self.shape)}, dtype={self.dtype!r}, name={self.name!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TensorSpec) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


class Options:
    """What TensorFlow may be told about a pipeline: no result depends on it."""

    def __init__(self) -> None:
        self.deterministic = True


def _array(value: Any) -> Any:
    """Return a value as an array, in the dtype that TensorFlow would give it."""
    if isinstance(value, np.ndarray):
        return value
    tensor = convert_to_tensor(value)
    return np.asarray(tensor if isinstance(tensor, np.ndarray) else tensor.numpy())


def _arrays(value: Any) -> Any:
    if isinstance(value, Dataset):
        return value
    return tree.map_structure(_array, tuple(value) if isinstance(value, list) else value)


def _structure(tensors: Any) -> Any:
    """Return arrays in tuples and dicts; a list is an array."""
    if isinstance(tensors, dict):
        return {key: _structure(part) for key, part in tensors.items()}
    if isinstance(tensors, tuple):
        return tuple(map(_structure, tensors))
    return _array(tensors)


def _typed(element: Any, kind: Any) -> Any:
    """Return an element in the structure and dtypes that were told."""
    if isinstance(kind, dict):
        return {key: _typed(element[key], part) for key, part in kind.items()}
    if isinstance(kind, (tuple, list)):
        return tuple(_typed(part, one) for part, one in zip(element, kind, strict=True))
    dtype = as_dtype(kind)
    return np.asarray(element, object if dtype == "string" else str(dtype))


def _spread(function: Callable[..., Any]) -> Callable[[Any], Any]:
    def call(element: Any) -> Any:
        if isinstance(element, Dataset):
            return function(element)
        given = as_tensors(element)
        return function(*given) if isinstance(given, tuple) else function(given)

    return call


def _packed(structure: Any, leaves: Any) -> Any:
    if not isinstance(structure, (tuple, list, dict)):
        return leaves[0]
    if isinstance(structure, (tuple, list)) and len(structure) == len(leaves):
        return tuple(leaves)
    return tree.pack_sequence_as(structure, list(leaves))


def _shapes(given: Any, count: int) -> list[Any]:
    if given is None:
        return [None] * count
    if count == 1 and all(n is None or isinstance(n, int) for n in given):
        return [given]
    return list(given.values() if isinstance(given, dict) else given)


def _drawn_seed() -> int:
    return int(np.asarray(cornu.random.randint((), 0, 2**31 - 1)))
