"""`tf.nn`: losses over sequences of labels, and over a part of many classes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_keras.compat.tensorflow.sparse import SparseTensor
from cornu_keras.compat.tensorflow.sparse import to_dense as dense
from cornu_ops.random.seed import draw_seed


def _ctc(
    labels: Any, logits: Any, label_length: Any, logit_length: Any, logits_time_major: bool = True,
    unique: Any = None, blank_index: int | None = None,
) -> Any:  # fmt: skip
    if isinstance(labels, SparseTensor):
        if blank_index is None:
            raise ValueError("tf.nn.ctc_loss needs blank_index where its labels are sparse.")
        rows = np.asarray(labels.indices)[:, 0]
        label_length = np.bincount(rows, minlength=labels.shape[0]).astype("int32")
        labels = dense(labels)
    scores = ops.transpose(logits, (1, 0, 2)) if logits_time_major else logits
    blank = (blank_index or 0) % int(scores.shape[-1])
    return ops.ctc_loss(
        ops.cast(labels, "int32"), scores, ops.cast(label_length, "int32"),
        ops.cast(logit_length, "int32"), blank,
    )  # fmt: skip


def _greedy(
    inputs: Any, sequence_length: Any, merge_repeated: bool = True, blank_index: int | None = None
) -> Any:
    """Return the likeliest label of each step, as sparse labels and minus their log-probability."""
    scores = np.asarray(inputs)
    blank = (scores.shape[-1] - 1) if blank_index is None else blank_index % scores.shape[-1]
    best, lengths = scores.argmax(-1), np.asarray(sequence_length)
    places, values = [], []
    for row, length in enumerate(lengths):
        before, column = -1, 0
        for label in best[:length, row]:
            if label != blank and not (merge_repeated and label == before):
                places.append((row, column))
                values.append(label)
                column += 1
            before = label
    width = max((column + 1 for _, column in places), default=0)
    indices = np.array(places, "int64").reshape(-1, 2)
    found = SparseTensor(indices, np.array(values, "int64"), (len(lengths), width))
    total = [-scores[:n, row].max(-1).sum() for row, n in enumerate(lengths)]
    return [found], np.array(total, "float32")[:, None]


def _beams(inputs: Any, sequence_length: Any, beam_width: int = 100, top_paths: int = 1) -> Any:
    scores = ops.transpose(inputs, (1, 0, 2))
    paths, logs = ops.ctc_decode(
        scores, sequence_length, strategy="beam_search", beam_width=beam_width, top_paths=top_paths,
        mask_index=int(scores.shape[-1]) - 1,
    )  # fmt: skip
    found = []
    for path in np.asarray(paths):
        there = path >= 0
        width = int(there.sum(-1).max(initial=0))
        labels = path[there].astype("int64")
        found.append(SparseTensor(np.argwhere(there), labels, (len(path), width)))
    return found, logs


def _log_uniform(count: int) -> np.ndarray:
    """Return the chances of Zipf's law: `log((k + 2) / (k + 1)) / log(count + 1)`."""
    return np.diff(np.log(np.arange(1, count + 2))) / math.log(count + 1)


def _even(count: int) -> np.ndarray:
    return np.full(count, 1 / count)


def _sampler(chances: Callable[[int], np.ndarray]) -> Callable[..., Any]:
    def draw(
        true_classes: Any, num_true: int, num_sampled: int, unique: bool, range_max: int,
        seed: Any = None,
    ) -> Any:  # fmt: skip
        p, count = chances(int(range_max)), int(num_sampled)
        if unique and count > range_max:
            raise ValueError(f"{count} different classes cannot be drawn of {range_max}.")
        rng = np.random.default_rng(draw_seed() if seed is None else int(seed))
        drawn = rng.choice(int(range_max), count, replace=not unique, p=p / p.sum())
        expected = -np.expm1(count * np.log1p(-np.minimum(p, 1 - 1e-7))) if unique else count * p
        expected = expected.astype("float32")
        return drawn.astype("int64"), expected[np.asarray(true_classes)], expected[drawn]

    return draw


_zipf = _sampler(_log_uniform)


def _sampled(
    weights: Any, biases: Any, labels: Any, inputs: Any, num_sampled: int, num_classes: int,
    num_true: int, sampled_values: Any, remove_accidental_hits: bool,
) -> Any:  # fmt: skip
    """Return the logits of the labels and of drawn classes, less the logs of their chances."""
    labels = np.asarray(labels).reshape(-1, num_true)
    given = sampled_values or _zipf(labels, num_true, num_sampled, True, num_classes)
    drawn, of_true, of_drawn = (np.asarray(part) for part in given)
    rows, offsets = ops.take(weights, labels, 0), ops.take(biases, labels, 0)
    x = ops.convert_to_tensor(inputs)
    true = ops.sum(rows * x[:, None, :], -1) + offsets - np.log(of_true)
    other = ops.matmul(x, ops.transpose(ops.take(weights, drawn, 0))) + ops.take(biases, drawn, 0)
    other = other - np.log(of_drawn)
    if remove_accidental_hits:
        hits = (labels[:, :, None] == drawn).any(1)
        other = ops.where(hits, -1e30, other)
    return true, other


def _sampled_softmax(
    weights: Any, biases: Any, labels: Any, inputs: Any, num_sampled: int, num_classes: int,
    num_true: int = 1, sampled_values: Any = None, remove_accidental_hits: bool = True,
    seed: Any = None,
) -> Any:  # fmt: skip
    true, other = _sampled(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        remove_accidental_hits,
    )  # fmt: skip
    logs = ops.log_softmax(ops.concatenate([true, other], -1), -1)
    return ops.negative(ops.mean(logs[:, :num_true], -1))


def _nce(
    weights: Any, biases: Any, labels: Any, inputs: Any, num_sampled: int, num_classes: int,
    num_true: int = 1, sampled_values: Any = None, remove_accidental_hits: bool = False,
) -> Any:  # fmt: skip
    true, other = _sampled(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        remove_accidental_hits,
    )  # fmt: skip
    found = ops.sum(ops.softplus(ops.negative(true)), -1) / num_true
    return found + ops.sum(ops.softplus(other), -1)


ROWS: dict[str, Callable[..., Any]] = {
    "nn.ctc_loss": _ctc,
    "nn.ctc_greedy_decoder": _greedy,
    "nn.ctc_beam_search_decoder": _beams,
    "random.log_uniform_candidate_sampler nn.log_uniform_candidate_sampler": _zipf,
    "random.uniform_candidate_sampler nn.uniform_candidate_sampler": _sampler(_even),
    "nn.sampled_softmax_loss": _sampled_softmax,
    "nn.nce_loss": _nce,
}
