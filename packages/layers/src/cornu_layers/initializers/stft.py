"""The kernel of a short-time Fourier transform."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu.base import Initializer
from cornu_engine import config
from cornu_engine.errors import ShapeError
from cornu_layers.validation import choice

_WINDOWS: dict[str, Callable] = {
    "bartlett": np.bartlett,
    "blackman": np.blackman,
    "boxcar": np.ones,
    "hamming": np.hamming,
    "hann": np.hanning,
}
_SCALINGS: dict[str | None, Callable] = {
    "density": lambda window: math.sqrt(np.sum(window**2)),
    "spectrum": lambda window: float(np.sum(np.abs(window))),
    None: lambda window: 1.0,
}
_SIDES: dict[str, Callable] = {"real": np.cos, "imag": np.sin}


class STFT(Initializer):
    r"""Fill a Conv1D kernel with one side of a short-time Fourier transform.

    $w_{t,0,f} = \cos(-2\pi t f / n)\,v_t / s$ (`"real"`; sine for `"imag"`), where $v$ is the
    window, $s$ its scale, and $n = 2(F - 1)$ for a kernel of shape $(T, 1, F)$.

    Parameters
    ----------
    side : {"real", "imag"}
        Which part of the complex result.
    window : str, array or None
        `"hann"`, `"hamming"`, `"blackman"`, `"bartlett"`, `"boxcar"`, or $T$ numbers.
    scaling : {"density", "spectrum", None}
        Divide by the window's Euclidean length, its sum, or nothing.
    periodic : bool
        Make the window one period of a periodic one.

    Raises
    ------
    ValueError
        For an unknown side, window or scaling.
    ShapeError
        When the window's length is not the kernel's.

    Examples
    --------
    >>> from cornu import initializers
    >>> initializers.STFT("real", window=None)((4, 1, 3)).squeeze().round(3) + 0.0
    array([[ 1.,  1.,  1.],
           [ 1.,  0., -1.],
           [ 1., -1.,  1.],
           [ 1.,  0., -1.]], dtype=float32)
    """

    def __init__(
        self,
        side: str = "real",
        window: str | Sequence[float] | np.ndarray | None = "hann",
        scaling: str | None = "density",
        periodic: bool = False,
    ) -> None:
        self.side = choice(self, "side", side, tuple(_SIDES))
        named = isinstance(window, str)
        self.window = choice(self, "window", window, tuple(_WINDOWS)) if named else window
        self.scaling = choice(self, "scaling", scaling, tuple(_SCALINGS))
        self.periodic = periodic

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return the values of a new kernel."""
        length, _, bins = shape
        window = self._window(length)
        angles = -2.0 * np.pi * np.arange(length)[:, None] * np.arange(bins) / (2 * (bins - 1))
        kernel = _SIDES[self.side](angles)
        if window is not None:
            kernel = kernel * window[:, None] / _SCALINGS[self.scaling](window)
        return np.broadcast_to(kernel[:, None, :], shape).astype(dtype or config.floatx())

    def _window(self, length: int) -> np.ndarray | None:
        if self.window is None:
            return None
        if isinstance(self.window, str):
            return _WINDOWS[self.window](length + self.periodic)[:length]
        values = np.asarray(self.window, "float64")
        if values.shape != (length,):
            raise ShapeError(f"The window has shape {values.shape}, the kernel needs ({length},).")
        return values
