"""A schedule of plateaus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cornu_ops as ops
from cornu.base.schedule import LearningRateSchedule
from cornu_engine import config


class PiecewiseConstantDecay(LearningRateSchedule):
    """A rate that keeps one value up to each boundary, inclusive, and another after it.

    Parameters
    ----------
    boundaries : list of int
        Steps, rising.
    values : list of float
        Rates, one more than boundaries.
    name : str

    Raises
    ------
    ValueError
        If the numbers of boundaries and values do not fit.

    Examples
    --------
    >>> rate = PiecewiseConstantDecay([100, 200], [1.0, 0.5, 0.25])
    >>> float(rate(100)), float(rate(101)), float(rate(1000))
    (1.0, 0.5, 0.25)
    """

    def __init__(
        self,
        boundaries: Sequence[float],
        values: Sequence[float],
        name: str = "PiecewiseConstant",
    ) -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                f"There must be one value more than boundaries, not {len(values)} values for "
                f"{len(boundaries)} boundaries."
            )
        self.boundaries = list(boundaries)
        self.values = list(values)
        self.name = name

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a step."""
        step = ops.convert_to_tensor(step)
        rate = ops.convert_to_tensor(float(self.values[-1]), dtype=config.floatx())
        for boundary, value in zip(self.boundaries[::-1], self.values[-2::-1], strict=True):
            rate = ops.where(ops.less_equal(step, boundary), float(value), rate)
        return rate
