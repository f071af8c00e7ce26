"""Fourier transforms of real and imaginary parts, as products with the matrix of the transform.

No tensor here is complex: as in Keras, a complex one is a pair `(real, imaginary)`. A transform
of n points is a product with an n by n matrix, which is differentiable on every backend and costs
n**2.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from cornu_engine.primitives.table import p
from cornu_engine.shapes import product
from cornu_engine.trace import op
from cornu_ops.movement import cut, transposed
from cornu_ops.values import Tensor, TensorLike, floating, promote_floating

Pair = tuple[Tensor, Tensor]


@lru_cache(maxsize=32)
def _waves(size: int, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """`cos` and `sin` of 2 pi j k / size."""
    # the products are taken modulo the size first: the angle stays small and exact
    angle = np.outer(np.arange(size), np.arange(size)) % size * (2 * np.pi / size)
    return np.cos(angle).astype(dtype), np.sin(angle).astype(dtype)


def _product(x: Tensor, matrix: np.ndarray) -> Tensor:
    flat = p.reshape(x, shape=(product(x.shape[:-1]), x.shape[-1]))
    return p.reshape(p.matmul(flat, matrix), shape=(*x.shape[:-1], matrix.shape[1]))


def _transform(real: Tensor, imaginary: Tensor, inverse: bool = False) -> Pair:
    """Along the last axis."""
    size = real.shape[-1]
    cosine, sine = _waves(size, np.dtype(real.dtype).name)
    sine = -sine if inverse else sine
    transformed = (
        p.add(_product(real, cosine), _product(imaginary, sine)),
        p.sub(_product(imaginary, cosine), _product(real, sine)),
    )
    return (
        (p.mul(transformed[0], 1.0 / size), p.mul(transformed[1], 1.0 / size))
        if inverse
        else transformed
    )


def _pair(name: str, x: Any) -> Pair:
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise ValueError(
            f"{name}() takes a pair (real, imaginary) of tensors, got {type(x).__name__}."
        )
    real, imaginary = promote_floating(*x)
    if tuple(real.shape) != tuple(imaginary.shape):
        raise ValueError(
            f"{name}(): the real part has shape {tuple(real.shape)}, the imaginary "
            f"{tuple(imaginary.shape)}."
        )
    return real, imaginary


def _transform2(pair: Pair, inverse: bool) -> Pair:
    first = _transform(*pair, inverse)
    second = _transform(transposed(first[0]), transposed(first[1]), inverse)
    return transposed(second[0]), transposed(second[1])


@op
def fft(x: Any) -> Pair:
    """Discrete Fourier transform along the last axis.

    Parameters
    ----------
    x
        Pair of real and imaginary part.

    Returns
    -------
    real, imaginary
        Of the shape of the parts.

    Examples
    --------
    >>> ops.fft((np.array([1.0, 0.0]), np.array([0.0, 0.0])))
    (array([1., 1.]), array([0., 0.]))
    """
    return _transform(*_pair("fft", x))


@op
def fft2(x: Any) -> Pair:
    """Discrete Fourier transform along the last two axes.

    Examples
    --------
    >>> ops.fft2((np.ones((2, 2)), np.zeros((2, 2))))[0].round(6)
    array([[ 4.,  0.],
           [ 0., -0.]])
    """
    return _transform2(_pair("fft2", x), inverse=False)


@op
def ifft2(x: Any) -> Pair:
    """Inverse of `fft2`.

    Examples
    --------
    >>> ops.ifft2((np.ones((2, 2)), np.zeros((2, 2))))[0].round(6)
    array([[ 1.,  0.],
           [ 0., -0.]])
    """
    return _transform2(_pair("ifft2", x), inverse=True)


def _fitted(x: Tensor, length: int) -> Tensor:
    """The last axis cut, or filled with zeros, to a length."""
    last = x.ndim - 1
    if x.shape[-1] >= length:
        return cut(x, last, 0, length)
    high = (*(0 for _ in range(last)), length - x.shape[-1])
    return p.pad(x, low=(0,) * x.ndim, high=high, interior=(0,) * x.ndim, value=0.0)


@op
def rfft(x: TensorLike, fft_length: int | None = None) -> Pair:
    """Fourier transform of real numbers along the last axis: the half that the other mirrors.

    Parameters
    ----------
    x
        Tensor of real numbers.
    fft_length
        Length to cut or fill to with zeros first.

    Returns
    -------
    real, imaginary
        With `length // 2 + 1` numbers along the last axis.

    Examples
    --------
    >>> ops.rfft([1.0, 0.0, 0.0, 0.0])
    (array([1., 1., 1.], dtype=float32), array([0., 0., 0.], dtype=float32))
    """
    x = floating(x)
    x = _fitted(x, x.shape[-1] if fft_length is None else int(fft_length))
    cosine, sine = _waves(x.shape[-1], np.dtype(x.dtype).name)
    half = x.shape[-1] // 2 + 1
    return _product(x, cosine[:, :half]), _product(x, -sine[:, :half])


@op
def irfft(x: Any, fft_length: int | None = None) -> Tensor:
    """Inverse of `rfft`.

    Parameters
    ----------
    x
        Pair of real and imaginary part.
    fft_length
        Length of the result; `2 * (n - 1)` of n numbers by default.

    Examples
    --------
    >>> ops.irfft((np.array([1.0, 1.0, 1.0]), np.zeros(3)))
    array([ 1.00000000e+00,  5.55111512e-17,  0.00000000e+00, -8.32667268e-17])
    """
    real, imaginary = _pair("irfft", x)
    length = 2 * (real.shape[-1] - 1) if fft_length is None else int(fft_length)
    half = length // 2 + 1
    real, imaginary = _fitted(real, half), _fitted(imaginary, half)
    cosine, sine = _waves(length, np.dtype(real.dtype).name)
    # every number but the first (and the last of an even length) stands for its mirror image too
    weight = np.full(half, 2.0)
    weight[0] = 1.0
    if length % 2 == 0:
        weight[-1] = 1.0
    weight = (weight / length).astype(real.dtype)[:, None]
    return p.sub(_product(real, cosine[:half] * weight), _product(imaginary, sine[:half] * weight))


_WINDOWS = {"hann": np.hanning, "hamming": np.hamming}


def _window(window: Any, length: int, size: int, dtype: Any) -> Any:
    """A window of a length, centred in `size` points."""
    if window is None:  # every point of the transform counts, as in Keras
        return np.ones(size, dtype)
    if isinstance(window, str):
        if window not in _WINDOWS:
            raise ValueError(
                f"window must be one of {sorted(_WINDOWS)}, a vector or None, got {window!r}."
            )
        samples = _WINDOWS[window](length + 1)[:-1]  # periodic, as transforms of frames want it
    else:
        samples = np.asarray(window)
        if samples.shape != (length,):
            raise ValueError(f"window must have shape ({length},), got {samples.shape}.")
    before = (size - length) // 2
    return np.pad(samples, (before, size - length - before)).astype(dtype)


@op
def stft(
    x: TensorLike,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: Any = "hann",
    center: bool = True,
) -> Pair:
    """Fourier transforms of windows that move along the last axis.

    Parameters
    ----------
    x
        Tensor `(…, samples)`.
    sequence_length
        Size of a window.
    sequence_stride
        Step from window to window.
    fft_length
        Points of each transform, at least `sequence_length`.
    window
        `"hann"`, `"hamming"`, a vector, or `None`: all `fft_length` points count alike.
    center
        Mirror the ends, so that window t is centred at `t * sequence_stride`.

    Returns
    -------
    real, imaginary
        `(…, windows, fft_length // 2 + 1)`.

    Examples
    --------
    >>> ops.stft(np.ones(8), 4, 2, 4)[0].shape
    (5, 3)
    """
    if fft_length < sequence_length:
        raise ValueError(
            f"fft_length {fft_length} must be at least sequence_length {sequence_length}."
        )
    from cornu_ops.patches import extract_sequences
    from cornu_ops.repetition import pad

    x = floating(x)
    if center:
        margin = fft_length // 2
        x = pad(x, (*((0, 0) for _ in range(x.ndim - 1)), (margin, margin)), mode="reflect")
    frames = extract_sequences(x, fft_length, sequence_stride)
    return rfft(p.mul(frames, _window(window, sequence_length, fft_length, x.dtype)), fft_length)


@op
def istft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> Tensor:
    """Inverse of `stft`: windows added up where they overlap, divided by the weight they had.

    Parameters
    ----------
    x
        Pair of real and imaginary part, `(…, windows, fft_length // 2 + 1)`.
    sequence_length, sequence_stride, fft_length, window, center
        As given to `stft`.
    length
        Samples to return; all by default.

    Examples
    --------
    >>> x = np.arange(8.0)
    >>> np.allclose(ops.istft(ops.stft(x, 4, 1, 4), 4, 1, 4), x)
    True
    """
    real, imaginary = _pair("istft", x)
    frames = irfft((real, imaginary), fft_length)
    weight = _window(window, sequence_length, fft_length, real.dtype)
    count = frames.shape[-2]
    samples = fft_length + sequence_stride * (count - 1)
    lead = tuple(frames.shape[:-2])
    axis = len(lead)
    attrs: dict[str, Any] = {
        "axes": (axis,),
        "size": (fft_length,),
        "strides": (sequence_stride,),
        "dilation": (1,),
    }
    total = p.fold(p.mul(frames, weight), shape=(*lead, samples), **attrs)
    squares = np.broadcast_to(weight * weight, (count, fft_length))
    attrs["axes"] = (0,)
    norm = np.asarray(p.fold(np.ascontiguousarray(squares), shape=(samples,), **attrs))
    total = p.div(total, np.where(norm > 1e-10, norm, 1.0).astype(real.dtype))
    start = fft_length // 2 if center else 0
    stop = samples - start if length is None else start + length
    signal = cut(total, axis, start, min(stop, samples))
    return _fitted(signal, length) if length is not None else signal
