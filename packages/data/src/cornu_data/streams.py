"""Batches made by the user's code: generators, iterables and `Sequence` objects."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from cornu_data.checks import check_rows
from cornu_data.convert import as_arrays
from cornu_data.dataset import PyDataset
from cornu_data.host import host_spec, load_on_host
from cornu_data.prefetch import in_background, ordered_prefetch
from cornu_data.source import BatchSource, Select, ValueSpec
from cornu_data.tables import by_columns, targets_by_columns
from cornu_data.unpack import pack_x_y_sample_weight, unpack_x_y_sample_weight
from cornu_data.weights import KnownOutput, combine_weights
from cornu_engine import tree
from cornu_engine.errors import DataError

__all__ = ["DatasetBatches", "StreamBatches", "load_batch"]


class StreamBatches(BatchSource):
    """Batches from anything that can be iterated.

    Parameters
    ----------
    batches : iterable
        Of `x`, `(x, y)` or `(x, y, sample_weight)`.
    steps : int, optional
        Batches per epoch; by default until the iterable ends.
    class_weight : dict, optional
        Multiplied into the sample weights of each batch.
    inputs : sequence of KnownInput, optional
        What columns of tables may be named after.
    outputs : sequence of KnownOutput, optional
        What `class_weight` and `sample_weight` may name.
    workers : int, optional
        With 1 or more, a thread takes batches ahead; an iterable cannot be shared among several.
    max_queue_size : int, optional
        How many batches it takes ahead, 10 by default.
    limit : int, optional
        How many batches are wanted from an iterator that can be passed over once only.
    host : bool
        Whether the model has a host stage, so that inputs may be text.

    Examples
    --------
    >>> source = StreamBatches([(np.zeros((2, 3)), np.zeros(2))])
    >>> len(list(source.one_pass())), source.one_shot
    (1, False)
    """

    def __init__(
        self,
        batches: Iterable[Any],
        *,
        steps: int | None = None,
        class_weight: Mapping[Any, Any] | None = None,
        inputs: Sequence[Any] | None = None,
        outputs: Sequence[KnownOutput] | None = None,
        workers: int | None = None,
        max_queue_size: int | None = None,
        limit: int | None = None,
        host: bool = False,
    ) -> None:
        super().__init__()
        self.batches = batches
        self.workers = workers or 0
        self.queue_size = 10 if max_queue_size is None else max_queue_size
        self._limit = limit
        self.steps = steps
        self.one_shot = isinstance(batches, Iterator) and not isinstance(batches, PyDataset)
        self.num_batches = _length(batches)
        # a function without self: a stream that is still open must not keep its source alive in a
        # circle
        self._host = host
        self._convert = functools.partial(
            _convert, class_weight=class_weight, inputs=inputs, outputs=outputs, text=host
        )

    def one_pass(self) -> Iterator[Any]:
        """Yield the batches of one pass as structures of arrays."""
        batches = self.batches
        if self.workers:
            limit = self._limit if self.one_shot else None
            batches = in_background(batches, self.queue_size, limit)
        return map(self._convert, batches)

    def prepare(self, build: Callable[[Any], Any]) -> None:
        """Call `build` with the spec of the first batch."""
        first = self._look_ahead()
        if first is None:
            raise DataError("The data is empty: it gave not a single batch.")
        build(host_spec(first) if self._host else _spec(first))

    def load(self, token: Any, select: Select) -> Any:
        """Check a batch and copy it into the buffers of its step."""
        return (load_on_host if self._host else load_batch)(token, select)


class DatasetBatches(StreamBatches):
    """Batches of a `PyDataset`, each asked for by its number; several workers may prepare them
    ahead.

    Parameters
    ----------
    dataset : PyDataset
    shuffle : bool
        Whether each epoch has its own order of batches.
    generator : numpy.random.Generator, optional
        Draws that order.
    workers, use_multiprocessing, max_queue_size
        As in `PyDataset`, whose own values count where these are None.
    **others
        As in `StreamBatches`.
    """

    def __init__(
        self,
        dataset: PyDataset,
        *,
        shuffle: bool | str = False,
        generator: np.random.Generator | None = None,
        workers: int | None = None,
        use_multiprocessing: bool | None = None,
        max_queue_size: int | None = None,
        **others: Any,
    ) -> None:
        super().__init__(dataset, **others)
        self._ahead_of_need = bool(workers)  # as in Keras 2; the dataset's own 1 means none
        self.shuffle = shuffle
        if shuffle and generator is None:
            generator = np.random.default_rng()
        self.generator: Any = generator  # is there wherever something is shuffled
        self.workers = dataset.workers if workers is None else workers
        self.processes = (
            dataset.use_multiprocessing if use_multiprocessing is None else use_multiprocessing
        )
        self.queue_size = dataset.max_queue_size if max_queue_size is None else max_queue_size
        if self.num_batches == 0:
            raise DataError(
                f"{type(dataset).__name__} has no batches: its length is 0. Does __len__ round "
                f"down? Return math.ceil(samples / batch_size)."
            )

    @property
    def counts_anew(self) -> bool:  # type: ignore[override]
        """Whether an epoch is a pass over a dataset that has an end."""
        return self.steps is None and self.num_batches is not None

    @property
    def dataset(self) -> Any:
        """The data set."""
        return self.batches

    def one_pass(self) -> Iterator[Any]:
        """Yield the batches of one pass, in order whoever prepared them."""
        return self._pass_from(0)

    def _pass_from(self, start: int) -> Iterator[Any]:
        dataset: Any = self.batches
        indices: Iterable[int] = itertools.count(start)
        if self.num_batches is not None:
            self.num_batches = dataset.num_batches  # on_epoch_begin may have changed it
            order: Any = range(self.num_batches)
            if self.shuffle:
                order = self.generator.permutation(self.num_batches).tolist()
            indices = order[start:]
        batches = ordered_prefetch(
            dataset, indices, self.workers, self.queue_size, self.processes, self._ahead_of_need
        )
        return map(self._convert, batches)

    def on_epoch_begin(self) -> None:
        """Tell the dataset."""
        self.dataset.on_epoch_begin()

    def on_epoch_end(self) -> None:
        """Tell the dataset, whose length may be another one now."""
        self.dataset.on_epoch_end()
        if self.num_batches is not None:
            self.num_batches = self.dataset.num_batches


def load_batch(batch: Any, select: Select) -> Any:
    """Check a batch, copy it into the buffers of the step that takes it, and return that step."""
    bound = select(_spec(batch))
    bound.check(batch)
    arrays = (array for array in tree.flatten(batch) if array is not None)
    for array, buffer in zip(arrays, bound.buffers, strict=True):
        np.copyto(buffer, array)
    return bound


def _spec(batch: Any) -> Any:
    return tree.map_structure(lambda a: None if a is None else ValueSpec(a.shape, a.dtype), batch)


def _convert(batch: Any, *, class_weight: Any, inputs: Any, outputs: Any, text: bool) -> Any:
    x, y, sample_weight = unpack_x_y_sample_weight(batch)
    x, y = by_columns(x, inputs), targets_by_columns(y, outputs)
    x, y = as_arrays(x, "x", text=text), as_arrays(y, "y")
    sample_weight = as_arrays(sample_weight, "sample_weight")
    check_rows(x, y, sample_weight)
    if y is not None:
        sample_weight = combine_weights(y, sample_weight, class_weight, outputs)
    return pack_x_y_sample_weight(x, y, sample_weight)


def _length(batches: Any) -> int | None:
    if isinstance(batches, PyDataset):
        return batches.num_batches
    try:
        return len(batches)
    except (
        TypeError
    ):  # no length, or one that is known only in some cases, as of a torch DataLoader
        return None
