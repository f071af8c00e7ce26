"""Attention against NumPy in float64, head by head."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.base.layer import get_mask
from cornu.errors import ShapeError

RNG = np.random.default_rng(9)
Q, V, K = RNG.normal(size=(2, 4, 3)), RNG.normal(size=(2, 6, 5)), RNG.normal(size=(2, 6, 3))


def softmax(s):
    e = np.exp(s - s.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


SCORES = {
    "dot": lambda q, k, a, w: a * np.einsum("bik,bjk->bij", q, k),
    "concat": lambda q, k, a, w: w * np.tanh(a * (q[:, :, None] + k[:, None])).sum(-1),
}


@pytest.mark.parametrize("mode", SCORES)
@pytest.mark.parametrize("use_scale", [True, False])
@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("masked", [True, False])
def test_attention(mode, use_scale, causal, masked, check_layer_grads):
    layer = layers.Attention(use_scale, mode, dtype="float64")
    layer.build([Q.shape, V.shape, K.shape])
    names = ["scale"] * use_scale + ["concat_score_weight"] * (mode == "concat")
    assert [w.name for w in layer.weights] == names
    layer.set_weights([np.array(0.7)] * len(names))
    q_mask = np.array([[1, 1, 1, 0], [1, 1, 0, 0]], bool) if masked else None
    v_mask = np.array([[1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1]], bool) if masked else None
    found, scores = layer(
        [Q, V, K],
        mask=[q_mask, v_mask] if masked else None,
        use_causal_mask=causal,
        return_attention_scores=True,
    )
    s = SCORES[mode](Q, K, 0.7 if use_scale else 1.0, 0.7)
    if masked:
        s = np.where(v_mask[:, None], s, -np.inf)
    if causal:
        s = np.where(np.tri(4, 6, dtype=bool), s, -np.inf)
    np.testing.assert_allclose(scores, softmax(s), atol=1e-8)
    expected = softmax(s) @ V
    expected = np.where(q_mask[..., None], expected, 0) if masked else expected
    np.testing.assert_allclose(found, expected, atol=1e-8)
    assert layer.compute_output_shape([Q.shape, V.shape, K.shape]) == found.shape
    check_layer_grads(layer, [Q, V, K], use_causal_mask=causal)


def test_additive_attention(check_layer_grads):
    layer = layers.AdditiveAttention(dtype="float64")
    found = layer([Q, V, K])
    (scale,) = layer.get_weights()
    s = (scale * np.tanh(Q[:, :, None] + K[:, None])).sum(-1)
    np.testing.assert_allclose(found, softmax(s) @ V, atol=1e-12)
    check_layer_grads(layer, [Q, V, K])


def by_heads(layer, q, v, k, mask=None):
    """Compute the attention one head at a time."""
    parts = [w.astype("float64") for w in layer.get_weights()]
    (wq, bq, wk, bk), rest = parts[:4], parts[4:]
    gate = rest[:2] if layer.use_gate else None
    wv, bv, wo, bo = rest[-4:]
    heads, groups = wq.shape[1], wk.shape[1]
    total, scores = bo, []
    for h in range(heads):
        g = h * groups // heads
        qh, kh, vh = q @ wq[:, h] + bq[h], k @ wk[:, g] + bk[g], v @ wv[:, g] + bv[g]
        s = np.einsum("bik,bjk->bij", qh, kh) / np.sqrt(wq.shape[2])
        s = s if mask is None else np.where(mask, s, -np.inf)
        out = softmax(s) @ vh
        if gate is not None:
            out = out / (1 + np.exp(-(q @ gate[0][:, h] + gate[1][h])))
        total = total + out @ wo[h]
        scores.append(softmax(s))
    return total, np.stack(scores, axis=1)


def _randomised(layer, *inputs):
    layer(*inputs)
    layer.set_weights([RNG.normal(size=w.shape) * 0.5 for w in layer.weights])
    return layer


@pytest.mark.parametrize("use_gate", [False, True])
@pytest.mark.parametrize("scored", [False, True])
@pytest.mark.parametrize("mask", ["none", "causal", "window", "given", "padding"])
def test_multi_head_attention(use_gate, scored, mask):
    layer = layers.MultiHeadAttention(
        2,
        3,
        value_dim=4,
        sliding_window=2 if mask == "window" else None,
        use_gate=use_gate,
        dtype="float64",
    )
    _randomised(layer, Q, V, K)
    given = RNG.random((2, 4, 6)) < 0.6
    given[..., 0] = True
    padding = np.array([[1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 0, 0]], bool)
    allowed = {
        "none": None,
        "causal": np.tri(4, 6, dtype=bool),
        "window": np.abs(np.arange(4)[:, None] - np.arange(6)) < 2,
        "given": given,
        "padding": padding[:, None],
    }[mask]
    kwargs = {
        "none": {},
        "causal": {"use_causal_mask": True},
        "window": {},
        "given": {"attention_mask": given},
        "padding": {"value_mask": padding},
    }[mask]
    found = layer(Q, V, K, return_attention_scores=scored, **kwargs)
    expected, scores = by_heads(layer, Q, V, K, allowed)
    if scored:
        np.testing.assert_allclose(found[1], scores, atol=1e-8)
        found = found[0]
    np.testing.assert_allclose(found, expected, atol=1e-8)


def test_multi_head_gradients(check_layer_grads):
    layer = layers.MultiHeadAttention(2, 3, dtype="float64")
    check_layer_grads(layer, Q, value=V, key=K, use_causal_mask=True)


def test_multi_head_weights():
    layer = layers.MultiHeadAttention(2, 3, value_dim=4, output_shape=7, name="mha")
    layer.build((None, 4, 5), (None, 6, 5))
    assert [(w.path, w.shape) for w in layer.weights] == [
        ("mha/query/kernel", (5, 2, 3)),
        ("mha/query/bias", (2, 3)),
        ("mha/key/kernel", (5, 2, 3)),
        ("mha/key/bias", (2, 3)),
        ("mha/value/kernel", (5, 2, 4)),
        ("mha/value/bias", (2, 4)),
        ("mha/attention_output/kernel", (2, 4, 7)),
        ("mha/attention_output/bias", (7,)),
    ]
    assert (layer.query_dense.kernel.numpy() != layer.key_dense.kernel.numpy()).any()
    assert layer.compute_output_shape((None, 4, 5), (None, 6, 5)) == (None, 4, 7)


def test_glorot_counts_all_heads():
    """The projection's fan is features × (heads · size), however its kernel is folded."""
    layer = layers.MultiHeadAttention(8, 16)
    layer.build((None, 4, 100), (None, 4, 100))
    limit = np.sqrt(6 / (100 + 128))
    for dense in (layer.query_dense, layer.output_dense):
        largest = np.abs(dense.kernel.numpy()).max()
        assert 0.95 * limit < largest <= limit


