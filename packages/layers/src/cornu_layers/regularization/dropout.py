"""Numbers left out at random while training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu import random
from cornu.base import Layer
from cornu_layers import arguments


class Dropout(Layer):
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

    stateless = True

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.rate = arguments.rate("rate", rate)
        self.noise_shape = _noise_shape(noise_shape)
        self.seed = seed
        if self.rate > 0:
            self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True

    def noise_shape_for(self, inputs: Any) -> tuple[int, ...] | None:
        """Return the shape of what is drawn for these inputs."""
        if self.noise_shape is None:
            return None
        return tuple(
            n if m is None else m for n, m in zip(inputs.shape, self.noise_shape, strict=True)
        )

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return the inputs, some of them dropped if `training`."""
        if not training or self.rate == 0:
            return inputs
        return random.dropout(
            inputs, self.rate, noise_shape=self.noise_shape_for(inputs), seed=self.seed_generator
        )

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the input's shape."""
        return tuple(input_shape)


def _noise_shape(value: Any) -> tuple[int | None, ...] | None:
    if value is None:
        return None
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise ValueError(f"noise_shape must be a tuple of sizes and None; it is {value!r}.")
    found = tuple(value)
    for size in found:
        if size is not None:
            arguments.positive_int("A size in noise_shape", size)
    return found
