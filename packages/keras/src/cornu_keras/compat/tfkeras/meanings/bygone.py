"""Parts of tf.keras that Keras 3 has no more: a metric and a constraint."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu
import cornu_ops as ops

__all__ = ["MeanRelativeError", "RadialConstraint"]


class MeanRelativeError(cornu.metrics.Mean):
    """The mean of the distance from the truth, in parts of `normalizer`.

    Parameters
    ----------
    normalizer : array_like
        What each distance is divided by; 0 counts nothing.

    Examples
    --------
    >>> metric = MeanRelativeError(np.float32([1, 3, 2, 3]))
    >>> metric.update_state([1, 3, 2, 3], [2, 4, 6, 8])
    >>> float(metric.result())
    1.25
    """

    def __init__(
        self, normalizer: Any, name: str = "mean_relative_error", dtype: Any = None
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.normalizer = np.asarray(normalizer, "float32")

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Count a batch."""
        away = ops.abs(ops.subtract(ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")))
        super().update_state(ops.divide_no_nan(away, self.normalizer), sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {"name": self.name, "dtype": self.dtype, "normalizer": self.normalizer.tolist()}


class RadialConstraint(cornu.constraints.Constraint):
    """Lets kernels of convolutions depend on the distance from their middle alone.

    The kernel is square, `(size, size, in, out)`; each ring has the number of its row through the
    middle.

    Examples
    --------
    >>> kernel = np.arange(9, dtype="float32").reshape(3, 3, 1, 1)
    >>> np.asarray(RadialConstraint()(kernel))[..., 0, 0].tolist()
    [[3.0, 3.0, 3.0], [3.0, 4.0, 3.0], [3.0, 3.0, 3.0]]
    """

    def __call__(self, w: Any) -> Any:
        """Return the kernel made round."""
        shape = tuple(w.shape)
        if len(shape) != 4 or shape[0] != shape[1]:
            raise ValueError(f"The weight tensor must be of shape (n, n, in, out), not {shape}.")
        size = shape[0]
        steps = np.arange(size)
        rings = np.minimum(steps, size - 1 - steps)
        ring = np.minimum(rings[:, None], rings)  # 0 at the border
        return ops.take(w[size // 2], ring, axis=0)