def test_attention_over_an_image():
    """Attention along both axes of an image is attention over its places."""
    x = RNG.normal(size=(2, 3, 4, 5))
    layer = _randomised(layers.MultiHeadAttention(2, 3, dtype="float64"), x, x)
    flat = x.reshape(2, 12, 5)
    expected, _ = by_heads(layer, flat, flat, flat)
    np.testing.assert_allclose(layer(x, x).reshape(2, 12, 5), expected, atol=1e-8)
    rows = layers.MultiHeadAttention(2, 3, attention_axes=2, dtype="float64")
    rows.build(x.shape, x.shape)
    rows.set_weights(layer.get_weights())
    each, _ = by_heads(layer, *(x.reshape(6, 4, 5),) * 3)
    np.testing.assert_allclose(rows(x, x).reshape(6, 4, 5), each, atol=1e-8)


@pytest.mark.parametrize("use_gate", [False, True])
@pytest.mark.parametrize("scored", [False, True])
def test_grouped_query_attention(use_gate, scored):
    v = RNG.normal(size=(2, 6, 3))
    layer = layers.GroupQueryAttention(4, 6, 2, use_gate=use_gate, dtype="float64")
    _randomised(layer, Q, v)
    found = layer(Q, v, use_causal_mask=True, return_attention_scores=scored)
    expected, scores = by_heads(layer, Q, v, v, np.tri(4, 6, dtype=bool))
    if scored:
        np.testing.assert_allclose(found[1], scores, atol=1e-8)
        found = found[0]
    np.testing.assert_allclose(found, expected, atol=1e-8)
    with pytest.raises(ValueError, match="multiple"):
        layers.GroupQueryAttention(4, 5, 2)


