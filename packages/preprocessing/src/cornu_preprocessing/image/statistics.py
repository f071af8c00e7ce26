"""What `ImageDataGenerator.fit` learns from sample pictures."""

from __future__ import annotations

import numpy as np

__all__ = ["channel_mean", "channel_std", "whitening_matrix"]


def channel_mean(x: np.ndarray, channel_axis: int) -> np.ndarray:
    """Return the mean of each channel of a batch, in a shape that broadcasts to one picture."""
    return np.mean(x, axis=_others(channel_axis), keepdims=True)[0]


def channel_std(x: np.ndarray, channel_axis: int) -> np.ndarray:
    """Return the standard deviation of each channel of a batch, shaped likewise."""
    return np.std(x, axis=_others(channel_axis), keepdims=True)[0]


def whitening_matrix(x: np.ndarray, epsilon: float) -> np.ndarray:
    r"""Return the ZCA matrix of centred pictures.

    With $X^T = U \Sigma V^T$ for the $n$ pictures as rows of $X$ it is
    $U\,\mathrm{diag}(\sqrt n / (\sigma + \epsilon))\,U^T$: among all matrices that decorrelate the
    pixels, the one that changes the pictures least.

    Parameters
    ----------
    x : ndarray
        `(n, …)`, centred.
    epsilon : float
        Added to the singular values.

    Returns
    -------
    ndarray
        Square, of the size of one picture laid flat.
    """
    flat = x.reshape(len(x), -1)
    u, s, _ = np.linalg.svd(flat.T, full_matrices=False)
    return (u * (np.sqrt(len(x)) / (s + epsilon))) @ u.T


def _others(channel_axis: int) -> tuple[int, ...]:
    return tuple(axis for axis in range(4) if axis != channel_axis)
