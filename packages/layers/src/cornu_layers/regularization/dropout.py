"""Numbers left out at random while training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cornu_layers import validation
from cornu_layers.regularization.base import Disturbance, as_noise_shape
from cornu_ops import random

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class Dropout(Disturbance):
    r"""While training, set a random fraction of the inputs to 0.

    The rest is scaled by $1 / (1 - \text{rate})$, so that sums stay as they are on average.

    Parameters
    ----------
    rate : float
        The fraction, from 0 to 1.
    noise_shape : tuple of int or None, optional
        Shape of what is drawn; it broadcasts to the input's. `(None, 1, None)` drops whole features
        of a sequence; None takes the input's size.
    seed : int, optional
        Makes the draws the same in every run.

    Notes
    -----
    Input of any shape; output of the same. Does nothing unless `training`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> y = layers.Dropout(0.5, seed=0)(np.ones((100, 100), "float32"), training=True)
    >>> np.unique(y)
    array([0., 2.], dtype=float32)

    References
    ----------
    Srivastava et al., "Dropout" (2014), https://jmlr.org/papers/v15/srivastava14a.html
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.rate = validation.rate(self, "rate", rate)
        self.noise_shape = as_noise_shape(self, noise_shape)
        self.keep_seed(seed)

    def disturb(self, inputs: Any) -> Any:
        """Return the inputs, some of them dropped."""
        shape = self.noise_shape_for(inputs)
        return random.dropout(inputs, self.rate, noise_shape=shape, seed=self.seed_generator)
