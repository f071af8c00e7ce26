"""Precision, recall, and the four counts they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

import cornu_ops as ops
from cornu.base.metric import Metric
from cornu_engine.variable import Variable
from cornu_optim.metrics.confusion import (
    NEVER,
    add_counts,
    check_top_k,
    confusion_counts,
    parse_thresholds,
)
from cornu_optim.metrics.docs import share_sections

_RAISES = """
    Raises
    ------
    ValueError
        For thresholds outside of [0, 1].
"""
_OF_COUNTS = f"""
    Parameters
    ----------
    thresholds : float or list of float, optional
        In [0, 1]; a prediction above is positive. 0.5 otherwise.
    name : str, optional
    dtype : str, optional
{_RAISES}"""
_OF_SHARES = f"""
    Parameters
    ----------
    thresholds : float or list of float, optional
        In [0, 1]; a prediction above is positive. 0.5 otherwise, or no limit with `top_k`.
    top_k : int, optional
        Only the `k` largest scores of a sample can be positive.
    class_id : int, optional
        Look at one class alone.
    name : str, optional
    dtype : str, optional
{_RAISES}"""


class _Count(Metric):
    """One of the four counts, at each threshold."""

    _counted: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__ == __name__:
            share_sections(cls, _OF_COUNTS)

    def __init__(
        self,
        thresholds: float | Sequence[float] | np.ndarray | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = parse_thresholds(thresholds)
        self.accumulator = self.add_variable((len(self.thresholds),), "zeros", name="accumulator")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        counts = confusion_counts(
            y_true, y_pred, self.thresholds, sample_weight, of=type(self).__name__
        )
        add_counts({self._counted: self.accumulator}, counts)

    def result(self) -> Any:
        """Return the count, or one per threshold."""
        counts = ops.copy(self.accumulator)
        return counts[0] if len(self.thresholds) == 1 else counts

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


class TruePositives(_Count):
    """Number of positives taken for positives.

    Examples
    --------
    >>> metric = TruePositives()
    >>> metric.update_state([0, 1, 1, 1], [1, 0, 1, 1])
    >>> float(metric.result())
    2.0
    """

    _counted = "true_positives"


class FalsePositives(_Count):
    """Number of negatives taken for positives.

    Examples
    --------
    >>> metric = FalsePositives()
    >>> metric.update_state([0, 1, 0, 0], [0, 0, 1, 1])
    >>> float(metric.result())
    2.0
    """

    _counted = "false_positives"


class TrueNegatives(_Count):
    """Number of negatives taken for negatives.

    Examples
    --------
    >>> metric = TrueNegatives()
    >>> metric.update_state([0, 1, 0, 0], [1, 1, 0, 0])
    >>> float(metric.result())
    2.0
    """

    _counted = "true_negatives"


class FalseNegatives(_Count):
    """Number of positives taken for negatives.

    Examples
    --------
    >>> metric = FalseNegatives()
    >>> metric.update_state([0, 1, 1, 1], [0, 1, 0, 0])
    >>> float(metric.result())
    2.0
    """

    _counted = "false_negatives"


class _Share(Metric):
    """True positives over true positives and one other count."""

    _direction = "up"
    _other: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__ == __name__:
            share_sections(cls, _OF_SHARES)

    def __init__(
        self,
        thresholds: float | Sequence[float] | np.ndarray | None = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.top_k = check_top_k(top_k)
        self.class_id = class_id
        self.thresholds = parse_thresholds(thresholds, 0.5 if top_k is None else NEVER)
        shape = (len(self.thresholds),)
        self.true_positives = self.add_variable(shape, "zeros", name="true_positives")
        self._others: Variable = self.add_variable(shape, "zeros", name=self._other)
        setattr(self, self._other, self._others)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        counts = confusion_counts(
            y_true,
            y_pred,
            self.thresholds,
            sample_weight,
            top_k=self.top_k,
            class_id=self.class_id,
            of=type(self).__name__,
        )
        held = {"true_positives": self.true_positives, self._other: self._others}
        add_counts(held, counts)

    def result(self) -> Any:
        """Return the share, or one per threshold; 0 where there is nothing to divide by."""
        total = ops.add(self.true_positives, self._others)
        shares = ops.divide_no_nan(self.true_positives, total)
        return shares[0] if len(self.thresholds) == 1 else shares

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


class Precision(_Share):
    r"""Share of what was taken for positive that is: $\frac{TP}{TP + FP}$.

    Examples
    --------
    >>> metric = Precision()
    >>> metric.update_state([0, 1, 1, 1], [1, 0, 1, 1])
    >>> round(float(metric.result()), 4)
    0.6667
    """

    _other = "false_positives"
    false_positives: Variable


class Recall(_Share):
    r"""Share of positives that were taken for positive: $\frac{TP}{TP + FN}$.

    Examples
    --------
    >>> metric = Recall()
    >>> metric.update_state([0, 1, 1, 1], [1, 0, 1, 1])
    >>> round(float(metric.result()), 4)
    0.6667
    """

    _other = "false_negatives"
    false_negatives: Variable
