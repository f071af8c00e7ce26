"""Pooling to a given size, whatever the size of the input."""

from __future__ import annotations

import cornu_ops as ops
from cornu_layers.pooling.base import BaseAdaptivePooling


class AdaptiveAveragePooling1D(BaseAdaptivePooling):
    """Cut a sequence into a given number of parts and take the mean of each.

    Parameters
    ----------
    output_size : int or tuple of int
        Number of parts, along each axis if there are several.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, steps, channels)` or `(batch, channels, steps)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.AdaptiveAveragePooling1D(4)(np.ones((2, 8, 3), "float32")).shape
    (2, 4, 3)
    """

    rank = 1
    reduce = staticmethod(ops.adaptive_average_pool)


class AdaptiveAveragePooling2D(BaseAdaptivePooling):
    r"""Cut an image into a given number of parts and take the mean of each.

    Part $i$ of $n$ along an axis of size $m$ goes from $\lfloor i m / n \rfloor$ to
    $\lceil (i + 1) m / n \rceil$.

    Parameters
    ----------
    output_size : int or (int, int)
        Number of parts along each axis.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, height, width, channels)` or `(batch, channels, height, width)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.AdaptiveAveragePooling2D((4, 3))(np.ones((2, 8, 6, 3), "float32")).shape
    (2, 4, 3, 3)
    """

    rank = 2
    reduce = staticmethod(ops.adaptive_average_pool)


class AdaptiveAveragePooling3D(BaseAdaptivePooling):
    """Cut a volume into a given number of parts and take the mean of each.

    Parameters
    ----------
    output_size : int or tuple of int
        Number of parts, along each axis if there are several.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, depth, height, width, channels)` or `(batch, channels, depth, height, width)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.AdaptiveAveragePooling3D(2)(np.ones((2, 8, 6, 4, 3), "float32")).shape
    (2, 2, 2, 2, 3)
    """

    rank = 3
    reduce = staticmethod(ops.adaptive_average_pool)


class AdaptiveMaxPooling1D(BaseAdaptivePooling):
    """Cut a sequence into a given number of parts and take the maximum of each.

    Parameters
    ----------
    output_size : int or tuple of int
        Number of parts, along each axis if there are several.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, steps, channels)` or `(batch, channels, steps)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.AdaptiveMaxPooling1D(4)(np.ones((2, 8, 3), "float32")).shape
    (2, 4, 3)
    """

    rank = 1
    reduce = staticmethod(ops.adaptive_max_pool)


class AdaptiveMaxPooling2D(BaseAdaptivePooling):
    """Cut an image into a given number of parts and take the maximum of each.

    Parameters
    ----------
    output_size : int or tuple of int
        Number of parts, along each axis if there are several.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, height, width, channels)` or `(batch, channels, height, width)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.AdaptiveMaxPooling2D((4, 3))(np.ones((2, 8, 6, 3), "float32")).shape
    (2, 4, 3, 3)
    """

    rank = 2
    reduce = staticmethod(ops.adaptive_max_pool)


class AdaptiveMaxPooling3D(BaseAdaptivePooling):
    """Cut a volume into a given number of parts and take the maximum of each.

    Parameters
    ----------
    output_size : int or tuple of int
        Number of parts, along each axis if there are several.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, depth, height, width, channels)` or `(batch, channels, depth, height, width)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.AdaptiveMaxPooling3D(2)(np.ones((2, 8, 6, 4, 3), "float32")).shape
    (2, 2, 2, 2, 3)
    """

    rank = 3
    reduce = staticmethod(ops.adaptive_max_pool)
