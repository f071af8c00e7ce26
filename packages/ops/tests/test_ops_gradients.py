"""Derivatives of composites and of ops that are formulas, against finite differences in float64."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from cornu import ops
from cornu_engine.composite import COMPOSITES
from cornu_engine.gradients import gradients
from cornu_engine.reference import evaluate
from cornu_engine.trace import Trace
from cornu_ops.composites import (
    activations,
    crossentropy,
    dropout,
    elimination,
    normalization,
    softmax,
)
from cornu_ops.testing.gradients import check_grads

RNG = np.random.default_rng(3)
SHAPES = [(5,), (3, 4), (2, 3, 4)]
BITS = {shape: RNG.integers(0, 2**32, shape, dtype=np.uint32) for shape in SHAPES}


def normal(*shape):
    return RNG.normal(size=shape)


def regular(*shape):
    """Matrices far from singular, whose rows a solver must swap."""
    return normal(*shape) + 3 * np.eye(shape[-1])[::-1]


MATRICES = [(1, 2, 2), (2, 3, 3), (3, 4, 4)]


def shares(*shape):
    x = RNG.uniform(0.2, 1.0, size=shape)
    return x / x.sum(-1, keepdims=True)


def labels(shape):
    return RNG.integers(0, shape[-1], shape[:-1]).astype(np.int32)


ELEMENTWISE = [
    activations.sigmoid,
    activations.softplus,
    activations.silu,
    partial(activations.gelu, approximate=True),
    partial(activations.gelu, approximate=False),
    *(
        getattr(ops, name)
        for name in (
            "celu elu selu mish log_sigmoid softsign squareplus tanh_shrink sinc i0 cbrt "
            "reciprocal exp2 erfc hard_silu"
        ).split()
    ),
]
COMPOSITE_CASES = [
    *((f, [normal(*s)]) for f in ELEMENTWISE for s in SHAPES),
    *(
        (partial(f, axes=axes), [normal(*s)])
        for f in (softmax.softmax, softmax.log_softmax)
        for s, axes in (((5,), (0,)), ((3, 4), (1,)), ((2, 3, 4), (1,)), ((2, 3, 4), (1, 2)))
    ),
    *(
        (partial(softmax.logsumexp, axes=axes, keepdims=k), [normal(*s)])
        for k in (True, False)
        for s, axes in (((5,), (0,)), ((3, 4), (1,)), ((2, 3, 4), (0, 2)))
    ),
    *(
        (
            partial(crossentropy.sparse_crossentropy_from_logits, axis=len(s) - 1),
            [labels(s), normal(*s)],
        )
        for s in SHAPES
    ),
    *(
        (
            partial(crossentropy.sparse_crossentropy, axis=len(s) - 1, epsilon=1e-7),
            [labels(s), shares(*s)],
        )
        for s in SHAPES
    ),
    *(
        (partial(crossentropy.crossentropy_from_logits, axis=len(s) - 1), [shares(*s), normal(*s)])
        for s in SHAPES
    ),
    *(
        (
            partial(crossentropy.crossentropy, axis=len(s) - 1, epsilon=1e-7),
            [shares(*s), shares(*s)],
        )
        for s in SHAPES
    ),
    *((crossentropy.binary_crossentropy_from_logits, [shares(*s), normal(*s)]) for s in SHAPES),
    *(
        (
            partial(crossentropy.binary_crossentropy, epsilon=1e-7),
            [shares(*s), RNG.uniform(0.1, 0.9, s)],
        )
        for s in SHAPES
    ),
    *(
        (
            partial(normalization.batch_norm, axis=axis, epsilon=1e-3),
            [normal(*s), normal(s[axis]), normal(s[axis])],
        )
        for s, axis in (((6, 3), 1), ((2, 3, 4), 2), ((2, 3, 4), 1), ((3, 2, 2, 2), 3))
    ),
    *(
        (partial(f, axes=axes, epsilon=1e-3), [normal(*s)])
        for f in (normalization.layer_norm, normalization.rms_norm)
        for s, axes in (((5,), (0,)), ((3, 4), (1,)), ((2, 3, 4), (1, 2)))
    ),
    *((partial(dropout.dropout, rate=0.4), [normal(*s), BITS[s]]) for s in SHAPES),
    *((elimination.solve_system, [regular(*s), normal(*s[:2], 2)]) for s in MATRICES),
    *((elimination.log_determinant, [regular(*s)]) for s in MATRICES),
]


def label(case):
    function = case[0]
    inner = getattr(function, "func", function)
    name = getattr(inner, "__name__", str(inner))
    return name + "-" + "x".join(map(str, case[1][-1].shape))


@pytest.mark.parametrize("case", COMPOSITE_CASES, ids=label)
def test_first_and_second_derivative(case):
    function, operands = case
    check_grads(function, operands, order=2, rtol=2e-4, atol=2e-5)


def test_every_composite_here_is_tried():
    tried = {getattr(f, "func", f) for f, _ in COMPOSITE_CASES}
    mine = {
        c for c in COMPOSITES.values() if c.function.__module__.startswith("cornu_ops.composites")
    }
    assert mine - tried == {elimination.cholesky_factor}  # takes symmetric matrices: tried below


@pytest.mark.parametrize("shape", MATRICES, ids=str)
def test_cholesky_of_symmetric_matrices(shape):
    def factor(x):
        return elimination.cholesky_factor(ops.matmul(x, ops.swapaxes(x, 1, 2)) + np.eye(shape[-1]))

    check_grads(factor, [normal(*shape)], order=2, rtol=2e-4, atol=2e-5)


X, Y = normal(3, 4), normal(3, 4)
INDICES = np.array([2, 0, 2], np.int32)
FORMULAS = {
    "logsumexp": (lambda x: ops.logsumexp(x, axis=1), [X]),
    "cumprod": (lambda x: ops.cumprod(x, axis=1), [X]),
    "std": (lambda x: ops.std(x, axis=0), [X]),
    "var": (lambda x: ops.var(x), [X]),
    "median": (lambda x: ops.median(x, axis=1), [X]),
    "quantile": (lambda x: ops.quantile(x, 0.3, axis=1), [X]),
    "take": (lambda x: ops.take(x, INDICES, axis=0), [X]),
    "take_along_axis": (lambda x: ops.take_along_axis(x, INDICES[:, None], axis=1), [X]),
    "get_item": (lambda x: x[1:, ::-2], [X]),
    "fancy item": (lambda x: x[:, INDICES], [X]),
    "two tensors": (lambda x: x[INDICES, INDICES], [X]),
    "scatter": (lambda v: ops.scatter(INDICES[:, None], v, (5, 4)), [X]),
    "scatter_update": (lambda x, v: ops.scatter_update(x, INDICES[:, None], v), [X, Y]),
    "scatter max": (lambda x, v: ops.scatter_update(x, INDICES[:, None], v, "max"), [X, Y]),
    "slice_update": (lambda x, v: ops.slice_update(x, (1, 1), v), [X, normal(2, 2)]),
    "segment_sum": (lambda x: ops.segment_sum(x, INDICES, 4), [X]),
    "segment_max": (
        lambda x: ops.where(
            ops.segment_max(x, INDICES, 3) > -9, ops.segment_max(x, INDICES, 3), 0.0
        ),
        [X],
    ),
    "einsum": (lambda a, b: ops.einsum("ij,kj->ik", a, b), [X, Y]),
    "einsum three": (lambda a, b, c: ops.einsum("ij,kj,k->i", a, b, c), [X, Y, normal(3)]),
    "tensordot": (lambda a, b: ops.tensordot(a, b, ((0, 1), (0, 1))), [X, Y]),
    "matmul vectors": (lambda a, b: ops.matmul(a, b), [normal(4), normal(4)]),
    "tall matmul": (lambda a, b: ops.matmul(a, b), [normal(2, 3, 4), normal(4, 2)]),
    "norm": (lambda x: ops.norm(x, axis=1), [X]),
    "inv": (ops.inv, [regular(3, 3)]),
    "det": (ops.det, [regular(2, 3, 3)]),
    "logdet": (lambda x: ops.logdet(ops.matmul(x, x.T) + np.eye(3)), [normal(3, 3)]),
    "solve_triangular": (
        lambda a, b: ops.solve_triangular(a, b, lower=True),
        [regular(3, 3) + 3 * np.eye(3), normal(3)],
    ),
    "cdist": (ops.cdist, [X, normal(2, 4)]),
    "fft": (lambda a, b: ops.fft((a, b)), [X, Y]),
    "irfft": (lambda a, b: ops.irfft((a, b)), [X, Y]),
    "stft": (lambda x: ops.stft(x, 4, 2, 6), [normal(12)]),
    "fold": (lambda x: ops.fold(x, 4, 2, stride=2), [normal(2, 8, 4)]),
    "unfold": (lambda x: ops.unfold(x, 2, padding=1), [normal(2, 2, 3, 3)]),
    "jvp": (lambda x: ops.jvp(lambda a: ops.softmax(a) * a, (x,), (Y,))[1], [X]),
    "normalize": (lambda x: ops.normalize(x, axis=0), [X]),
    "l2_normalize": (lambda x: ops.l2_normalize(x), [X]),
    "hypot": (ops.hypot, [X, Y]),
    "logaddexp": (ops.logaddexp, [X, Y]),
    "power": (ops.power, [np.abs(X) + 0.5, Y]),
    "divide_no_nan": (ops.divide_no_nan, [X, Y]),
    "glu": (ops.glu, [X]),
    "sparsemax": (ops.sparsemax, [X]),
    "pad reflect": (lambda x: ops.pad(x, 1, mode="reflect"), [X]),
    "roll": (lambda x: ops.roll(x, 2, axis=1), [X]),
    "repeat": (lambda x: ops.repeat(x, 3, axis=0), [X]),
    "tile": (lambda x: ops.tile(x, (2, 3)), [X]),
    "top_k": (lambda x: ops.top_k(x, 2)[0], [X]),
    "corrcoef": (ops.corrcoef, [X]),
    "correlate": (lambda a, b: ops.correlate(a, b, mode="same"), [normal(6), normal(3)]),
    "batch_normalization": (
        lambda x, m, v: ops.batch_normalization(x, m, v, -1, m, v),
        [X, normal(4), RNG.uniform(0.5, 1, 4)],
    ),
    "layer_normalization": (
        lambda x, g, b: ops.layer_normalization(x, g, b),
        [X, normal(4), normal(4)],
    ),
    "attention": (
        lambda q, k, v: ops.dot_product_attention(q, k, v, is_causal=True),
        [normal(1, 3, 2, 2), normal(1, 3, 2, 2), normal(1, 3, 2, 2)],
    ),
    "depthwise_conv": (
        lambda x, k: ops.depthwise_conv(x, k, padding="same"),
        [normal(1, 4, 4, 2), normal(3, 3, 2, 2)],
    ),
    "conv_transpose": (
        lambda x, k: ops.conv_transpose(x, k, strides=2),
        [normal(1, 3, 2), normal(3, 4, 2)],
    ),
    "adaptive_average_pool": (lambda x: ops.adaptive_average_pool(x, 3), [normal(1, 5, 5, 2)]),
    "scan": (lambda x: ops.scan(lambda c, r: (c * r, c + r), ops.sum(x, 0), x)[0], [X]),
    "associative_scan": (lambda x: ops.associative_scan(lambda a, b: a * b, x, axis=1), [X]),
    "fori_loop": (lambda x: ops.fori_loop(0, 3, lambda i, v: v * x, x), [X]),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_formula(name):
    function, operands = FORMULAS[name]
    check_grads(function, operands, rtol=1e-5, atol=1e-6)


def slope_of(function, at):
    with Trace("slope") as trace:
        x = trace.input("x", (), "float64")
        (slope,) = gradients([function(x)], [x])
    return evaluate([slope], {x: np.asarray(at)})[0]


def test_slopes_at_the_corners_are_those_of_keras():
    corners = {
        "relu at 0": (lambda x: ops.relu(x), 0.0, 0.0),
        "clip at its bound": (lambda x: ops.clip(x, 0.0, 1.0), 1.0, 1.0),
        "normalize at 0": (lambda x: ops.sum(ops.normalize(ops.stack([x, x]))), 0.0, 2e7),
        "divide_no_nan by 0": (lambda x: ops.divide_no_nan(1.0, x), 0.0, 0.0),
        "square at 0": (lambda x: x**2, 0.0, 0.0),
        "elu of a large number": (lambda x: ops.elu(x), 1000.0, 1.0),
        "softplus of a large number": (lambda x: ops.softplus(x), 1000.0, 1.0),
    }
    for name, (function, at, expected) in corners.items():
        assert float(slope_of(function, np.float64(at))) == pytest.approx(expected), name


def test_crossentropies_of_sure_predictions_are_finite():
    sure = np.array([[0.0, 1.0], [1.0, 0.0]], "float32")
    target = np.array([[1.0, 0.0], [1.0, 0.0]], "float32")
    np.testing.assert_allclose(
        ops.categorical_crossentropy(target, sure), [16.118095, 1.192093e-07], rtol=1e-5
    )
    np.testing.assert_allclose(
        ops.categorical_crossentropy(target, sure * 200 - 100, from_logits=True), [200.0, 0.0]
    )
    assert np.isfinite(ops.binary_crossentropy(target, sure)).all()
    np.testing.assert_allclose(
        ops.binary_crossentropy(target, 1e4 * (2 * sure - 1), from_logits=True),
        [[1e4, 1e4], [0, 0]],
    )


def test_softmax_of_masked_and_extreme_rows():
    x = np.array([[1000.0, -1000.0], [-np.inf, 0.0]], "float32")
    np.testing.assert_array_equal(ops.softmax(x), [[1.0, 0.0], [0.0, 1.0]])
    np.testing.assert_array_equal(ops.log_softmax(x)[0], [0.0, -2000.0])
    assert float(ops.logsumexp(np.array([-np.inf, -np.inf]))) == -np.inf
