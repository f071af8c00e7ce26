"""Convolutions that Keras 2 kept from Keras 1, under the names of that time."""

from __future__ import annotations

from typing import Any

from cornu_layers.convolutional.conv import Conv1D, Conv2D


def AtrousConvolution1D(*args: Any, atrous_rate: int = 1, **kwargs: Any) -> Conv1D:
    """Return a `Conv1D` with `dilation_rate=atrous_rate`.

    Examples
    --------
    >>> from cornu import layers
    >>> layers.AtrousConvolution1D(4, 3, atrous_rate=2).dilation_rate
    (2,)
    """
    return Conv1D(*args, **{"dilation_rate": atrous_rate, **kwargs})


def AtrousConvolution2D(*args: Any, atrous_rate: Any = (1, 1), **kwargs: Any) -> Conv2D:
    """Return a `Conv2D` with `dilation_rate=atrous_rate`.

    Examples
    --------
    >>> from cornu import layers
    >>> layers.AtrousConvolution2D(4, 3, atrous_rate=(2, 2)).dilation_rate
    (2, 2)
    """
    return Conv2D(*args, **{"dilation_rate": atrous_rate, **kwargs})
