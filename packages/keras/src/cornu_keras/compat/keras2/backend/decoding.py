"""Labels that probabilities speak for, no longer than the longest of them."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_keras.backend as common
import cornu_ops as ops

__all__ = ["ctc_decode"]


def ctc_decode(
    y_pred: Any,
    input_length: Any,
    greedy: bool = True,
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = False,
) -> tuple[list[Any], Any]:
    """Return the label sequences and their scores, as `cornu.backend.ctc_decode` does.

    Parameters
    ----------
    y_pred, input_length, greedy, beam_width, top_paths, merge_repeated
        As there.

    Returns
    -------
    labels, scores
        Each of `labels` has as many columns as its longest sequence, the rest filled up with -1;
        in a graph, as many as there are steps.

    Examples
    --------
    >>> chances = np.eye(3, dtype="float32")[[[0, 0, 2, 1]]]
    >>> ctc_decode(chances, [4])[0][0]
    array([[0, 1]], dtype=int32)
    """
    labels, scores = common.ctc_decode(
        y_pred, input_length, greedy, beam_width, top_paths, merge_repeated
    )
    return [_without_empty_columns(paths) for paths in labels], scores


def _without_empty_columns(paths: Any) -> Any:
    if not isinstance(paths, np.ndarray):
        return paths
    longest = int((np.asarray(paths) >= 0).sum(axis=-1).max(initial=0))
    return ops.convert_to_tensor(paths)[:, :longest]
