"""`tf.data.experimental`: names of ways that data sets have by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu_keras.compat.tensorflow.data.dataset import (
    AUTOTUNE,
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    Dataset,
)
from cornu_keras.compat.tensorflow.data.files import CsvDataset, make_csv_dataset

__all__ = [
    "AUTOTUNE", "Counter", "CsvDataset", "INFINITE_CARDINALITY", "RandomDataset",
    "UNKNOWN_CARDINALITY", "assert_cardinality", "bucket_by_sequence_length", "cardinality",
    "choose_from_datasets", "enumerate_dataset", "get_single_element", "group_by_window",
    "ignore_errors", "make_csv_dataset", "map_and_batch", "prefetch_to_device",
    "rejection_resample", "sample_from_datasets", "scan", "shuffle_and_repeat", "take_while",
    "unbatch", "unique",
]  # fmt: skip

Counter = Dataset.counter
RandomDataset = Dataset.random
sample_from_datasets = Dataset.sample_from_datasets
choose_from_datasets = Dataset.choose_from_datasets


def cardinality(dataset: Dataset) -> Any:
    """Return how many elements there are."""
    return dataset.cardinality()


def assert_cardinality(expected_cardinality: int) -> Callable[[Dataset], Dataset]:
    """Say how many elements there are, for `apply`."""
    return lambda dataset: Dataset(dataset._walk, int(expected_cardinality))


def get_single_element(dataset: Dataset) -> Any:
    """Return the one element that there is."""
    return dataset.get_single_element()


def prefetch_to_device(device: Any, buffer_size: Any = None) -> Callable[[Dataset], Dataset]:
    """Return the same elements, for `apply`."""
    return lambda dataset: dataset


def shuffle_and_repeat(
    buffer_size: int, count: int | None = None, seed: int | None = None
) -> Callable[[Dataset], Dataset]:
    """Shuffle each epoch and go on, for `apply`."""
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


def map_and_batch(
    map_func: Callable[..., Any], batch_size: int, num_parallel_batches: Any = None,
    drop_remainder: bool = False, num_parallel_calls: Any = None,
) -> Callable[[Dataset], Dataset]:  # fmt: skip
    """Map and make batches, for `apply`."""
    return lambda dataset: dataset.map(map_func).batch(batch_size, drop_remainder)


def _applied(name: str) -> Any:
    def way(*args: Any, **kwargs: Any) -> Callable[[Dataset], Dataset]:
        return lambda dataset: getattr(dataset, name)(*args, **kwargs)

    way.__name__ = way.__qualname__ = name
    way.__doc__ = f"Return what `apply` takes: `Dataset.{name}` with these arguments."
    return way


bucket_by_sequence_length = _applied("bucket_by_sequence_length")
enumerate_dataset = _applied("enumerate")
group_by_window = _applied("group_by_window")
rejection_resample = _applied("rejection_resample")
scan = _applied("scan")
take_while = _applied("take_while")
unbatch = _applied("unbatch")
unique = _applied("unique")
ignore_errors = _applied("ignore_errors")
