"""The short-time Fourier transform of a signal: two convolutions whose kernels are weights."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

import cornu_ops as ops
from cornu_engine import config
from cornu_engine.dtypes import is_float
from cornu_layers import validation
from cornu_layers.checks import where
from cornu_layers.initializers import STFT
from cornu_layers.windows import Sliding

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


def _psd(real: Any, imaginary: Any) -> Any:
    """The power; of frequencies between the first and the last, which stand for two, twice."""
    power = _power(real, imaginary)
    return power + ops.pad(power[..., 1:-1], [(0, 0), (0, 0), (0, 0), (1, 1)])


def _power(real: Any, imaginary: Any) -> Any:
    return ops.square(real) + ops.square(imaginary)


def _magnitude(real: Any, imaginary: Any) -> Any:
    return ops.sqrt(ops.maximum(_power(real, imaginary), config.epsilon()))


def _log(real: Any, imaginary: Any) -> Any:
    return ops.log(ops.maximum(_magnitude(real, imaginary), config.epsilon()))


_MODES: dict[str, Callable[[Any, Any], Any]] = {
    "log": _log,
    "magnitude": _magnitude,
    "psd": _psd,
    "real": lambda real, imaginary: real,
    "imag": lambda real, imaginary: imaginary,
    "angle": lambda real, imaginary: ops.arctan2(imaginary, real),
    "stft": lambda real, imaginary: ops.concatenate([real, imaginary], axis=-1),
}


class STFTSpectrogram(Sliding):
    r"""Turn a signal into a picture of its frequencies over time.

    $X_{t,f} = \sum_n x_{s t + n}\, v_n\, e^{-2 \pi i f n / N} / c$ for a window $v$ with scale $c$;
    the output is $\log|X|$ or what `mode` names. The kernels are weights: training may change them.

    Parameters
    ----------
    mode : {"log", "magnitude", "psd", "real", "imag", "angle", "stft"}
        Logarithm of the magnitude, magnitude, power spectral density, one part of $X$, its angle,
        or both parts side by side.
    frame_length : int
        Samples in a window.
    frame_step : int, optional
        Samples from one window to the next, $s$, at most `frame_length`; half of it if None.
    fft_length : int, optional
        $N$, at least `frame_length`; the next power of two if None.
    window : str, array or None
        $v$: `"hann"`, `"hamming"`, `"blackman"`, `"bartlett"`, `"boxcar"`, or `frame_length`
        numbers.
    periodic : bool
        Make the window one period of a periodic one.
    scaling : {"density", "spectrum", None}
        $c$: the window's Euclidean length, its sum, or 1.
    padding : {"valid", "same"}
        Only whole windows; or zeros at the ends, so that there is one window for every
        `frame_step` samples.
    expand_dims : bool
        Return a picture for each channel of the signal, not one long list of frequencies.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, samples, channels)` or `(batch, channels, samples)`.

    Notes
    -----
    Input as of `data_format`, in floating point. Output `(batch, windows, channels * bins)`, or
    `(batch, windows, bins, channels)` with `expand_dims`; `(batch, channels * bins, windows)` or
    `(batch, channels, windows, bins)` with channels first. There are `fft_length // 2 + 1` bins,
    twice as many for `"stft"`. Weights: `real_kernel` and `imag_kernel` `(frame_length, 1, bins)`,
    those that the mode needs.

    Raises
    ------
    ValueError
        For an unknown word, or lengths that do not fit each other.
    ShapeError
        When the signal is of another rank, or shorter than a window.
    TypeError
        When the signal holds integers.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.STFTSpectrogram("magnitude", frame_length=64, window=None, scaling=None)
    >>> tone = np.cos(2 * np.pi * 8 / 64 * np.arange(256)).astype("float32")
    >>> spectrogram = layer(tone.reshape(1, 256, 1))
    >>> spectrogram.shape, spectrogram[0].argmax(axis=-1)
    ((1, 7, 33), array([8, 8, 8, 8, 8, 8, 8]))
    """

    rank = 1

    def __init__(
        self,
        mode: str = "log",
        frame_length: int = 256,
        frame_step: int | None = None,
        fft_length: int | None = None,
        window: str | Sequence[float] | np.ndarray | None = "hann",
        periodic: bool = False,
        scaling: str | None = "density",
        padding: str = "valid",
        expand_dims: bool = False,
        data_format: str | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.mode = validation.choice(self, "mode", mode, tuple(_MODES))
        self.frame_length = validation.positive_int(self, "frame_length", frame_length)
        self.frame_step = frame_step
        step = max(frame_length // 2, 1) if frame_step is None else frame_step
        self.strides = (validation.positive_int(self, "frame_step", step),)
        if self.strides[0] > frame_length:
            raise ValueError(
                f"{where(self)}: frame_step ({frame_step}) must not exceed frame_length "
                f"({frame_length}): samples between the windows would be lost."
            )
        self.fft_length = fft_length
        self._points = self._checked_points()
        self.periodic = periodic
        kernel = STFT("real", window, scaling, periodic)  # refuses another window or scaling
        self.window, self.scaling = kernel.window, kernel.scaling
        self.padding = validation.choice(self, "padding", padding, self.paddings)
        self.expand_dims = expand_dims
        self.data_format = validation.data_format(self, data_format)

    def _checked_points(self) -> int:
        """Return the number of points of the transform."""
        if self.fft_length is None:
            return 2 ** math.ceil(math.log2(self.frame_length))
        points = validation.positive_int(self, "fft_length", self.fft_length)
        if points < self.frame_length:
            raise ValueError(
                f"{where(self)}: fft_length ({points}) must be at least frame_length "
                f"({self.frame_length})."
            )
        if points & (points - 1):
            warnings.warn(
                f"{where(self)}: fft_length is {points}; powers of two are customary.",
                stacklevel=4,
            )
        return points

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the kernels; they do not depend on the input."""
        self.compute_output_shape(input_shape)
        self.real_kernel = self._kernel("real") if self.mode != "imag" else None
        self.imag_kernel = self._kernel("imag") if self.mode != "real" else None

    def _kernel(self, side: str) -> Any:
        return self.add_weight(
            name=f"{side}_kernel",
            shape=(self.frame_length, 1, self._points // 2 + 1),
            initializer=STFT(side, self.window, self.scaling, self.periodic),
        )

    def call(self, inputs: Any) -> Any:
        """Return the spectrogram."""
        if not is_float(np.dtype(inputs.dtype)):
            raise TypeError(
                f"{where(self)} takes a signal in floating point; this one is "
                f"{np.dtype(inputs.dtype).name}. Convert it: x.astype('float32') / 32768 for 16 "
                "bits."
            )
        self.check_places(inputs.shape)
        if self.data_format == "channels_last":
            inputs = ops.transpose(inputs, (0, 2, 1))
        batch, channels, samples = inputs.shape
        signals = ops.reshape(inputs, (batch * channels, samples, 1))
        real, imaginary = (
            None if kernel is None else self._transformed(signals, kernel, batch)
            for kernel in (self.real_kernel, self.imag_kernel)
        )
        return self._arranged(_MODES[self.mode](real, imaginary))

    def _transformed(self, signals: Any, kernel: Any, batch: int) -> Any:
        """Return one part of the transform, `(batch, channels, windows, bins)`."""
        transformed = ops.conv(
            signals,
            kernel,
            strides=self.strides,
            padding=self.padding,
            data_format="channels_last",
        )
        return ops.reshape(transformed, (batch, signals.shape[0] // batch, *transformed.shape[1:]))

    def _arranged(self, x: Any) -> Any:
        """Return `(batch, channels, windows, bins)` in the layout of the output."""
        batch, channels, windows, bins = x.shape
        last = self.data_format == "channels_last"
        if self.expand_dims:
            return ops.transpose(x, (0, 2, 3, 1)) if last else x
        if last:
            return ops.reshape(ops.transpose(x, (0, 2, 1, 3)), (batch, windows, channels * bins))
        return ops.reshape(ops.transpose(x, (0, 1, 3, 2)), (batch, channels * bins, windows))

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape of the spectrogram."""
        shape = self.slid_shape(input_shape, (self.frame_length,))
        batch, channels = shape[0], shape[self.channel_axis]
        windows = shape[self.spatial_axes[0]]
        bins = (self._points // 2 + 1) * (2 if self.mode == "stft" else 1)
        last = self.data_format == "channels_last"
        if self.expand_dims:
            return (batch, windows, bins, channels) if last else (batch, channels, windows, bins)
        features = None if channels is None else channels * bins
        return (batch, windows, features) if last else (batch, features, windows)
