"""The spectrogram of a signal on the mel scale, on which equal steps sound equal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

import cornu_ops as ops
from cornu.base import KerasTensor, Layer
from cornu_data.shapes import show_shape
from cornu_engine.errors import ShapeError
from cornu_layers import validation
from cornu_layers.checks import where

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions

_WINDOWS = ("hann", "hamming")


class MelSpectrogram(Layer):
    r"""Turn a signal into the loudness of bands that sound equally wide, over time.

    Magnitudes of short-time Fourier transforms, to the power of `mag_exp`, are summed in triangular
    bands of the mel scale $m(f) = 1127 \ln(1 + f / 700)$ and given in decibels,
    $10 \log_{10}(y / \text{ref\_power})$, cut off at `top_db` below the loudest.

    Parameters
    ----------
    fft_length : int
        Points of each transform.
    sequence_stride : int
        Samples from one window to the next.
    sequence_length : int, optional
        Samples in a window, at most `fft_length`; as many if None.
    window : str or array
        `"hann"`, `"hamming"`, or `sequence_length` numbers.
    sampling_rate : int
        Samples per second.
    num_mel_bins : int
        Number of bands.
    min_freq, max_freq : float
        Where the bands begin and end, in Hz; half the sampling rate if `max_freq` is None.
    power_to_db : bool
        Whether the output is in decibels.
    top_db : float
        Decibels from the loudest to the softest that is told apart from silence.
    mag_exp : float
        1 for magnitudes, 2 for powers.
    min_power : float
        What counts as silence.
    ref_power : float
        What is 0 decibels.

    Notes
    -----
    Input `(batch, samples)` or `(samples,)`; output `(batch, num_mel_bins, windows)` or
    `(num_mel_bins, windows)`, with `1 + samples // sequence_stride` windows: the ends of the signal
    are mirrored.

    Raises
    ------
    ValueError
        When lengths or frequencies do not fit each other.
    ShapeError
        When the signal is of another rank, or too short to be mirrored.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.MelSpectrogram(fft_length=256, sequence_stride=128, num_mel_bins=20)
    >>> tone = np.sin(2 * np.pi * 1000 / 16000 * np.arange(1600)).astype("float32")
    >>> layer(tone[None]).shape
    (1, 20, 13)

    References
    ----------
    Stevens, Volkmann and Newman, "A Scale for the Measurement of the Psychological Magnitude Pitch"
    (1937), https://doi.org/10.1121/1.1915893
    """

    one_input = True
    stateless = True

    def __init__(
        self,
        fft_length: int = 2048,
        sequence_stride: int = 512,
        sequence_length: int | None = None,
        window: str | Sequence[float] | np.ndarray | None = "hann",
        sampling_rate: int = 16000,
        num_mel_bins: int = 128,
        min_freq: float = 20.0,
        max_freq: float | None = None,
        power_to_db: bool = True,
        top_db: float = 80.0,
        mag_exp: float = 2.0,
        min_power: float = 1e-10,
        ref_power: float = 1.0,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.fft_length = validation.positive_int(self, "fft_length", fft_length)
        self.sequence_stride = validation.positive_int(self, "sequence_stride", sequence_stride)
        length = sequence_length or fft_length
        self.sequence_length = validation.positive_int(self, "sequence_length", length)
        if self.sequence_length > self.fft_length:
            raise ValueError(
                f"{where(self)}: fft_length ({fft_length}) must be at least sequence_length "
                f"({sequence_length})."
            )
        named = isinstance(window, str)
        self.window = validation.choice(self, "window", window, _WINDOWS) if named else window
        self.sampling_rate = sampling_rate
        self.num_mel_bins = validation.positive_int(self, "num_mel_bins", num_mel_bins)
        self.min_freq = min_freq
        self.max_freq = max_freq or int(sampling_rate / 2)
        if not 0 <= self.min_freq < self.max_freq:
            raise ValueError(
                f"{where(self)}: frequencies must rise from min_freq ({min_freq}) to max_freq "
                f"({self.max_freq}), in Hz."
            )
        self.power_to_db = power_to_db
        self.top_db = top_db
        self.mag_exp = mag_exp
        self.min_power = min_power
        self.ref_power = ref_power

    def call(self, inputs: Any) -> Any:
        """Return the spectrogram."""
        self.compute_output_shape(inputs.shape)
        wide = "float64" if self.compute_dtype == "float64" else "float32"
        real, imaginary = ops.stft(
            ops.cast(inputs, wide),
            sequence_length=self.sequence_length,
            sequence_stride=self.sequence_stride,
            fft_length=self.fft_length,
            window=self.window,
        )
        power = ops.square(real) + ops.square(imaginary)
        spectrum = power if self.mag_exp == 2 else ops.power(ops.sqrt(power), self.mag_exp)
        bands = ops.matmul(
            spectrum,
            self.linear_to_mel_weight_matrix(
                self.num_mel_bins,
                self.fft_length // 2 + 1,
                self.sampling_rate,
                self.min_freq,
                self.max_freq,
                dtype=wide,
            ),
        )
        outputs = self._decibels(bands) if self.power_to_db else bands
        return ops.cast(ops.swapaxes(outputs, -1, -2), self.compute_dtype)

    def _decibels(self, power: Any) -> Any:
        reference = 10.0 * np.log10(max(abs(self.ref_power), self.min_power))
        decibels = 10.0 * ops.log10(ops.maximum(power, self.min_power)) - float(reference)
        return ops.maximum(decibels, ops.max(decibels) - self.top_db)

    def linear_to_mel_weight_matrix(
        self,
        num_mel_bins: int = 20,
        num_spectrogram_bins: int = 129,
        sampling_rate: float = 8000,
        lower_edge_hertz: float = 125.0,
        upper_edge_hertz: float = 3800.0,
        dtype: Any = "float32",
    ) -> np.ndarray:
        """Return the matrix that sums a spectrum in triangular bands of the mel scale.

        Parameters
        ----------
        num_mel_bins, num_spectrogram_bins : int
            Number of bands, and of frequencies from 0 to half the sampling rate.
        sampling_rate, lower_edge_hertz, upper_edge_hertz : float
            In Hz.
        dtype : str
            Of the matrix.

        Returns
        -------
        array
            `(num_spectrogram_bins, num_mel_bins)`; each band rises from the middle of the one below
            to 1 and falls to the middle of the one above. The frequency 0 is in none.
        """
        frequencies = _mel(np.linspace(0.0, sampling_rate / 2, num_spectrogram_bins))[1:, None]
        edges = np.linspace(_mel(lower_edge_hertz), _mel(upper_edge_hertz), num_mel_bins + 2)
        lower, center, upper = edges[:-2], edges[1:-1], edges[2:]
        rising = (frequencies - lower) / (center - lower)
        falling = (upper - frequencies) / (upper - center)
        bands = np.maximum(0.0, np.minimum(rising, falling))
        return np.pad(bands, [(1, 0), (0, 0)]).astype(dtype)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape of the spectrogram."""
        if not 1 <= len(input_shape) <= 2:
            raise ShapeError(
                f"{where(self)} takes signals of shape (batch, samples) or (samples,); this input "
                f"has shape {show_shape(input_shape)}. Reshape it, or take one channel: x[..., 0]."
            )
        *batch, samples = input_shape
        if samples is not None and samples <= self.fft_length // 2:
            raise ShapeError(
                f"{where(self)} mirrors {self.fft_length // 2} samples at both ends of the signal, "
                f"which has only {samples}. Use a longer signal, or a smaller fft_length."
            )
        windows = (
            None
            if samples is None
            else 1
            + (samples + 2 * (self.fft_length // 2) - self.fft_length) // self.sequence_stride
        )
        return (*batch, self.num_mel_bins, windows)

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """Return a symbolic output."""
        return KerasTensor(self.compute_output_shape(inputs.shape), self.compute_dtype)


def _mel(hertz: Any) -> Any:
    return 1127.0 * np.log1p(np.asarray(hertz, "float64") / 700.0)
