"""`tf.data`: a pipeline that is walked anew for each epoch.

A data set yields tensors, and structures of them: tuples, lists and dicts. `fit`, `evaluate` and
`predict` take one that is in batches.
"""

from __future__ import annotations

import glob
import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import Any

import numpy as np

from cornu_engine import tree
from cornu_keras.compat.tensorflow.data.elements import (
    TensorSpec,
    arrays_of,
    drawn_seed,
    numbers_of,
    packed,
    shapes_of,
    spread,
    structure_of,
    tensors_of,
    typed,
)
from cornu_keras.compat.tensorflow.data.regrouping import Regrouped
from cornu_keras.compat.tensorflow.kinds import as_dtype
from cornu_keras.compat.tensorflow.values import Tensor, convert_to_tensor

__all__ = ["AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "Dataset", "Options"]

AUTOTUNE = -1
INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2


class Dataset(Regrouped):
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
        arrays = structure_of(tensors)
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
        element = structure_of(tensors)
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

        def told(element: Any) -> Any:
            return arrays_of(element) if wanted is None else typed(element, wanted)

        given = [x.numpy() if hasattr(x, "numpy") else x for x in args or ()]
        return Dataset(lambda: map(told, generator(*given)))

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
                yield packed(structure, elements)

        size = min(sizes) if sizes and known else UNKNOWN_CARDINALITY
        return Dataset(walk, size if sizes else INFINITE_CARDINALITY)

    @staticmethod
    def list_files(
        file_pattern: Any, shuffle: bool | None = None, seed: int | None = None, name: Any = None
    ) -> Dataset:
        """Return the paths that match a pattern, shuffled unless `shuffle=False`."""
        patterns = np.atleast_1d(np.asarray(file_pattern, object)).tolist()
        paths = sorted(path for p in patterns for path in glob.glob(os.fsdecode(p)))
        if not paths:
            raise FileNotFoundError(f"No file matches {patterns}.")
        found = Dataset.from_tensor_slices(paths)
        return found if shuffle is False else found.shuffle(len(paths), seed)

    # ---- what becomes of them

    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: Any = None,
        deterministic: Any = None,
        name: Any = None,
    ) -> Dataset:
        """Return what a function makes of each element; a tuple is given as arguments."""
        call = spread(map_func)

        def made(element: Any) -> Any:
            return arrays_of(call(element))

        return Dataset(lambda: map(made, self._walk()), self._size)

    def filter(self, predicate: Callable[..., Any], name: Any = None) -> Dataset:
        """Return the elements for which a function is true."""
        call = spread(predicate)
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
                shapes = shapes_of(padded_shapes, len(columns))
                parts = [padded(c, f, s) for c, f, s in zip(columns, fills, shapes, strict=True)]
                yield packed(chunk[0], parts)

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
                drawn = drawn_seed() if seed is None else seed
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
        call = spread(predicate)
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
        call = spread(map_func)
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
        call = spread(map_func)
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
        """Return an iterator over elements as arrays; texts are bytes."""
        return Elements(tree.map_structure(numbers_of, e) for e in self._walk())

    def cardinality(self) -> Any:
        """Return how many elements there are, as a tensor."""
        return Tensor(np.int64(self._size))

    @property
    def element_spec(self) -> Any:
        """The shape and dtype of what the first element holds."""
        first = next(self._walk())
        return tree.map_structure(lambda a: TensorSpec(np.shape(a), np.asarray(a).dtype), first)

    def __iter__(self) -> Iterator[Any]:
        return Elements(e if isinstance(e, Dataset) else tensors_of(e) for e in self._walk())

    def make_one_shot_iterator(self) -> Iterator[Any]:
        """Return an iterator, as TensorFlow 1 made one."""
        return iter(self)

    def get_single_element(self, name: Any = None) -> Any:
        """Return the one element that there is."""
        first, *more = itertools.islice(iter(self), 2)
        if more:
            raise ValueError("get_single_element() needs one element; this data set has more.")
        return first

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


class Elements:
    """An iterator that has TensorFlow's names for its next element, too."""

    def __init__(self, walk: Iterator[Any]) -> None:
        self._walk = walk

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return next(self._walk)

    next = get_next = __next__


class Options:
    """What TensorFlow may be told about a pipeline: no result depends on it."""

    def __init__(self) -> None:
        self.deterministic = True
