"""Average pooling over windows."""

from __future__ import annotations

import cornu_ops as ops
from cornu_layers.pooling.base import BasePooling


class AveragePooling1D(BasePooling):
    r"""Take the mean of each window that slides along a sequence.

    $y_p = \frac{1}{n} \sum_i x_{s p + i}$

    Parameters
    ----------
    pool_size : int
        Size of the window.
    strides : int, optional
        Distance $s$ between its places; `pool_size` if None.
    padding : {"valid", "same"}
        Only whole windows; or windows at the edges too, so that the size stays (divided by the
        strides). Padding is not counted.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, steps, channels)` or `(batch, channels, steps)`.

    Raises
    ------
    ShapeError
        When the input is of another rank, or smaller than the window.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.AveragePooling1D(2)(np.ones((2, 8, 3), "float32")).shape
    (2, 4, 3)
    """

    rank = 1
    reduce = staticmethod(ops.average_pool)


class AveragePooling2D(BasePooling):
    r"""Take the mean of each window that slides over an image.

    $y_p = \frac{1}{n} \sum_i x_{s p + i}$

    Parameters
    ----------
    pool_size : int or (int, int)
        Size of the window.
    strides : int or (int, int), optional
        Distance $s$ between its places; `pool_size` if None.
    padding : {"valid", "same"}
        Only whole windows; or windows at the edges too, so that the size stays (divided by the
        strides). Padding is not counted.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, height, width, channels)` or `(batch, channels, height, width)`.

    Raises
    ------
    ShapeError
        When the input is of another rank, or smaller than the window.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.AveragePooling2D(2)(np.ones((2, 8, 6, 3), "float32")).shape
    (2, 4, 3, 3)
    """

    rank = 2
    reduce = staticmethod(ops.average_pool)


class AveragePooling3D(BasePooling):
    r"""Take the mean of each window that slides through a volume.

    $y_p = \frac{1}{n} \sum_i x_{s p + i}$

    Parameters
    ----------
    pool_size : int or (int, int, int)
        Size of the window.
    strides : int or (int, int, int), optional
        Distance $s$ between its places; `pool_size` if None.
    padding : {"valid", "same"}
        Only whole windows; or windows at the edges too, so that the size stays (divided by the
        strides). Padding is not counted.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, depth, height, width, channels)` or `(batch, channels, depth, height, width)`.

    Raises
    ------
    ShapeError
        When the input is of another rank, or smaller than the window.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.AveragePooling3D(2)(np.ones((2, 8, 6, 4, 3), "float32")).shape
    (2, 4, 3, 2, 3)
    """

    rank = 3
    reduce = staticmethod(ops.average_pool)