def test_masks_of_embeddings_reach_attention():
    ids = np.array([[1, 2, 0, 0], [3, 4, 5, 0]])
    embedding = layers.Embedding(10, 6, mask_zero=True)
    layer = layers.MultiHeadAttention(2, 3)
    x = embedding(ids)
    found = layer(x, x)
    np.testing.assert_array_equal(get_mask(found), ids != 0)
    alone = layer(
        np.asarray(x), np.asarray(x), attention_mask=(ids != 0)[:, None] & (ids != 0)[..., None]
    )
    np.testing.assert_allclose(found[ids != 0], alone[ids != 0], rtol=1e-5, atol=1e-6)


def test_symbolic():
    q, v = cornu.Input((4, 8)), cornu.Input((None, 8))
    output, scores = layers.MultiHeadAttention(2, 3)(q, v, return_attention_scores=True)
    assert output.shape == (None, 4, 8)
    assert scores.shape[:3] == (None, 2, 4)
    assert layers.Attention()([q, v]).shape == (None, 4, 8)


def test_dropout_only_while_training():
    layer = layers.MultiHeadAttention(2, 3, dropout=0.5, seed=1)
    q, v = Q.astype("float32"), RNG.normal(size=(2, 6, 3)).astype("float32")
    np.testing.assert_array_equal(layer(q, v), layer(q, v, training=False))
    assert (layer(q, v, training=True) != layer(q, v)).any()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: layers.Attention()(Q), "list .query, value."),
        (lambda: layers.Attention()([Q]), "list .query, value."),
        (lambda: layers.MultiHeadAttention(2, 3)(Q, V, Q), "key for each value"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ShapeError, match=words):
        call()


EINSUMS = [
    ("ab,bc->ac", 6, "c", (3, 5), (5, 6), (6,)),
    ("abc,cd->abd", (None, 6), "d", (2, 3, 4), (4, 6), (6,)),
    ("...x,xy->...y", 6, "y", (2, 3, 4), (4, 6), (6,)),
    ("abc,cde->abde", (None, 3, 2), "de", (2, 3, 4), (4, 3, 2), (3, 2)),
    ("abc,cd->abd", (None, 6), "bd", (2, 3, 4), (4, 6), (3, 6)),
    ("abc,bd->adc", (6, None), "d", (2, 3, 4), (3, 6), (6, 1)),
    ("ab...,bc->ac...", 6, "c", (2, 3, 4, 5), (3, 6), (6, 1, 1)),
    ("abcd,cde->abe", (None, 6), None, (2, 3, 4, 5), (4, 5, 6), None),
]


@pytest.mark.parametrize(("equation", "output", "bias_axes", "shape", "kernel", "bias"), EINSUMS)
def test_einsum_dense(equation, output, bias_axes, shape, kernel, bias, check_layer_grads):
    x = RNG.normal(size=shape)
    layer = layers.EinsumDense(
        equation, output, "tanh", bias_axes, bias_initializer="normal", dtype="float64"
    )
    found = layer(x)
    weights = layer.get_weights()
    assert [w.shape for w in weights] == [s for s in (kernel, bias) if s]
    expected = np.einsum(equation, x, weights[0]) + (weights[1] if bias else 0)
    np.testing.assert_allclose(found, np.tanh(expected), atol=1e-12)
    assert layer.compute_output_shape((None, *shape[1:])) == (None, *found.shape[1:])
    check_layer_grads(layer, x)
    twin = layers.EinsumDense.from_config(layer.get_config())
    assert twin.get_config() == layer.get_config()


@pytest.mark.parametrize(
    "equation", ["abc", "ab,bc", "ab,bc,cd->ad", "a...b,bc->ac", "ab,cd->ad", "aa,ab->ab"]
)
def test_bad_equations(equation):
    with pytest.raises(ValueError, match=r"equation|In '"):
        layers.EinsumDense(equation, 3)


def test_einsum_dense_shape_errors():
    with pytest.raises(ShapeError, match="for each of 'bd'"):
        layers.EinsumDense("abc,cd->abd", 6)(np.ones((2, 3, 4)))
    with pytest.raises(ShapeError, match="is 7; the input"):
        layers.EinsumDense("abc,cd->abd", (7, 6))(np.ones((2, 3, 4)))
    with pytest.raises(ShapeError, match="needs the size of 'd'"):
        layers.EinsumDense("abc,cd->abd", (None, None))(np.ones((2, 3, 4)))
