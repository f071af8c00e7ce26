"""A layer whose kernel is kept at spectral norm 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_layers import validation
from cornu_layers.checks import where
from cornu_layers.initializers import TruncatedNormal
from cornu_layers.vectors import unit_length
from cornu_layers.wrappers.wrapper import Wrapper

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class SpectralNormalization(Wrapper):
    r"""While training, divide a layer's kernel by its largest singular value.

    $W \leftarrow W / \sigma(W)$, where $\sigma = v^T W u$ is followed by power iteration:
    $v \leftarrow W u / \|W u\|$, $u \leftarrow W^T v / \|W^T v\|$.

    Parameters
    ----------
    layer : Layer
        Has a `kernel` or `embeddings`.
    power_iterations : int
        Steps of the iteration per batch.

    Notes
    -----
    Input and output as of `layer`. Weights: those of `layer`, and `vector_u` `(1, last axis of the
    kernel)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.SpectralNormalization(layers.Dense(3), power_iterations=20)
    >>> y = layer(np.ones((2, 4), "float32"), training=True)
    >>> float(np.linalg.norm(layer.layer.get_weights()[0], 2).round(2))
    1.0

    References
    ----------
    Miyato et al., "Spectral Normalization for Generative Adversarial Networks" (2018),
    https://arxiv.org/abs/1802.05957
    """

    def __init__(
        self,
        layer: Any,
        power_iterations: int = 1,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(layer, **kwargs)
        self.power_iterations = validation.positive_int(self, "power_iterations", power_iterations)

    def _kernel_inside(self) -> Any:
        for name in ("kernel", "embeddings"):
            kernel = getattr(self.layer, name, None)
            if kernel is not None:
                return kernel
        raise ValueError(
            f"{where(self)} normalises a kernel or embeddings; {type(self.layer).__name__} has "
            "neither."
        )

    def build(self, input_shape: Any = None) -> None:
        """Build the layer inside, and the vector that follows its kernel."""
        super().build(input_shape)
        self.kernel = self._kernel_inside()
        self.vector_u = self.add_weight(
            name="vector_u",
            shape=(1, self.kernel.shape[-1]),
            initializer=TruncatedNormal(stddev=0.02),
            trainable=False,
            dtype=self.kernel.dtype,
        )

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return the layer's output, after its kernel has been normalised if `training`."""
        if training:
            self._normalize()
        return self.layer(inputs)

    def _normalize(self) -> None:
        kernel, u = self.kernel.value, self.vector_u.value
        rows = ops.reshape(kernel, (-1, kernel.shape[-1]))
        v = u
        for _ in range(self.power_iterations):
            v = unit_length(ops.matmul(u, ops.transpose(rows)), axis=1)
            u = unit_length(ops.matmul(v, rows), axis=1)
        u, v = ops.stop_gradient(u), ops.stop_gradient(v)
        sigma = ops.reshape(ops.matmul(ops.matmul(v, rows), ops.transpose(u)), ())
        nothing = ops.all(ops.equal(kernel, 0.0))
        self.vector_u.assign(ops.where(nothing, self.vector_u.value, u))
        self.kernel.assign(kernel / ops.where(nothing, ops.ones_like(sigma), sigma))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the layer's output shape."""
        return self.layer.compute_output_shape(input_shape)
