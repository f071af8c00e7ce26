"""`tf.signal`: windows, frames and spectra of numbers that are known; spectra are complex."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import cornu_ops as ops


def _real(x: Any) -> np.ndarray:
    array = np.asarray(x)
    return array if array.dtype == np.float64 else array.astype("float32")


def _spectrum(x: np.ndarray, like: np.ndarray) -> np.ndarray:
    double = like.dtype in (np.float64, np.complex128)
    return x.astype("complex128" if double else "complex64")


def _fft(function: Callable[..., Any], axes: int) -> Callable[..., Any]:
    def transform(input: Any) -> Any:
        x = np.asarray(input)
        return _spectrum(function(x, axes=tuple(range(-axes, 0))), x)

    return transform


def _rfft(input_tensor: Any, fft_length: Any = None) -> Any:
    x = _real(input_tensor)
    length = None if fft_length is None else int(np.asarray(fft_length).reshape(-1)[0])
    return _spectrum(np.fft.rfft(x, length), x)


def _irfft(input_tensor: Any, fft_length: Any = None) -> Any:
    x = np.asarray(input_tensor)
    length = None if fft_length is None else int(np.asarray(fft_length).reshape(-1)[0])
    return np.fft.irfft(x, length).astype("float64" if x.dtype == np.complex128 else "float32")


def _window(a: float) -> Callable[..., Any]:
    def window(window_length: int, periodic: bool = True, dtype: Any = "float32") -> Any:
        count = int(window_length)
        steps = count if periodic and count % 2 == 0 else count - 1
        turns = 2 * math.pi * np.arange(count) / max(1, steps)
        return (a - (1 - a) * np.cos(turns)).astype(str(dtype))

    return window


_HANN = _window(0.5)


def _kaiser(window_length: int, beta: float = 12.0, dtype: Any = "float32") -> Any:
    return np.kaiser(int(window_length), beta).astype(str(dtype))


def _framed(
    signal: Any, frame_length: int, frame_step: int, pad_end: bool = False, pad_value: Any = 0,
    axis: int = -1,
) -> Any:  # fmt: skip
    x = ops.convert_to_tensor(signal)
    rank = len(x.shape)
    axis = axis % rank
    length, step, size = int(frame_length), int(frame_step), x.shape[axis]
    count = -(-size // step) if pad_end else max(0, 1 + (size - length) // step)
    if pad_end:
        sides = [(0, 0)] * rank
        sides[axis] = (0, max(0, (count - 1) * step + length - size))
        x = ops.pad(x, sides, "constant", pad_value)
    places = np.arange(count)[:, None] * step + np.arange(length)
    return ops.take(x, places.astype("int32"), axis)


def _stft(
    signals: Any, frame_length: int, frame_step: int, fft_length: Any = None,
    window_fn: Any = _HANN, pad_end: bool = False,
) -> Any:  # fmt: skip
    frames = np.asarray(_framed(_real(signals), frame_length, frame_step, pad_end))
    length = int(fft_length or 2 ** math.ceil(math.log2(int(frame_length))))
    window = 1.0 if window_fn is None else np.asarray(window_fn(int(frame_length), dtype="float32"))
    return _spectrum(np.fft.rfft(frames * window, length), frames)


def _overlapped(signal: Any, frame_step: int) -> Any:
    x, step = np.asarray(signal), int(frame_step)
    count, length = x.shape[-2:]
    total = np.zeros((*x.shape[:-2], (count - 1) * step + length), x.dtype)
    for i in range(count):
        total[..., i * step : i * step + length] += x[..., i, :]
    return total


def _inverse_stft(
    stfts: Any, frame_length: int, frame_step: int, fft_length: Any = None,
    window_fn: Any = _HANN,
) -> Any:  # fmt: skip
    length = int(fft_length or 2 ** math.ceil(math.log2(int(frame_length))))
    frames = _irfft(stfts, [length])[..., : int(frame_length)]
    if window_fn is not None:
        frames = frames * np.asarray(window_fn(int(frame_length), dtype="float32"))
    return _overlapped(frames, frame_step)


def _inverse_window(frame_step: int, forward_window_fn: Any = _HANN) -> Any:
    """Return the window of the way back: the forward one over the sum of squares on it."""

    def window(frame_length: int, dtype: Any = "float32") -> Any:
        length, step = int(frame_length), int(frame_step)
        forward = np.asarray(forward_window_fn(length, dtype=dtype))
        overlaps = -(-length // step)
        squares = np.pad(np.square(forward), (0, overlaps * step - length))
        total = np.tile(squares.reshape(overlaps, step).sum(0), overlaps)[:length]
        return forward / total

    return window


def _dct(input: Any, type: int = 2, n: Any = None, axis: int = -1, norm: str | None = None) -> Any:
    if type not in (2, 3):
        raise ValueError(f"tf.signal.dct computes types 2 and 3 here, not {type}.")
    x = ops.convert_to_tensor(input)
    if n is not None:
        size = x.shape[-1]
        x = x[..., :n] if n <= size else ops.pad(x, [(0, 0)] * (len(x.shape) - 1) + [(0, n - size)])
    count = x.shape[-1]
    steps = np.arange(count)
    table = 2 * np.cos(math.pi * (steps[:, None] + 0.5) * steps / count)  # row: where, column: k
    if type == 3:
        table = table.T.copy()
        table[0] /= 2
    if norm == "ortho":
        scale = np.full(count, math.sqrt(1 / (2 * count)))
        scale[0] = math.sqrt(1 / (4 * count)) if type == 2 else math.sqrt(1 / count)
        table = table * (scale if type == 2 else scale[:, None])
    return ops.matmul(x, table.astype("float32"))


def _mel(
    num_mel_bins: int = 20, num_spectrogram_bins: int = 129, sample_rate: Any = 8000,
    lower_edge_hertz: float = 125.0, upper_edge_hertz: float = 3800.0, dtype: Any = "float32",
) -> Any:  # fmt: skip
    def mel(hertz: Any) -> Any:
        return 1127.0 * np.log1p(np.asarray(hertz, float) / 700.0)

    lines = mel(np.linspace(0, float(sample_rate) / 2, num_spectrogram_bins)[1:])[:, None]
    edges = np.linspace(mel(lower_edge_hertz), mel(upper_edge_hertz), num_mel_bins + 2)
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (lines - low) / (middle - low), (high - lines) / (high - middle)
    weights = np.maximum(0, np.minimum(rising, falling))
    return np.pad(weights, [(1, 0), (0, 0)]).astype(str(dtype))


def _mfcc(log_mel_spectrograms: Any) -> Any:
    count = int(log_mel_spectrograms.shape[-1])
    return ops.multiply(_dct(log_mel_spectrograms), float(1 / math.sqrt(2 * count)))


ROWS: dict[str, Callable[..., Any]] = {
    "signal.fft": _fft(np.fft.fftn, 1),
    "signal.ifft": _fft(np.fft.ifftn, 1),
    "signal.fft2d": _fft(np.fft.fftn, 2),
    "signal.ifft2d": _fft(np.fft.ifftn, 2),
    "signal.fft3d": _fft(np.fft.fftn, 3),
    "signal.ifft3d": _fft(np.fft.ifftn, 3),
    "signal.rfft": _rfft,
    "signal.irfft": _irfft,
    "signal.fftshift": lambda x, axes=None: np.fft.fftshift(np.asarray(x), axes),
    "signal.ifftshift": lambda x, axes=None: np.fft.ifftshift(np.asarray(x), axes),
    "signal.stft": _stft,
    "signal.inverse_stft": _inverse_stft,
    "signal.inverse_stft_window_fn": _inverse_window,
    "signal.frame": _framed,
    "signal.overlap_and_add": _overlapped,
    "signal.hann_window": _HANN,
    "signal.hamming_window": _window(0.54),
    "signal.kaiser_window": _kaiser,
    "signal.dct": _dct,
    "signal.idct": lambda input, type=2, n=None, axis=-1, norm=None: _dct(
        input, 5 - type, n, axis, norm
    ),
    "signal.linear_to_mel_weight_matrix": _mel,
    "signal.mfccs_from_log_mel_spectrograms": _mfcc,
}
