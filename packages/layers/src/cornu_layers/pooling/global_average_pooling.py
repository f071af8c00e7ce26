"""Mean of each channel over all places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_layers.pooling.base import BaseGlobalPooling

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class GlobalAveragePooling1D(BaseGlobalPooling):
    """Take the mean of each channel over all steps.

    Parameters
    ----------
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, steps, channels)` or `(batch, channels, steps)`.
    keepdims : bool
        Keep the reduced axes with size 1.

    Notes
    -----
    Output `(batch, channels)`. A mask `(batch, steps)` says which steps count.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.GlobalAveragePooling1D()(np.ones((2, 8, 3), "float32")).shape
    (2, 3)
    """

    rank = 1
    reduce = staticmethod(ops.mean)

    def __init__(
        self, data_format: str | None = None, keepdims: bool = False, **kwargs: Unpack[LayerOptions]
    ) -> None:
        super().__init__(data_format, keepdims, **kwargs)
        self.supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Return the mean of each channel over the steps that count."""
        if mask is None:
            return super().call(inputs)
        present = ops.expand_dims(ops.cast(mask, "bool"), self.channel_axis)
        over: dict[str, Any] = {"axis": self.spatial_axes, "keepdims": self.keepdims}
        total = ops.sum(ops.where(present, inputs, 0.0), **over)
        return total / ops.sum(ops.cast(present, inputs.dtype), **over)

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """Return None: there are no steps left."""
        return None


class GlobalAveragePooling2D(BaseGlobalPooling):
    """Take the mean of each channel over the whole image.

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
    >>> layers.GlobalAveragePooling2D()(np.ones((2, 8, 6, 3), "float32")).shape
    (2, 3)
    """

    rank = 2
    reduce = staticmethod(ops.mean)


class GlobalAveragePooling3D(BaseGlobalPooling):
    """Take the mean of each channel over the whole volume.

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
    >>> layers.GlobalAveragePooling3D()(np.ones((2, 8, 6, 4, 3), "float32")).shape
    (2, 3)
    """

    rank = 3
    reduce = staticmethod(ops.mean)
