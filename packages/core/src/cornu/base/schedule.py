"""Learning rates that change with the step."""

from __future__ import annotations

from typing import Any

from cornu.base.configurable import Configurable


class LearningRateSchedule(Configurable):
    """Base class of learning-rate schedules.

    A subclass writes `__call__(step)` in ops. Passed to an optimizer as its learning rate, it is
    traced with the update, so the rate follows `optimizer.iterations` inside the compiled step.

    Examples
    --------
    >>> from cornu import ops
    >>> class InverseSquareRoot(LearningRateSchedule):
    ...     def __init__(self, peak):
    ...         self.peak = peak
    ...     def __call__(self, step):
    ...         return self.peak / ops.sqrt(ops.cast(step, "float32") + 1.0)
    >>> float(InverseSquareRoot(0.5)(3))
    0.25
    """

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a step, counted from 0. Subclasses write this."""
        raise NotImplementedError(
            f"{type(self).__name__} must define __call__(self, step), returning the learning rate."
        )
