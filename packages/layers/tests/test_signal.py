"""Spectrograms, against NumPy's Fourier transform of windows cut out one by one."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import layers
from cornu.testing import check_layer, check_layer_properties

RNG = np.random.default_rng(4)
SIGNAL = RNG.normal(size=(2, 50, 3))
EPSILON = 1e-7
LENGTH, STEP, POINTS = 12, 5, 16


def transform(signal, window=None, periodic=False):
    """The transforms of the windows of one channel, `(batch, windows, bins)`."""
    shape = np.ones(LENGTH) if window is None else window(LENGTH + periodic)[:LENGTH]
    starts = range(0, signal.shape[1] - LENGTH + 1, STEP)
    frames = np.stack([signal[:, s : s + LENGTH] for s in starts], axis=1)
    return np.fft.rfft(frames * shape, POINTS), shape


MODES = {
    "real": lambda z: z.real,
    "imag": lambda z: z.imag,
    "magnitude": lambda z: np.sqrt(np.maximum(abs(z) ** 2, EPSILON)),
    "log": lambda z: np.log(np.sqrt(np.maximum(abs(z) ** 2, EPSILON))),
    "angle": lambda z: np.angle(z),
    "psd": lambda z: abs(z) ** 2 * np.array([1, *[2] * (POINTS // 2 - 1), 1]),
    "stft": lambda z: np.concatenate([z.real, z.imag], axis=-1),
}
SCALES = {
    "density": lambda w: np.linalg.norm(w),
    "spectrum": lambda w: w.sum(),
    None: lambda w: 1.0,
}


def spectrogram(mode, **options):
    lengths = {"frame_length": LENGTH, "frame_step": STEP, "fft_length": POINTS}
    return layers.STFTSpectrogram(mode, **lengths, dtype="float64", **options)


WINDOWS = [("density", np.hanning), ("spectrum", np.hamming), (None, None)]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("scaling", "window"), WINDOWS)
@pytest.mark.parametrize("periodic", [False, True])
def test_stft_modes(mode, scaling, window, periodic):
    name = {np.hanning: "hann", np.hamming: "hamming", None: None}[window]
    layer = spectrogram(mode, scaling=scaling, window=name, periodic=periodic, expand_dims=True)
    found = layer(SIGNAL)
    for channel in range(3):
        expected, shape = transform(SIGNAL[..., channel], window, periodic)
        expected = MODES[mode](expected / SCALES[scaling](shape))
        mine = found[..., channel]
        if mode == "angle":  # pi and -pi are one angle
            mine, expected = np.exp(1j * mine), np.exp(1j * expected)
        np.testing.assert_allclose(mine, expected, atol=1e-9)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("mode", ["magnitude", "stft"])
def test_layouts_hold_the_same_numbers(data_format, mode):
    whole = spectrogram(mode, expand_dims=True)(SIGNAL)  # (batch, windows, bins, channels)
    first = data_format == "channels_first"
    signal = SIGNAL.transpose(0, 2, 1) if first else SIGNAL
    flat = spectrogram(mode, data_format=data_format)(signal)
    pictures = spectrogram(mode, data_format=data_format, expand_dims=True)(signal)
    rows = np.concatenate([whole[..., c] for c in range(3)], axis=-1)
    np.testing.assert_allclose(flat, rows.transpose(0, 2, 1) if first else rows)
    np.testing.assert_allclose(pictures, whole.transpose(0, 3, 1, 2) if first else whole)


def test_stft_shapes_and_derivatives():
    arguments = {
        "mode": [*MODES],
        "frame_length": [4, 6],
        "frame_step": [None, 1, 3],
        "padding": ["valid", "same"],
        "expand_dims": [False, True],
        "data_format": ["channels_last", "channels_first"],
    }
    check_layer_properties(layers.STFTSpectrogram, arguments, ((8, 11), (8, 9)), examples=12)


def test_stft_defaults_and_weights():
    layer = layers.STFTSpectrogram(frame_length=100)
    layer.build((None, 400, 1))
    assert [w.name for w in layer.trainable_weights] == ["real_kernel", "imag_kernel"]
    assert layer.weights[0].shape == (100, 1, 65)  # the next power of two is 128
    assert layer.compute_output_shape((None, 400, 1)) == (None, 7, 65)
    only = layers.STFTSpectrogram("imag", frame_length=8)
    only.build((None, 40, 1))
    assert [w.name for w in only.weights] == ["imag_kernel"]
    with pytest.warns(UserWarning, match="powers of two"):
        layers.STFTSpectrogram(frame_length=8, fft_length=12)


def mel_bands(rate, points, count, low, high):
    """The bands of the mel scale, frequency by frequency."""
    mel = lambda f: 2595.0 * np.log10(1.0 + f / 700.0)  # noqa: E731
    edges = np.linspace(mel(low), mel(high), count + 2)
    bands = np.zeros((points // 2 + 1, count))
    for i in range(1, points // 2 + 1):
        m = mel(i * rate / points)
        for b in range(count):
            below, middle, above = edges[b : b + 3]
            if below < m <= middle:
                bands[i, b] = (m - below) / (middle - below)
            elif middle < m < above:
                bands[i, b] = (above - m) / (above - middle)
    return bands


@pytest.mark.parametrize("exponent", [1.0, 2.0])
@pytest.mark.parametrize("decibels", [False, True])
def test_mel_spectrogram(exponent, decibels):
    points, step, rate, count = 64, 24, 8000, 10
    signal = RNG.normal(size=(2, 200))
    layer = layers.MelSpectrogram(
        points,
        step,
        sampling_rate=rate,
        num_mel_bins=count,
        mag_exp=exponent,
        power_to_db=decibels,
        top_db=30.0,
        dtype="float64",
    )
    padded = np.pad(signal, [(0, 0), (points // 2, points // 2)], mode="reflect")
    starts = range(0, padded.shape[1] - points + 1, step)
    frames = np.stack([padded[:, s : s + points] for s in starts], axis=1)
    window = np.hanning(points + 1)[:-1]
    spectrum = abs(np.fft.rfft(frames * window)) ** exponent
    expected = spectrum @ mel_bands(rate, points, count, 20.0, rate / 2)
    if decibels:
        expected = 10 * np.log10(np.maximum(expected, 1e-10))
        expected = np.maximum(expected, expected.max() - 30.0)
    found = layer(signal)
    assert layer.compute_output_shape((None, 200)) == (None, *found.shape[1:])
    # 2595 and 1127 stand for one scale, rounded
    np.testing.assert_allclose(found, expected.transpose(0, 2, 1), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(layer(signal[0])[None], layer(signal[:1]))


@pytest.mark.parametrize(
    ("options", "samples", "windows"),
    [({"sequence_stride": 5, "power_to_db": False}, 40, 9), ({"sequence_stride": 8}, 39, 5)],
)
def test_mel_shapes_and_derivatives(options, samples, windows):
    kwargs = {"fft_length": 16, "num_mel_bins": 3, "min_freq": 900.0, **options}
    # in half precision the powers of single samples are too coarse to compare
    dtypes = ("float64",)
    check_layer(layers.MelSpectrogram, kwargs, (samples,), output_shape=(3, windows), dtypes=dtypes)
