"""From what a user hands to `fit` to the batches that steps run on.

`convert` makes arrays, `checks` refuses what cannot be meant, `weights` merges class and sample
weights, `split` takes validation data off the end; `arrays`, `stored` and `streams`
are the sources of batches.
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from cornu_data.arrays import ArrayBatches
from cornu_data.checks import (
    KnownInput,
    check_inputs,
    check_lengths,
    check_rows,
    may_hold_nan,
)
from cornu_data.convert import as_arrays, is_array_like
from cornu_data.dataset import PyDataset
from cornu_data.host import HostArrays
from cornu_data.nan import watch_for_nan
from cornu_data.numbers import written
from cornu_data.source import BatchSource, ValueSpec
from cornu_data.stored.batches import StoredBatches
from cornu_data.stored.rows import is_stored
from cornu_data.streams import DatasetBatches, StreamBatches
from cornu_data.tables import by_columns, targets_by_columns
from cornu_data.unpack import pack_x_y_sample_weight
from cornu_data.weights import KnownOutput, combine_weights, weights_by_blocks
from cornu_engine import tree
from cornu_engine.errors import DataError

__all__ = [
    "ArrayBatches",
    "BatchSource",
    "KnownInput",
    "KnownOutput",
    "ValueSpec",
    "as_batch",
    "as_triple",
    "is_arrays",
    "is_batches",
    "make_source",
]

DEFAULT_BATCH_SIZE = 32
_ARRAYS = {np.ndarray, type(None)}
_NO_TABLES = (np.ndarray, list, tuple, dict, type(None))


def is_arrays(x: Any) -> bool:
    """Tell whether `x` holds the data itself, and is not something that makes batches.

    Examples
    --------
    >>> is_arrays(np.zeros(3)), is_arrays({"a": [1, 2]}), is_arrays(iter([]))
    (True, True, False)
    """
    if isinstance(x, PyDataset):
        return False
    if is_array_like(x):
        return True
    if isinstance(x, dict):  # an optional input may be None
        return all(part is None or is_arrays(part) for part in x.values())
    return isinstance(x, (list, tuple)) and all(is_arrays(part) for part in x)


def is_batches(x: Any, inputs: Sequence[KnownInput] | None = None) -> bool:
    """Tell whether `x` is a list of batches `(x, y)`, and not the inputs of a model.

    Parameters
    ----------
    x : object
    inputs : sequence of KnownInput, optional
        What the model takes.

    Examples
    --------
    >>> is_batches([(np.zeros(3), np.zeros(3))]), is_batches([np.zeros(3)])
    (True, False)
    """
    if not isinstance(x, list) or not x:
        return False
    pairs = all(isinstance(batch, tuple) and len(batch) in (2, 3) for batch in x)
    return pairs and len(inputs or ()) != len(tree.flatten(x))


def as_triple(
    x: Any,
    y: Any,
    sample_weight: Any,
    inputs: Any,
    model_name: str,
    host: bool = False,
    outputs: Any = None,
) -> tuple[Any, Any, Any]:
    """Return inputs, targets and weights as checked arrays.

    Parameters
    ----------
    x, y, sample_weight
        As passed to `fit`.
    inputs : sequence of KnownInput or None
        What the model takes.
    model_name : str
        For messages.
    host : bool
        Whether the model has a host stage, so that x may hold text.
    outputs : sequence of KnownOutput, optional
        What the model gives; where these are several, columns of a table may be named after them.
    """
    return _as_triple(x, y, sample_weight, inputs, model_name, check_lengths, host, outputs)


def as_batch(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    inputs: Any = None,
    model_name: str = "model",
    outputs: Any = None,
    class_weight: Any = None,
    host: bool = False,
) -> Any:
    """Return one whole batch in the form that steps take; its arrays may differ in their rows.

    Parameters
    ----------
    x, y, sample_weight, class_weight
        As passed to `train_on_batch`.
    inputs, model_name, outputs
        What is known of the model, for checks and messages.
    host : bool
        Whether the model has a host stage, so that x may hold text.

    Examples
    --------
    >>> nodes, graphs = as_batch(np.zeros((5, 2)), np.zeros(1))
    >>> nodes.shape, graphs.shape
    ((5, 2), (1,))
    """
    triple = _as_triple(x, y, sample_weight, inputs, model_name, check_rows, host, outputs)
    return _weighted(*triple, class_weight, outputs)


def _as_triple(
    x: Any,
    y: Any,
    sample_weight: Any,
    inputs: Any,
    model_name: str,
    check: Callable[..., Any],
    host: bool,
    outputs: Any,
) -> tuple[Any, Any, Any]:
    by_batch = check is check_lengths  # a single batch is dense
    if not isinstance(x, _NO_TABLES):
        x = by_columns(x, inputs)
    if not isinstance(y, _NO_TABLES):
        y = targets_by_columns(y, outputs)
    x, y = as_arrays(x, "x", by_batch, host), as_arrays(y, "y", by_batch)
    sample_weight = as_arrays(sample_weight, "sample_weight")
    check(x, y, sample_weight)
    return check_inputs(x, inputs, model_name), y, _as_floats(sample_weight)


def _weighted(x: Any, y: Any, sample_weight: Any, class_weight: Any, outputs: Any) -> Any:
    if y is None:
        return pack_x_y_sample_weight(x)
    if class_weight is not None and any(map(is_stored, tree.flatten((y, sample_weight)))):
        sample_weight = weights_by_blocks(y, sample_weight, class_weight, outputs)
    elif class_weight is not None:
        y = as_arrays(y, "y")  # all classes are looked at
        sample_weight = combine_weights(y, sample_weight, class_weight, outputs)
    elif sample_weight is not None:
        sample_weight = combine_weights(y, sample_weight, None, outputs)
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def make_source(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    inputs: Any = None,
    model_name: str = "model",
    outputs: Any = None,
    batch_size: int | None = None,
    steps: int | None = None,
    shuffle: bool | str = False,
    class_weight: Any = None,
    generator: np.random.Generator | None = None,
    workers: int | None = None,
    use_multiprocessing: bool | None = None,
    max_queue_size: int | None = None,
    epochs: int = 1,
    host: bool = False,
) -> BatchSource:
    """Return the source of batches for whatever was passed as data.

    Parameters
    ----------
    x, y, sample_weight
        Arrays and structures of them; or as `x` alone a generator, an iterable or a `Sequence` of
        batches.
    inputs, model_name, outputs
        What is known of the model, for checks and messages.
    batch_size : int, optional
        Rows per step of arrays; 32 by default.
    steps : int, optional
        Batches per epoch.
    shuffle : bool or "batch"
    class_weight : dict, optional
    generator : numpy.random.Generator, optional
        Draws orders.
    workers, use_multiprocessing, max_queue_size
        For a `Sequence`; its own values where these are None. With workers, a generator runs ahead
        in a thread.
    epochs : int
        For how many epochs.
    host : bool
        Whether the model has a host stage, so that x may hold text.

    Raises
    ------
    DataError, ShapeError
        For data that cannot be trained on; the message says what to change.

    Examples
    --------
    >>> make_source(np.zeros((5, 2)), np.zeros(5), batch_size=2).num_batches
    3
    """
    _check_batch_size(batch_size)
    steps = _whole_steps(steps)
    if not isinstance(x, _NO_TABLES):
        x = by_columns(x, inputs)
    if x is not None and (not is_arrays(x) or (y is None and is_batches(x, inputs))):
        return _stream(
            x,
            y,
            sample_weight,
            steps=steps,
            class_weight=class_weight,
            inputs=inputs,
            outputs=outputs,
            host=host,
            limit=None if steps is None else steps * epochs,
            workers=workers,
            max_queue_size=max_queue_size,
            dataset_options={
                "shuffle": shuffle,
                "generator": generator,
                "use_multiprocessing": use_multiprocessing,
            },
        )
    x, y, sample_weight = as_triple(x, y, sample_weight, inputs, model_name, host, outputs)
    if y is not None and any(map(may_hold_nan, tree.flatten(x))):
        x = watch_for_nan(x)
    if batch_size is None:
        samples = next((len(leaf) for leaf in tree.flatten(x) if leaf is not None), 0)
        if x is None:
            raise DataError("x is None: pass the inputs, an array or a list of them, before y.")
        batch_size = math.ceil(samples / steps) if steps else DEFAULT_BATCH_SIZE
    data = _weighted(x, y, sample_weight, class_weight, outputs)
    kind: Any = HostArrays if host else ArrayBatches
    alone = {type(x), type(y), type(sample_weight)} <= _ARRAYS
    if not alone and any(map(is_stored, tree.flatten(data))):
        kind = functools.partial(StoredBatches, host=host)
    return kind(data, batch_size=batch_size, shuffle=shuffle, steps=steps, generator=generator)


_BY_A_LOADER = (
    "What gives its samples by number is walked by a loader: "
    "torch.utils.data.DataLoader(x, batch_size=32)."
)
# What can be passed over, but holds no batches.
_NO_BATCHES = (str, bytes, bytearray, memoryview, range, set, frozenset)


def _stream(
    x: Any, y: Any, sample_weight: Any, dataset_options: dict[str, Any], **options: Any
) -> BatchSource:
    kind = type(x).__name__
    is_dataset = isinstance(x, PyDataset)
    is_stream = isinstance(x, Iterable) and not isinstance(x, _NO_BATCHES)
    if not is_dataset and not is_stream and callable(x):
        raise DataError(
            f"x is the function {getattr(x, '__name__', kind)}. Pass what it returns: call it "
            "first."
        )
    if not is_dataset and not is_stream:
        raise DataError(
            f"x is of type {kind}. Pass arrays, a list or dict of arrays, a generator, an iterable "
            "of batches or a cornu.utils.Sequence."
            + (" What a file holds is read first, e.g. by pandas.read_csv(path)." * (kind == "str"))
            + (f" {_BY_A_LOADER}" * (kind != "str" and hasattr(x, "__getitem__")))
        )
    for value, name, meaning in ((y, "y", "targets"), (sample_weight, "sample_weight", "weights")):
        if value is not None:
            raise DataError(
                f"x is a {kind}, which makes whole batches, so {name} cannot be passed beside it. "
                f"Let it make the {meaning} too: (x, y) or (x, y, sample_weight)."
            )
    if is_dataset:
        return DatasetBatches(x, **dataset_options, **options)
    if dataset_options["use_multiprocessing"]:
        warnings.warn(
            f"use_multiprocessing: processes cannot share a {kind}, so one thread runs it. "
            "Write a cornu.utils.Sequence to use several.",
            stacklevel=6,
        )
    return StreamBatches(x, **options)


def _check_batch_size(batch_size: Any) -> None:
    if batch_size is not None and (
        isinstance(batch_size, bool)
        or not isinstance(batch_size, (int, np.integer))
        or batch_size < 1
    ):
        raise DataError(
            f"batch_size={batch_size!r} is not a whole number of samples, 1 or more: write "
            f"{written('batch_size', batch_size or 32, 32)}."
        )


def _whole_steps(steps: Any) -> int | None:
    """Return a number of batches; a quotient such as `len(x) / batch_size` is rounded up."""
    if not steps:
        return None
    is_number = isinstance(steps, (int, float, np.number)) and not isinstance(steps, bool)
    if not is_number or not 0 < steps < math.inf:
        raise DataError(f"steps={steps!r} is not a number of batches, 1 or more.")
    return math.ceil(steps)


def _as_floats(weights: Any) -> Any:
    """Weights are floats in every step, whatever the user counted with."""
    if weights is None:
        return None
    from cornu_engine import config

    return tree.map_structure(
        lambda w: None if w is None else w.astype(config.floatx(), copy=False), weights
    )
