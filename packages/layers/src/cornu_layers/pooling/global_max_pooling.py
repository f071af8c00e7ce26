"""Maximum of each channel over all places."""

from __future__ import annotations

import cornu_ops as ops
from cornu_layers.pooling.base import BaseGlobalPooling


class GlobalMaxPooling1D(BaseGlobalPooling):
    """Take the maximum of each channel over all steps.

    Parameters
    ----------
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, steps, channels)` or `(batch, channels, steps)`.
    keepdims : bool
        Keep the reduced axes with size 1.

    Notes
    -----
    Output `(batch, channels)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.GlobalMaxPooling1D()(np.ones((2, 8, 3), "float32")).shape
    (2, 3)
    """

    rank = 1
    reduce = staticmethod(ops.max)


class GlobalMaxPooling2D(BaseGlobalPooling):
    """Take the maximum of each channel over the whole image.

    Parameters
    ----------
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, height, width, channels)` or `(batch, channels, height, width)`.
    keepdims : bool
        Keep the reduced axes with size 1.

    Notes
    -----
    Output `(batch, channels)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.GlobalMaxPooling2D()(np.ones((2, 8, 6, 3), "float32")).shape
    (2, 3)
    """

    rank = 2
    reduce = staticmethod(ops.max)


class GlobalMaxPooling3D(BaseGlobalPooling):
    """Take the maximum of each channel over the whole volume.

    Parameters
    ----------
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, depth, height, width, channels)` or `(batch, channels, depth, height, width)`.
    keepdims : bool
        Keep the reduced axes with size 1.

    Notes
    -----
    Output `(batch, channels)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.GlobalMaxPooling3D()(np.ones((2, 8, 6, 4, 3), "float32")).shape
    (2, 3)
    """

    rank = 3
    reduce = staticmethod(ops.max)
