"""What a name of an activation meant in Keras 2, where Keras 3 means something else."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops

# Names by which files of ours know functions that a bare name would not bring back.
HARD_SIGMOID = "cornu>keras2_hard_sigmoid"
HARD_SIGMOID_3 = "cornu>hard_sigmoid"  # Keras 3's, where `hard_sigmoid` would mean Keras 2's


def hard_sigmoid(x: Any) -> Any:
    r"""Keras 2's piecewise linear sigmoid: $\min(\max(0.2 x + 0.5, 0), 1)$.

    Examples
    --------
    >>> hard_sigmoid([-2.5, 0.0, 1.0])
    array([0. , 0.5, 0.7], dtype=float32)
    """
    return ops.clip(ops.add(ops.multiply(x, 0.2), 0.5), 0.0, 1.0)
