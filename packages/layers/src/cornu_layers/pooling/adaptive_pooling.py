"""Pooling to a given size, whatever the size of the input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cornu import ops
from cornu.base import Layer
from cornu_layers import arguments
from cornu_layers.checks import check_rank
from cornu_layers.windows import axis_names, spatial_axes


class BaseAdaptivePooling(Layer):
    """Reduce `rank` axes to given sizes; a subclass says which rank and how."""

    one_input = True

    rank: int
    reduce: Callable[..., Any]

    def __init__(
        self, output_size: int | Sequence[int], data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.output_size = arguments.int_tuple("output_size", output_size, self.rank)
        self.data_format = arguments.data_format(data_format)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Refuse inputs of another rank."""
        check_rank(self, input_shape, axis_names(self.rank, self.data_format))

    def call(self, inputs: Any) -> Any:
        """Return the reduced parts."""
        return type(self).reduce(inputs, self.output_size, data_format=self.data_format)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape with `output_size` put in."""
        check_rank(self, input_shape, axis_names(self.rank, self.data_format))
        shape = list(input_shape)
        axes = spatial_axes(self.rank, self.data_format)
        for axis, size in zip(axes, self.output_size, strict=True):
            shape[axis] = size
        return tuple(shape)


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
