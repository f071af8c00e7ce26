"""Ops without a NumPy function of the same signature: conversions, control, indexing, algebra."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.engine.gradients import gradients
from cornu.engine.reference import evaluate
from cornu.engine.trace import Trace, as_node
from cornu.errors import ShapeError, TracedValueError

RNG = np.random.default_rng(11)
X = RNG.normal(size=(3, 4))
CUBE = RNG.normal(size=(2, 3, 4))


def run(function, *arrays):
    """A function of traced values, evaluated by the reference."""
    with Trace("run") as trace:
        nodes = [trace.input("x", np.shape(a), np.asarray(a).dtype) for a in arrays]
        result = function(*nodes)
    many = isinstance(result, (tuple, list))
    leaves = [as_node(x) for x in result] if many else [result]
    known = dict(zip(nodes, map(np.asarray, arrays), strict=True))
    found = evaluate(leaves, known)
    return found if many else found[0]


def both(function, *arrays):
    """The result on arrays, after checking that the traced one is the same."""
    eager, traced = function(*arrays), run(function, *arrays)
    many = isinstance(eager, (tuple, list))
    for a, b in zip(eager if many else [eager], traced if many else [traced], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
        assert np.asarray(a).dtype == b.dtype
    return eager


def test_conversion():
    assert ops.convert_to_tensor([1, 2]).dtype == np.int32
    assert ops.convert_to_tensor([1.0]).dtype == np.float32
    assert ops.convert_to_tensor(True).dtype == np.bool_
    assert ops.convert_to_tensor(np.ones(2)).dtype == np.float64
    assert ops.cast([1.9, -1.9], "int32").tolist() == [1, -1]
    assert ops.saturate_cast([-1.0, 300.0], "uint8").tolist() == [0, 255]
    assert ops.saturate_cast(np.float32([3e9, -3e9]), "int32").tolist() == [2147483520, -(2**31)]
    assert ops.saturate_cast(np.int32([-5]), "uint32").tolist() == [0]
    assert ops.dtype(cornu.Variable([1.0])) == "float32"
    assert ops.shape([[1, 2]]) == (1, 2)
    x = np.ones(2)
    assert ops.copy(x) is not x
    assert ops.size(np.zeros((2, 3))) == 6
    assert ops.ndim(3.0) == 0
    assert ops.view(np.float32([1.0]), "int32").tolist() == [1065353216]
    with pytest.raises(TypeError, match="complex"):
        ops.convert_to_tensor(np.array([1j]))


def test_promotion_is_that_of_keras():
    small, single, double = np.int8([1]), np.float32([1]), np.float64([1])
    assert ops.add(small, single).dtype == np.float32
    assert ops.add(np.int64([1]), np.float16([1])).dtype == np.float16
    assert ops.add(small, 1.5).dtype == np.float32
    assert ops.add(single, double).dtype == np.float64
    assert ops.divide(small, 2).dtype == np.float32
    assert ops.mean(small).dtype == np.float32
    assert ops.multiply(np.float16([1]), 2.0).dtype == np.float16


@pytest.mark.parametrize(
    "key",
    [
        1,
        -1,
        np.s_[1:],
        np.s_[::-1],
        np.s_[-1:0:-2],
        np.s_[..., 2],
        np.s_[:, None, 1:2],
        np.s_[1, ..., None, ::2],
        np.s_[5:],
        np.s_[:, [2, 0]],
        np.s_[:, np.array([[0, -1]])],
        np.s_[np.array([0, 1]), :, np.array([3, 0])],
        np.s_[:, np.array([0, 1]), np.array([3, 0])],
        np.s_[0, np.array([0, 1]), 1:],
        (),
    ],
    ids=str,
)
def test_indexing_is_that_of_numpy(key):
    expected = CUBE[key]
    np.testing.assert_array_equal(both(lambda x: x[key], CUBE), expected)


def test_indexing_errors():
    with Trace() as trace:
        x = trace.input("x", (2, 3), "float32")
        with pytest.raises(IndexError, match="index 5 is out of range for axis 1 of size 3"):
            x[0, 5]
        with pytest.raises(IndexError, match="Too many indices"):
            x[0, 0, 0]
        with pytest.raises(TypeError, match=r"boolean mask"):
            x[x > 0]


def test_scatter_and_update():
    rows = np.array([[0], [2], [2]], np.int32)
    values = np.arange(6.0).reshape(3, 2)
    expected = np.zeros((4, 2))
    np.add.at(expected, rows[:, 0], values)
    np.testing.assert_array_equal(
        both(lambda i, v: ops.scatter(i, v, (4, 2)), rows, values), expected
    )
    base = np.full((4, 2), 10.0)
    written = base.copy()
    written[[0, 2]] = values[[0, 2]]  # of two for one row the last stays
    update = both(lambda b, i, v: ops.scatter_update(b, i, v), base, rows, values)
    np.testing.assert_array_equal(update, written)
    for how, function in (
        ("add", np.add),
        ("mul", np.multiply),
        ("max", np.maximum),
        ("min", np.minimum),
    ):
        expected = base / 5
        function.at(expected, rows[:, 0], values)
        found = both(
            lambda b, i, v, how=how: ops.scatter_update(b / 5, i, v, how), base, rows, values
        )
        np.testing.assert_allclose(found, expected)
    points = np.array([[0, 1], [3, 0]])
    assert ops.scatter(points, [1.0, 2.0], (4, 2))[3, 0] == 2.0
    with pytest.raises(ValueError, match="reduction must be"):
        ops.scatter_update(base, rows, values, "sum")


def test_slices_at_traced_positions():
    update = np.array([[1.0, 2.0]])
    for start in ((1, 0), (1, 2), (2, 3), (9, -9)):
        at = np.array(start, np.int32)
        low = np.clip(at, 0, np.array(X.shape) - (1, 2))
        expected = X.copy()
        expected[low[0], low[1] : low[1] + 2] = update
        found = run(lambda x, s: ops.slice_update(x, s, update), X, at)
        np.testing.assert_array_equal(found, expected)
        block = run(lambda x, s: ops.slice(x, s, (1, 2)), X, at)
        np.testing.assert_array_equal(block, X[low[0] : low[0] + 1, low[1] : low[1] + 2])
        if start != (9, -9):
            np.testing.assert_array_equal(ops.slice_update(X, start, update), expected)
    np.testing.assert_array_equal(ops.slice(X, (1, 1), (-1, 2)), X[1:, 1:3])


def test_one_hot_and_multi_hot():
    assert both(lambda x: ops.one_hot(x, 3), np.array([0, 2, -1, 3])).tolist() == [
        [1, 0, 0],
        [0, 0, 1],
        [0, 0, 0],
        [0, 0, 0],
    ]
    assert ops.one_hot([[0], [1]], 2, axis=1, dtype="int32").shape == (2, 2, 1)
    assert ops.multi_hot([[0, 2], [1, 1]], 3).tolist() == [[1, 0, 1], [0, 1, 0]]
    assert ops.multi_hot([0, 2], 3).tolist() == [1, 0, 1]
    with pytest.raises(ValueError, match="sparse"):
        ops.one_hot([0], 2, sparse=True)


@pytest.mark.parametrize("name", ["sum", "max", "min", "prod"])
def test_segments(name):
    ids = np.array([2, 0, 2, 0, 5, -1, 2], np.int32)
    data = RNG.normal(size=(7, 3))
    oracle = {"sum": np.sum, "max": np.max, "min": np.min, "prod": np.prod}[name]
    identity = {"sum": 0, "max": -np.inf, "min": np.inf, "prod": 1}[name]
    found = both(lambda d, i: getattr(ops, f"segment_{name}")(d, i, 4), data, ids)
    for k in range(4):
        rows = data[ids == k]
        np.testing.assert_allclose(
            found[k], oracle(rows, axis=0) if len(rows) else np.full(3, identity)
        )
    assert getattr(ops, f"segment_{name}")(data[:4], ids[:4]).shape == (3, 3)


def test_top_k():
    x = np.array([[1, 5, 5, 3], [2, -7, 0, 2]], np.int32)
    values, indices = both(lambda v: tuple(ops.top_k(v, 2)), x)
    assert values.tolist() == [[5, 5], [2, 2]]
    assert indices.tolist() == [[1, 2], [0, 3]]
    assert ops.top_k(x, 1).indices.dtype == np.int32
    scores = np.array([[0.1, 0.5, 0.5], [np.nan, 0.2, 0.1], [0.3, 0.3, 0.3]])
    assert both(lambda s: ops.in_top_k(np.array([1, 0, 7]), s, 1), scores).tolist() == [
        True,
        False,
        False,
    ]
    with pytest.raises(ValueError, match="out of range"):
        ops.top_k(x, 5)


def test_counting_traced_values():
    x, w = np.array([[1, 2, 2], [0, 7, 1]], np.int32), np.array([[1.0, 2, 3], [4, 5, 6]])
    assert both(lambda v: ops.bincount(v, minlength=4), x.ravel()[:4]).tolist() == [1, 1, 2, 0]
    assert ops.bincount(x, w, minlength=3).tolist() == [
        [0, 1, 5, 0, 0, 0, 0, 0],
        [4, 6, 0, 0, 0, 0, 0, 5],
    ]
    with Trace() as trace, pytest.raises(TracedValueError, match="minlength"):
        ops.bincount(trace.input("x", (3,), "int32"))


def test_cond_and_switch():
    for flag in (True, False):
        expected = 2 * X if flag else X + 1
        found = run(lambda f, x: ops.cond(f, lambda: x * 2, lambda: x + 1), np.array(flag), X)
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_array_equal(ops.cond(flag, lambda: X * 2, lambda: X + 1), expected)
    branches = [lambda x: x, lambda x: -x, lambda x: x * x]
    for i in (-1, 0, 1, 2, 9):
        expected = branches[min(max(i, 0), 2)](X)
        np.testing.assert_array_equal(
            run(lambda k, x: ops.switch(k, branches, x), np.array(i), X), expected
        )
        np.testing.assert_array_equal(ops.switch(i, branches, X), expected)
    with pytest.raises(ValueError, match="one shape"):
        run(lambda f, x: ops.cond(f, lambda: x, lambda: x[0]), np.array(True), X)


def test_scan_carries_structures():
    def step(state, row):
        total = state["total"] + row[0]
        return {"total": total, "count": state["count"] + 1}, (total, row[1])

    def scanned(a, b, **kwargs):
        start = {"total": np.zeros(4), "count": np.int32(0)}
        state, (totals, seconds) = ops.scan(step, start, (a, b), **kwargs)
        return state["total"], state["count"], totals, seconds

    for kwargs in ({}, {"reverse": True}, {"unroll": True}):
        total, count, totals, seconds = both(
            lambda a, b, k=kwargs: scanned(a, b, **k), X, CUBE.reshape(3, 8)
        )
        np.testing.assert_allclose(total, X.sum(0))
        assert int(count) == 3
        order = X[::-1].cumsum(0)[::-1] if kwargs.get("reverse") else X.cumsum(0)
        np.testing.assert_allclose(totals, order)
        np.testing.assert_array_equal(seconds, CUBE.reshape(3, 8))
    doubled, _ = ops.scan(lambda s, _: (s * 2, None), np.float64(1.0), length=5)
    assert float(doubled) == 32
    with pytest.raises(ValueError, match="xs or length"):
        ops.scan(step, X)


def test_map_fori_while():
    np.testing.assert_allclose(
        both(lambda x: ops.map(lambda r: r * ops.sum(r), x), X), X * X.sum(1, keepdims=True)
    )
    np.testing.assert_allclose(both(lambda x: ops.vectorized_map(lambda r: r[0], x), X), X[:, 0])
    np.testing.assert_allclose(
        both(lambda x: ops.fori_loop(1, 4, lambda i, v: v * ops.cast(i, "float64"), x), X), 6 * X
    )

    def halved(x):
        return ops.while_loop(
            lambda v, n: ops.max(ops.abs(v)) > 0.1,
            lambda v, n: (v / 2, n + 1),
            (x, np.int32(0)),
            20,
        )

    values, steps = both(halved, X)
    assert int(steps) == int(np.ceil(np.log2(np.abs(X).max() / 0.1)))
    np.testing.assert_allclose(values, X / 2**steps)
    assert ops.while_loop(lambda i: i < 10, lambda i: i * 3, 1) == 27
    with pytest.raises(TracedValueError, match="maximum_iterations"):
        run(lambda x: ops.while_loop(lambda v: ops.sum(v) < 1, lambda v: v + 1, x), X)


@pytest.mark.parametrize("reverse", [False, True])
def test_associative_scan(reverse):
    def matrices(a, b):
        return ops.matmul(a, b)

    stack = RNG.normal(size=(5, 2, 2))
    found = both(lambda x: ops.associative_scan(matrices, x, reverse=reverse), stack)
    expected, total = [], None
    for m in stack[::-1] if reverse else stack:
        total = m if total is None else total @ m
        expected.append(total)
    np.testing.assert_allclose(found, np.stack(expected[::-1] if reverse else expected))


def test_linear_algebra():
    a = RNG.normal(size=(2, 4, 4))
    spd = a @ np.swapaxes(a, 1, 2) + np.eye(4)
    b, vector = RNG.normal(size=(2, 4, 3)), RNG.normal(size=4)
    np.testing.assert_allclose(both(ops.solve, a, b), np.linalg.solve(a, b))
    np.testing.assert_allclose(both(ops.solve, a[0], vector), np.linalg.solve(a[0], vector))
    np.testing.assert_allclose(both(ops.inv, a), np.linalg.inv(a))
    np.testing.assert_allclose(both(ops.det, a), np.linalg.det(a))
    np.testing.assert_allclose(both(ops.slogdet, a), np.linalg.slogdet(a))
    np.testing.assert_allclose(both(ops.logdet, spd), np.linalg.slogdet(spd)[1])
    np.testing.assert_allclose(both(ops.cholesky, spd), np.linalg.cholesky(spd))
    np.testing.assert_allclose(
        ops.cholesky(spd, upper=True), np.swapaxes(np.linalg.cholesky(spd), 1, 2)
    )
    lower = np.linalg.cholesky(spd)
    halves = lower + np.swapaxes(np.tril(lower, -1), 1, 2)  # one of them is read
    for upper in (False, True):
        np.testing.assert_allclose(ops.cholesky_inverse(halves, upper), np.linalg.inv(spd))
    np.testing.assert_allclose(
        ops.solve_triangular(a, b, lower=True), np.linalg.solve(np.tril(a), b)
    )
    u, s, vh = ops.svd(a, full_matrices=False)
    np.testing.assert_allclose(u * s[:, None] @ vh, a)
    np.testing.assert_allclose(ops.qr(a).q @ ops.qr(a).r, a)
    np.testing.assert_allclose(ops.pinv(a), np.linalg.pinv(a))
    np.testing.assert_allclose(
        ops.lstsq(b[0], vector), np.linalg.lstsq(b[0], vector, rcond=None)[0]
    )
    with pytest.raises(ShapeError, match="square"):
        ops.inv(X)
    with Trace() as trace, pytest.raises(TracedValueError, match="svd"):
        ops.svd(trace.input("x", (3, 3), "float32"))


@pytest.mark.parametrize("order", [None, 1, 2, 3, 0, np.inf, -np.inf, "fro", -1])
def test_norm(order):
    if order in ("fro", -1):
        np.testing.assert_allclose(both(lambda x: ops.norm(x, order), X), np.linalg.norm(X, order))
    else:
        np.testing.assert_allclose(
            both(lambda x: ops.norm(x, order, 1), X), np.linalg.norm(X, order, 1)
        )
    if order not in (0, 3):
        axes = (0, 2)
        expected = np.linalg.norm(CUBE, order, axes, keepdims=True)
        np.testing.assert_allclose(ops.norm(CUBE, order, axes, True), expected)


def test_fourier():
    z = X + 1j * X[::-1]
    parts = (X, X[::-1].copy())

    def complex_of(pair):
        return pair[0] + 1j * pair[1]

    np.testing.assert_allclose(
        complex_of(both(lambda a, b: ops.fft((a, b)), *parts)), np.fft.fft(z), atol=1e-12
    )
    np.testing.assert_allclose(complex_of(ops.fft2(parts)), np.fft.fft2(z), atol=1e-12)
    np.testing.assert_allclose(complex_of(ops.ifft2(parts)), np.fft.ifft2(z), atol=1e-12)
    for length in (None, 3, 6):
        np.testing.assert_allclose(
            complex_of(ops.rfft(X, length)), np.fft.rfft(X, length), atol=1e-12
        )
        np.testing.assert_allclose(ops.irfft(parts, length), np.fft.irfft(z, length), atol=1e-12)
    signal = RNG.normal(size=(2, 40))
    for window in ("hann", "hamming", None):
        frames = ops.stft(signal, 8, 2, 16, window)
        np.testing.assert_allclose(
            ops.istft(frames, 8, 2, 16, 40, window)[:, 4:-4], signal[:, 4:-4], atol=1e-10
        )


def test_blocks():
    image = RNG.normal(size=(2, 4, 6, 3))
    deep = ops.space_to_depth(image, 2)
    assert deep.shape == (2, 2, 3, 12)
    np.testing.assert_array_equal(deep[0, 0, 1], image[0, :2, 2:4].ravel())
    np.testing.assert_array_equal(ops.depth_to_space(deep, 2), image)
    columns = ops.unfold(image, (2, 3), stride=(1, 2), padding=(0, 1), dilation=1)
    ones = ops.fold(ops.unfold(np.ones_like(image), 2), (6, 3), 2)
    assert columns.shape[1] == 4 * 6
    assert ones[0, 0, 1, 1] == 4
    with pytest.raises(ValueError, match="divide"):
        ops.space_to_depth(image, 3)


def test_normalization_ops():
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


def test_custom_gradient_and_jvp():
    @ops.custom_gradient
    def straight_through(x):
        return ops.round(x), lambda upstream: upstream

    slope = run(lambda x: gradients([straight_through(x) * 3.0], [x])[0], np.float64(1.4))
    assert float(slope) == 3.0
    np.testing.assert_array_equal(straight_through(np.array([1.4])), [1.0])
    value, slope, aux = ops.jvp(
        lambda x: (ops.sin(x), "aux"), (X,), (np.ones_like(X),), has_aux=True
    )
    np.testing.assert_allclose(slope, np.cos(X))
    np.testing.assert_allclose(value, np.sin(X))
    assert aux == "aux"


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
def test_ctc_is_the_sum_over_alignments(blank):
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


def test_greedy_decoding():
    path = np.array([[1, 1, 0, 1, 2], [0, 2, 2, 1, 1]])
    logits = np.eye(3)[path]
    labels, scores = both(lambda x: ops.ctc_decode(x, np.array([5, 4])), logits)
    assert labels.tolist() == [[[1, 1, 2, -1, -1], [2, 1, -1, -1, -1]]]
    assert scores.tolist() == [[-5], [-4]]
    repeated = ops.ctc_decode(logits, [5, 4], merge_repeated=False)[0]
    assert repeated[0, 0].tolist() == [1, 1, 1, 2, -1]
    with pytest.raises(ValueError, match="strategy"):
        ops.ctc_decode(logits, [5, 4], "best")


def test_symbolic_tensors_take_every_road():
    x = cornu.Input((4, 6))
    assert ops.softmax(x).shape == (None, 4, 6)
    assert ops.split(x, 2, axis=2)[1].shape == (None, 4, 3)
    assert ops.einsum("bij,bkj->bik", x, x).shape == (None, 4, 4)
    assert (x[:, ::2] + 1).shape == (None, 2, 6)
    assert ops.concatenate([x, x]).shape == (None, 4, 6)
    assert ops.top_k(x, 2)[0].shape == (None, 4, 2)
    assert ops.scan(lambda s, r: (s + r, s), x[:, 0], ops.moveaxis(x, 1, 0))[1].shape == (
        4,
        None,
        6,
    )
    assert ops.shape(x) == (None, 4, 6)
    assert ops.size(x) is None
    assert ops.ndim(x) == 3
    with pytest.raises(ValueError, match="odd size"):
        ops.glu(cornu.Input((3,)))


def test_bad_arguments_say_what_they_are():
    cases = {
        "does not split into 3": lambda: ops.split(X, 3, axis=1),
        "divide|do not multiply|inner": lambda: ops.matmul(X, X),
        "differ": lambda: ops.concatenate([X, X[:, :2]], axis=0),
        "one shape": lambda: ops.stack([X, X[0]]),
        "out of range": lambda: ops.sum(X, axis=5),
        "size other than 1": lambda: ops.squeeze(X, 0),
        "does not reshape": lambda: ops.reshape(X, (5, -1)),
        "do not broadcast": lambda: run(lambda a: a + X[:, :2], X),
        "mode must be": lambda: ops.pad(X, 1, mode="mirror"),
        "both x1 and x2": lambda: ops.where(X > 0, X),
        "target has shape": lambda: ops.categorical_crossentropy(X, X[:, :2]),
        "needs \\(3,\\)": lambda: ops.sparse_categorical_crossentropy(np.zeros(4, int), X),
        "does not fit": lambda: ops.einsum("ij,jkl->i", X, X),
        "names 1 operands": lambda: ops.einsum("ij", X, X),
        "Pattern": lambda: ops.rearrange(X, "a (b c) -> a b c"),
        "indices": lambda: ops.take(X, [0.5]),
        "kernel of shape": lambda: ops.conv(np.ones((1, 4, 3)), np.ones((2, 2, 5))),
        "data_format": lambda: ops.max_pool(np.ones((1, 4, 3)), 2, data_format="channels"),
        "'valid' or 'same'": lambda: ops.conv(
            np.ones((1, 4, 4, 1)), np.ones((2, 2, 1, 5)), padding="full"
        ),
    }
    for message, call in cases.items():
        with pytest.raises((ValueError, TypeError, IndexError), match=f"(?i){message}"):
            call()


def test_a_name_that_is_not_there_proposes_another():
    wrong = "soft_max"
    with pytest.raises(AttributeError, match="'softmax'"):
        getattr(ops, wrong)
    assert "softmax" in dir(ops)


@pytest.mark.parametrize("home", ["ops", "ops.image", "random", "backend"])
def test_every_public_name_says_what_it_does_and_shows_it(home):
    module = cornu
    for part in home.split("."):
        module = getattr(module, part)
    for name in module.__all__:
        member = getattr(module, name)
        assert callable(member) or name == "image", name
        if callable(member) and name not in ("Variable", "Function"):
            document = member.__doc__ or ""
            assert ">>> " in document, f"{name} has no example"


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


def test_lu_factor():
    for shape in ((4, 4), (3, 5), (5, 3), (2, 3, 3)):
        x = RNG.normal(size=shape)
        lu, pivots = ops.lu_factor(x)
        assert (lu.shape, pivots.shape, pivots.dtype) == (
            shape,
            (*shape[:-2], min(shape[-2:])),
            np.int32,
        )
        for a, f, swaps in zip(
            x.reshape(-1, *shape[-2:]),
            lu.reshape(-1, *shape[-2:]),
            pivots.reshape(-1, pivots.shape[-1]),
            strict=True,
        ):
            n = len(swaps)
            lower = np.tril(f[:, :n], -1) + np.eye(*f[:, :n].shape)
            swapped = a.copy()
            for i, j in enumerate(swaps):
                swapped[[i, j]] = swapped[[j, i]]
            np.testing.assert_allclose(lower @ np.triu(f[:n]), swapped, atol=1e-12)
            assert (np.abs(lower) <= 1).all()  # pivots are the largest
    singular, _ = ops.lu_factor(np.zeros((2, 2)))
    assert (singular == 0).all()
    with pytest.raises(ShapeError, match=r"lu_factor\(\).*\(3,\)"):
        ops.lu_factor(np.ones(3))


def test_vectorize():
    steps = ops.vectorize(lambda a, b: ops.where(a > b, a - b, a + b))
    np.testing.assert_array_equal(
        both(lambda x: steps(x, np.array([[1.0], [2.0]])), CUBE[:, :1, :]),
        np.where(
            CUBE[:, :1, :] > [[1.0], [2.0]],
            CUBE[:, :1, :] - [[1], [2]],
            CUBE[:, :1, :] + [[1], [2]],
        ),
    )
    product = ops.vectorize(ops.matmul, signature="(m,n),(n)->(m)")
    vectors = RNG.normal(size=(5, 1, 4))
    np.testing.assert_allclose(
        both(product, CUBE, vectors),
        np.einsum("bmn,abn->abm", CUBE, np.broadcast_to(vectors, (5, 2, 4))),
    )
    spread = ops.vectorize(lambda v: (ops.min(v), ops.max(v)), signature="(n) -> (), ()")
    np.testing.assert_array_equal(spread(X), (X.min(1), X.max(1)))
    power = ops.vectorize(lambda x, n, scale=1: scale * x**n, excluded={1})
    np.testing.assert_allclose(power(X, 2, scale=3), 3 * X**2)
    assert ops.vectorize(lambda x: x * 2)(cornu.KerasTensor((None, 3))).shape == (None, 3)
    with pytest.raises(ValueError, match=r"'\(n\)->' is no signature"):
        ops.vectorize(ops.sum, signature="(n)->")
    with pytest.raises(ShapeError, match=r"\(2, 3, 4\), \(3,\) do not fit the signature"):
        product(CUBE, np.ones(3))
    with pytest.raises(ShapeError, match="does not fit 1 tensors"):
        product(CUBE)
