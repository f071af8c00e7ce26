"""Data sets that functions of tf.keras return: those of `tf.data`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any


def _as_datasets(name: str) -> Callable[..., Any]:
    import cornu.utils

    function = getattr(cornu.utils, name)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        found = function(*args, **kwargs)
        several = isinstance(found, (list, tuple))
        return list(map(_dataset, found)) if several else _dataset(found)

    return call


def _dataset(batches: Any) -> Any:
    from cornu_keras.compat.tensorflow.data import Dataset

    def walk() -> Iterator[Any]:
        for i in range(len(batches)):
            yield batches[i]
        batches.on_epoch_end()

    data = Dataset(walk, len(batches))
    for name in ("class_names", "file_paths"):
        if getattr(batches, name, None) is not None:
            setattr(data, name, getattr(batches, name))
    return data


def __getattr__(name: str) -> Any:
    if "_dataset_from_" not in name:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _as_datasets(name)
