"""Linear algebra, Fourier transforms and blocks of pixels, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import ops
from cornu.errors import ShapeError, TracedValueError
from cornu_engine.trace import Trace

RNG = np.random.default_rng(11)
X = RNG.normal(size=(3, 4))
CUBE = RNG.normal(size=(2, 3, 4))


def test_linear_algebra(both):
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
def test_norm(order, both):
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


def test_fourier(both):
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
