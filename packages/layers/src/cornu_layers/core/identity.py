"""Layers that pass their input on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu.base import Layer
from cornu_layers.regularizers import L1L2
from cornu_layers.same_shape import SameShape

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions, PlainOptions


class Identity(Layer):
    """Return the input unchanged, its mask too.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Identity()(np.array([1.0], "float32"))
    array([1.], dtype=float32)
    """

    stateless = True

    def __init__(self, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Return the inputs."""
        return inputs


class ActivityRegularization(SameShape):
    r"""Return the input unchanged, and add $l_1 \sum |x| + l_2 \sum x^2$, per sample, to the loss.

    Parameters
    ----------
    l1, l2 : float
        Factors of the two prices.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.ActivityRegularization(l1=0.5)
    >>> layer(np.array([[1.0, -3.0]], "float32"))
    array([[ 1., -3.]], dtype=float32)
    >>> float(layer.losses[0])
    2.0
    """

    stateless = True

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Unpack[PlainOptions]) -> None:
        super().__init__(activity_regularizer=L1L2(l1=l1, l2=l2), **kwargs)
        self.l1 = l1
        self.l2 = l2

    def call(self, inputs: Any) -> Any:
        """Return the inputs."""
        return inputs

    def get_config(self) -> dict[str, Any]:
        """Return the factors; the regularizer follows from them."""
        config = super().get_config()
        config.pop("activity_regularizer", None)
        return {**config, "l1": self.l1, "l2": self.l2}
