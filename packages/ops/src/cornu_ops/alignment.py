"""Connectionist temporal classification: label sequences whose timing is not known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu_engine.errors import ShapeError, TracedValueError
from cornu_engine.primitives.table import p
from cornu_engine.trace import is_traced, op
from cornu_ops.arithmetic import logaddexp
from cornu_ops.composites.softmax import log_softmax as _log_softmax
from cornu_ops.control import scan
from cornu_ops.indexing import take_last
from cornu_ops.movement import cut, permuted, picked
from cornu_ops.values import Tensor, TensorLike, cast_value, floating, value, wide

_IMPOSSIBLE = -1e5  # logarithm of a probability that is none, still finite to differentiate


def _shifted(alpha: Tensor, by: int) -> Tensor:
    """The scores of the states `by` places before."""
    kept = cut(alpha, 1, 0, alpha.shape[1] - by)
    return p.pad(kept, low=(0, by), high=(0, 0), interior=(0, 0), value=_IMPOSSIBLE)


def _vector(name: str, x: TensorLike, batch: int) -> Tensor:
    vector = value(x, np.int32)
    if int(np.prod(vector.shape)) != batch:
        raise ShapeError(
            f"{name} needs one number per sample ({batch}), got {tuple(vector.shape)}."
        )
    return p.reshape(vector, shape=(batch,))


@op
def ctc_loss(
    target: TensorLike,
    output: TensorLike,
    target_length: TensorLike,
    output_length: TensorLike,
    mask_index: int = 0,
) -> Tensor:
    """Minus the log-probability of label sequences, over all alignments (Graves et al., 2006).

    Parameters
    ----------
    target
        Classes `(batch, labels)`.
    output
        Logits `(batch, steps, classes)`.
    target_length, output_length
        How many labels and steps count in each sample, `(batch,)`.
    mask_index
        The class that stands for no label.

    Returns
    -------
    Tensor
        One value per sample.

    Raises
    ------
    ShapeError
        If shapes do not fit.

    Examples
    --------
    >>> logits = np.zeros((1, 2, 3), "float32")  # 3 of the 9 paths read "1"
    >>> round(float(np.exp(-ops.ctc_loss([[1]], logits, [1], [2])[0])), 4)
    0.3333
    """
    labels, scores = value(target, np.int32), wide(floating(output))
    if labels.ndim != 2 or scores.ndim != 3 or labels.shape[0] != scores.shape[0]:
        raise ShapeError(
            "ctc_loss() takes targets (batch, labels) and logits (batch, steps, classes), got "
            f"{tuple(labels.shape)} and {tuple(scores.shape)}."
        )
    batch, count = labels.shape
    steps = scores.shape[1]
    lengths = _vector("target_length", target_length, batch)
    ends = p.reshape(_vector("output_length", output_length, batch), shape=(batch, 1))
    # the states of an alignment: blank, first label, blank, second label, …, blank
    blank = np.full((batch, count, 1), mask_index, np.int32)
    pairs = p.concat(blank, p.reshape(labels, shape=(batch, count, 1)), axis=2)
    states = p.concat(p.reshape(pairs, shape=(batch, 2 * count)), blank[:, :1, 0], axis=1)
    logs = _log_softmax(scores, axes=(2,))
    wanted = p.expand(
        p.reshape(states, shape=(batch, 1, 2 * count + 1)), shape=(batch, steps, 2 * count + 1)
    )
    emitted = permuted(take_last(logs, wanted), (1, 0, 2))
    # the blank between two labels may be skipped where they differ
    differs = p.ne(cut(states, 1, 2, 2 * count + 1), cut(states, 1, 0, 2 * count - 1))
    is_label = np.arange(2, 2 * count + 1) % 2 == 1
    skips = p.pad(p.and_(differs, is_label), low=(0, 2), high=(0, 0), interior=(0, 0), value=False)

    def step(alpha: Tensor, row: Any) -> tuple[Tensor, Any]:
        emission, t = row
        skipped = p.where(skips, _shifted(alpha, 2), _IMPOSSIBLE)
        moved = p.add(logaddexp(logaddexp(alpha, _shifted(alpha, 1)), skipped), emission)
        return p.where(p.lt(t, ends), moved, alpha), ()

    first = np.where(np.arange(2 * count + 1) < 2, 0.0, _IMPOSSIBLE).astype(logs.dtype)
    start = p.add(picked(emitted, 0, 0), first)
    later = (cut(emitted, 0, 1, steps), np.arange(1, steps, dtype=np.int32))
    alpha = scan(step, start, later)[0] if steps > 1 else start
    last = p.mul(p.reshape(lengths, shape=(batch, 1)), 2)
    on_blank = take_last(alpha, last)
    on_label = p.where(p.lt(0, last), take_last(alpha, p.maximum(0, p.sub(last, 1))), _IMPOSSIBLE)
    return p.reshape(p.neg(logaddexp(on_blank, on_label)), shape=(batch,))


@op
def ctc_decode(
    inputs: TensorLike,
    sequence_lengths: TensorLike,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> tuple[Tensor, Tensor]:
    """The label sequences that logits speak for.

    Parameters
    ----------
    inputs
        Logits `(batch, steps, classes)`.
    sequence_lengths
        How many steps count in each sample, `(batch,)`.
    strategy
        `"greedy"`: the best class of each step; `"beam_search"` (plain arrays only): the
        sequences that are likely over all their alignments.
    beam_width, top_paths
        How many sequences are followed and returned by the beam search.
    merge_repeated
        Whether a class repeated from step to step is one label (greedy only).
    mask_index
        The class that stands for no label.

    Returns
    -------
    labels, scores
        `(top_paths, batch, steps)` filled up with -1, and `(batch, top_paths)`: minus the sum
        of the logits chosen (greedy), or the log-probability (beam search).

    Examples
    --------
    >>> logits = np.eye(3, dtype="float32")[[[1, 1, 0, 2]]]
    >>> ops.ctc_decode(logits, [4])[0]
    array([[[ 1,  2, -1, -1]]], dtype=int32)
    """
    x = wide(floating(inputs))
    if x.ndim != 3:
        raise ShapeError(f"ctc_decode() takes (batch, steps, classes), got shape {tuple(x.shape)}.")
    lengths = _vector("sequence_lengths", sequence_lengths, x.shape[0])
    if strategy == "greedy":
        return _greedy(x, lengths, merge_repeated, mask_index % x.shape[2])
    if strategy != "beam_search":
        raise ValueError(f"strategy must be 'greedy' or 'beam_search', got {strategy!r}.")
    if is_traced(x, lengths):
        raise TracedValueError("The beam search cannot be part of a compiled step; decode arrays.")
    sequences = [
        _beams(
            _log_softmax(row[:length], axes=(1,)), beam_width, top_paths, mask_index % x.shape[2]
        )
        for row, length in zip(x, lengths.tolist(), strict=True)
    ]
    labels = np.full((top_paths, x.shape[0], x.shape[1]), -1, np.int32)
    scores = np.full((x.shape[0], top_paths), -math.inf, x.dtype)
    for sample, beams in enumerate(sequences):
        for rank, (sequence, score) in enumerate(beams):
            labels[rank, sample, : len(sequence)] = sequence
            scores[sample, rank] = score
    return labels, scores


def _greedy(x: Tensor, lengths: Tensor, merge_repeated: bool, blank: int) -> tuple[Tensor, Tensor]:
    batch, steps, _ = x.shape
    ended = p.le(p.reshape(lengths, shape=(batch, 1)), np.arange(steps, dtype=np.int32))
    best = p.where(ended, blank, p.argmax(x, axis=2))
    score = p.where(ended, 0.0, p.max(x, axes=(2,), keepdims=False))
    silent = p.eq(best, blank)
    if merge_repeated:
        again = p.eq(cut(best, 1, 1, steps), cut(best, 1, 0, steps - 1))
        again = p.pad(again, low=(0, 1), high=(0, 0), interior=(0, 0), value=False)
        silent = p.or_(silent, again)
    # labels move to the front in order, what stands for none goes to the end
    order = p.argsort(p.where(silent, steps, np.arange(steps, dtype=np.int32)), axis=1)
    labels = take_last(p.where(silent, -1, best), order)
    total = p.neg(p.sum(score, axes=(1,), keepdims=True))
    return p.reshape(cast_value(labels, np.int32), shape=(1, batch, steps)), total


def _beams(
    logs: np.ndarray, width: int, paths: int, blank: int
) -> list[tuple[tuple[int, ...], float]]:
    """Prefix search: a sequence's score is kept apart for alignments that end in a blank."""
    beams: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, -math.inf)}
    for row in logs.astype(float):
        grown: dict[tuple[int, ...], list[float]] = {}
        for prefix, (in_blank, in_label) in beams.items():
            total = float(np.logaddexp(in_blank, in_label))
            _join(grown, prefix, 0, total + row[blank])
            for label, score in enumerate(row.tolist()):
                if label == blank:
                    continue
                if prefix and prefix[-1] == label:
                    _join(grown, prefix, 1, in_label + score)
                    _join(grown, (*prefix, label), 1, in_blank + score)
                else:
                    _join(grown, (*prefix, label), 1, total + score)
        ranked = sorted(
            grown.items(), key=lambda item: -float(np.logaddexp(item[1][0], item[1][1]))
        )
        beams = {prefix: (ends[0], ends[1]) for prefix, ends in ranked[:width]}
    return [(prefix, float(np.logaddexp(*ends))) for prefix, ends in list(beams.items())[:paths]]


def _join(
    grown: dict[tuple[int, ...], list[float]], prefix: tuple[int, ...], end: int, score: float
) -> None:
    ends = grown.setdefault(prefix, [-math.inf, -math.inf])
    ends[end] = float(np.logaddexp(ends[end], score))
