"""What `adapt` is given, as batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from cornu_data.convert import is_array_like
from cornu_engine.errors import DataError

__all__ = ["batches_of"]


def batches_of(data: Any, steps: int | None, layer: str) -> Iterator[Any]:
    """Yield the batches of data: itself where it is an array, else one after the other.

    Of a batch `(x, y)` or `(x, y, sample_weight)`, the inputs.

    Parameters
    ----------
    data : array, list, data set, generator or other iterable
    steps : int, optional
        How many batches of an iterable to take.
    layer : str
        The name of the layer, for messages.

    Raises
    ------
    DataError
        If this is nothing to adapt to, or there is not one batch.

    Example
    -------
    >>> [batch.tolist() for batch in batches_of(iter([np.ones(2), (np.zeros(1), 5)]), None, "x")]
    [[1.0, 1.0], [0.0]]
    """
    if isinstance(data, (str, bytes)) or not isinstance(data, Iterable):
        raise DataError(
            f"Layer {layer!r} cannot adapt to {data!r}: pass an array, a list, or an iterable of "
            "batches."
        )
    if is_array_like(data):
        whole: Any = data
        if not np.ndim(whole) or not np.size(whole):
            raise DataError(f"Layer {layer!r} cannot adapt to data of shape {np.shape(whole)}.")
        yield data
        return
    empty = True
    for batch in islice(data, steps):
        empty = False
        yield batch[0] if isinstance(batch, tuple) else batch
    if empty:
        raise DataError(f"Layer {layer!r} cannot adapt: the data gave not one batch.")
