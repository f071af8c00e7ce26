"""Whole channels left out at random while training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cornu.base import InputSpec
from cornu_layers import validation
from cornu_layers.regularization.dropout import Dropout
from cornu_layers.spatial import Spatial

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import ShapeOptions

    class SpatialDropoutOptions(ShapeOptions, total=False):
        """What `Layer` takes, beside a name and a dtype."""

        trainable: bool
        autocast: bool
        activity_regularizer: Any


class BaseSpatialDropout(Dropout, Spatial):
    """Dropout of whole channels over `rank` axes; a subclass says which rank."""

    not_in_keras: ClassVar[dict[str, Any]] = {"trainable": True}

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Unpack[SpatialDropoutOptions],
    ) -> None:
        super().__init__(rate, seed=seed, name=name, dtype=dtype, **kwargs)
        self.data_format = validation.data_format(self, data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def noise_shape_for(self, inputs: Any) -> tuple[int, ...]:
        """Return one place per channel."""
        return tuple(1 if i in self.spatial_axes else n for i, n in enumerate(inputs.shape))


class SpatialDropout1D(BaseSpatialDropout):
    """While training, drop whole channels of a sequence.

    Neighbouring steps are alike, so single numbers that are dropped are easily guessed from them.

    Parameters
    ----------
    rate : float
        The fraction of channels, from 0 to 1.
    seed : int, optional
        Makes the draws the same in every run.

    Notes
    -----
    Input `(batch, steps, channels)`; output of the same shape.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> y = layers.SpatialDropout1D(0.5, seed=0)(np.ones((8, 5, 8), "float32"), training=True)
    >>> bool((y == y[:, :1]).all())
    True

    References
    ----------
    Tompson et al., "Efficient Object Localization Using Convolutional Networks" (2015),
    https://arxiv.org/abs/1411.4280
    """

    rank = 1

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Unpack[SpatialDropoutOptions],
    ) -> None:
        super().__init__(rate, "channels_last", seed, name, dtype, **kwargs)


class SpatialDropout2D(BaseSpatialDropout):
    """While training, drop whole channels of an image.

    Parameters
    ----------
    rate : float
        The fraction of channels, from 0 to 1.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, height, width, channels)` or `(batch, channels, height, width)`.
    seed : int, optional
        Makes the draws the same in every run.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> y = layers.SpatialDropout2D(0.5, seed=0)(np.ones((8, 5, 5, 8), "float32"), training=True)
    >>> bool((y == y[:, :1, :1]).all())
    True

    References
    ----------
    Tompson et al., "Efficient Object Localization Using Convolutional Networks" (2015),
    https://arxiv.org/abs/1411.4280
    """

    rank = 2


class SpatialDropout3D(BaseSpatialDropout):
    """While training, drop whole channels of a volume.

    Parameters
    ----------
    rate : float
        The fraction of channels, from 0 to 1.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, depth, height, width, channels)` or `(batch, channels, depth, height, width)`.
    seed : int, optional
        Makes the draws the same in every run.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> y = layers.SpatialDropout3D(0.5, seed=0)(np.ones((8, 2, 2, 2, 8), "float32"), training=True)
    >>> bool((y == y[:, :1, :1, :1]).all())
    True

    References
    ----------
    Tompson et al., "Efficient Object Localization Using Convolutional Networks" (2015),
    https://arxiv.org/abs/1411.4280
    """

    rank = 3
