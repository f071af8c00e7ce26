"""Operations of networks, against sums written out."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import ops
from cornu.errors import ShapeError
from cornu_engine.gradients import gradients
from cornu_engine.reference import evaluate
from cornu_engine.trace import Trace

RNG = np.random.default_rng(11)
X = RNG.normal(size=(3, 4))
CUBE = RNG.normal(size=(2, 3, 4))


def test_normalization_ops(both):
    mean, variance = ops.moments(CUBE, [0, 2])
    np.testing.assert_allclose(mean, CUBE.mean((0, 2)))
    np.testing.assert_allclose(variance, CUBE.var((0, 2)))
    half = ops.moments(np.full(1000, 300, np.float16), [0])
    assert float(half[0]) == 300
    assert half[0].dtype == np.float16
    y, mean, variance = both(lambda x: ops.normalize_batch(x, None, None, 1, 1e-3), CUBE)
    shaped = [v[:, None] for v in (mean, variance)]
    np.testing.assert_allclose(y, (CUBE - shaped[0]) / np.sqrt(shaped[1] + 1e-3))
    np.testing.assert_allclose(ops.batch_normalization(CUBE, mean, variance, 1), y)
    for order in (1, 2, 3, np.inf):
        expected = CUBE / np.linalg.norm(CUBE, order, 1, keepdims=True)
        np.testing.assert_allclose(ops.normalize(CUBE, 1, order), expected)
    np.testing.assert_allclose(
        ops.rms_normalization(X, X[0]), X / np.sqrt((X**2).mean(1, keepdims=True) + 1e-7) * X[0]
    )


def test_attention_masks():
    q, k, v = (RNG.normal(size=(2, 5, 4, 3)) for _ in range(3))
    causal = ops.dot_product_attention(q, k, v, is_causal=True)
    np.testing.assert_allclose(causal[:, 0], v[:, 0])
    mask = np.tri(5, dtype=bool)[None, None]
    np.testing.assert_allclose(ops.dot_product_attention(q, k, v, mask=mask), causal)
    shared = ops.dot_product_attention(q, k[:, :, :2], v[:, :, :2])
    spread = ops.dot_product_attention(q[:, :, :2], k[:, :, [0, 0]], v[:, :, [0, 0]])
    np.testing.assert_allclose(shared[:, :, :2], spread)
    bias = RNG.normal(size=(1, 1, 5, 5))
    scores = np.einsum("bqhd,bkhd->bhqk", q, k) / np.sqrt(3) + bias
    weights = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    expected = np.einsum("bhqk,bkhd->bqhd", weights, v)
    np.testing.assert_allclose(ops.dot_product_attention(q, k, v, bias=bias), expected)
    with pytest.raises(ShapeError, match="batch, length, heads, size"):
        ops.dot_product_attention(q[0], k, v)


def alignments(logits, labels, blank):
    """The probability of labels, by adding up every path of classes that reads them."""
    shares = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    total = 0.0
    for path in np.ndindex(*(logits.shape[1],) * logits.shape[0]):
        merged = [c for i, c in enumerate(path) if i == 0 or c != path[i - 1]]
        if [c for c in merged if c != blank] == list(labels):
            total += np.prod([shares[t, c] for t, c in enumerate(path)])
    return total


@pytest.mark.parametrize("blank", [0, 2])
def test_ctc_is_the_sum_over_alignments(blank, both):
    logits = RNG.normal(size=(4, 5, 3))
    classes = [c for c in range(3) if c != blank]
    targets = np.array([[0, 0], [0, 1], [1, 1], [1, 0]])
    targets = np.array(classes)[targets]
    lengths, steps = np.array([2, 2, 1, 0]), np.array([5, 4, 3, 5])
    found = both(lambda x: ops.ctc_loss(targets, x, lengths, steps, blank), logits)
    expected = [
        alignments(x[:t], y[:n], blank)
        for x, y, n, t in zip(logits, targets, lengths, steps, strict=True)
    ]
    np.testing.assert_allclose(np.exp(-found), expected, rtol=1e-8)
    labels, scores = ops.ctc_decode(logits, steps, "beam_search", 50, 2, mask_index=blank)
    for i, t in enumerate(steps):
        for rank in (0, 1):
            sequence = [c for c in labels[rank, i] if c >= 0]
            chance = alignments(logits[i, :t], sequence, blank)
            np.testing.assert_allclose(np.exp(scores[i, rank]), chance, rtol=1e-8)
    assert (scores[:, 0] >= scores[:, 1]).all()


def test_greedy_decoding(both):
    path = np.array([[1, 1, 0, 1, 2], [0, 2, 2, 1, 1]])
    logits = np.eye(3)[path]
    labels, scores = both(lambda x: ops.ctc_decode(x, np.array([5, 4])), logits)
    assert labels.tolist() == [[[1, 1, 2, -1, -1], [2, 1, -1, -1, -1]]]
    assert scores.tolist() == [[-5], [-4]]
    repeated = ops.ctc_decode(logits, [5, 4], merge_repeated=False)[0]
    assert repeated[0, 0].tolist() == [1, 1, 1, 2, -1]
    with pytest.raises(ValueError, match="strategy"):
        ops.ctc_decode(logits, [5, 4], "best")


HALF = {
    "softmax": lambda x: ops.softmax(x),
    "gelu": lambda x: ops.gelu(x),
    "layer_normalization": lambda x: ops.layer_normalization(x, x[0], x[1]),
    "normalize_batch": lambda x: ops.normalize_batch(x, x[0], x[1])[0],
    "crossentropy": lambda x: ops.sparse_categorical_crossentropy(np.array([0, 1, 2]), x, True),
    "binary_crossentropy": lambda x: ops.binary_crossentropy(ops.cast(x > 0, "float16"), x, True),
    "attention": lambda x: ops.dot_product_attention(*[ops.reshape(x, (1, 3, 2, 2))] * 3),
    "std": lambda x: ops.std(x, axis=0),
    "logsumexp": lambda x: ops.logsumexp(x, axis=1),
}


@pytest.mark.parametrize("name", HALF)
def test_half_precision_stays_half_and_near_double(name):
    half = X.astype(np.float16)
    for wide in (False, True):  # the value, and its gradient
        results = []
        for x in (half, half.astype(np.float64)):
            with Trace("half") as trace:
                node = trace.input("x", x.shape, x.dtype)
                out = HALF[name](node) if not wide else gradients([HALF[name](node)], [node])[0]
            results.append(evaluate([out], {node: x})[0])
        assert results[0].dtype == np.float16
        np.testing.assert_allclose(results[0], results[1], rtol=2e-2, atol=2e-2)
