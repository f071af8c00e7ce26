"""Which sources each target may look at."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

import cornu_ops as ops


def attention_mask(
    targets: int,
    sources: int,
    query_mask: Any = None,
    value_mask: Any = None,
    key_mask: Any = None,
    given: Any = None,
    causal: bool = False,
    window: int | None = None,
) -> Any:
    """Join everything that keeps targets from looking at sources.

    Parameters
    ----------
    targets, sources : int
        How many there are.
    query_mask, value_mask, key_mask : value, optional
        `(batch, targets)`, `(batch, sources)`.
    given : value, optional
        `(batch, targets, sources)`, or with an axis of heads after the batch.
    causal : bool
        Keep targets from looking at later sources.
    window : int, optional
        Keep targets from looking further than this.

    Returns
    -------
    value or None
        True where a target may look.

    Examples
    --------
    >>> attention_mask(2, 3, causal=True)[0]
    array([[ True, False, False],
           [ True,  True, False]])
    """
    parts = []
    if query_mask is not None:
        parts.append(ops.expand_dims(ops.cast(query_mask, "bool"), -1))
    of_sources = [mask for mask in (value_mask, key_mask) if mask is not None]
    parts.extend(ops.expand_dims(ops.cast(mask, "bool"), -2) for mask in of_sources)
    if causal:
        parts.append(np.tri(targets, sources).astype(bool)[None])
    if window is not None:
        distance = np.abs(np.arange(targets)[:, None] - np.arange(sources))
        parts.append((distance < window)[None])
    joined = functools.reduce(ops.logical_and, parts) if parts else None
    if given is None:
        return joined
    given = ops.cast(given, "bool")
    if joined is None:
        return given
    if len(given.shape) == len(joined.shape) + 1:
        joined = ops.expand_dims(joined, 1)  # one for all heads
    return ops.logical_and(given, joined)
