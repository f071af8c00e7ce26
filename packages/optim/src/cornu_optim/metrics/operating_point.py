"""The best of one rate where another reaches a value: one point of a curve."""

from __future__ import annotations

from typing import Any, ClassVar

import cornu_ops as ops
from cornu.base.metric import Metric
from cornu_optim.metrics.confusion import Counting, Counts, add_counts, confusion_counts
from cornu_optim.metrics.docs import share_sections

# of (true positives, false positives, true negatives, false negatives)
_RATES = {
    "sensitivity": lambda tp, fp, tn, fn: (tp, fn),
    "specificity": lambda tp, fp, tn, fn: (tn, fp),
    "precision": lambda tp, fp, tn, fn: (tp, fp),
    "recall": lambda tp, fp, tn, fn: (tp, fn),
}

_ARGUMENTS = """ : float
    In [0, 1].
num_thresholds : int
    How many thresholds are tried.
class_id : int, optional
    Look at one class alone.
name : str, optional
dtype : str, optional

Raises
------
ValueError
    For arguments out of range."""


class SensitivitySpecificityBase(Counting, Metric):
    """Base of metrics that look for the best threshold.

    The result is the largest value of one rate where another is at least `value`.

    Parameters
    ----------
    value : float
        In [0, 1].
    num_thresholds : int
        How many thresholds are tried, positive.
    name : str, optional
    dtype : str, optional
    class_id : int, optional
        Look at one class alone.

    Raises
    ------
    ValueError
        For arguments out of range.

    Examples
    --------
    >>> issubclass(PrecisionAtRecall, SensitivitySpecificityBase)
    True
    """

    _direction = "up"
    _wanted: ClassVar[str] = "sensitivity"
    _given: ClassVar[str] = "specificity"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__ == __name__:
            share_sections(cls, f"Parameters\n----------\n{cls._given}{_ARGUMENTS}")

    def __init__(
        self,
        value: float,
        num_thresholds: int = 200,
        name: str | None = None,
        dtype: Any = None,
        class_id: int | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if num_thresholds <= 0:
            raise ValueError(f"`num_thresholds` must be positive, not {num_thresholds}.")
        if not 0 <= value <= 1:
            raise ValueError(f"`{self._given}` must lie in [0, 1], not {value}.")
        self.value = value
        self.num_thresholds = num_thresholds
        self.class_id = class_id
        steps = num_thresholds - 1
        self.thresholds = [i / steps for i in range(num_thresholds)] if steps else [0.5]
        self._counts = Counts(
            *(self.add_variable((num_thresholds,), "zeros", name=name) for name in Counts._fields)
        )
        vars(self).update(self._counts._asdict())

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        counts = confusion_counts(
            y_true,
            y_pred,
            self.thresholds,
            sample_weight,
            class_id=self.class_id,
            of=type(self).__name__,
        )
        add_counts(self._counts._asdict(), counts)

    def result(self) -> Any:
        """Return the largest rate; 0 where the other never reaches the value."""
        wanted, given = self._rate(self._wanted), self._rate(self._given)
        reached = ops.greater_equal(given, self.value)
        return ops.max(ops.where(reached, wanted, ops.zeros_like(wanted)))

    def _rate(self, name: str) -> Any:
        part, rest = _RATES[name](*self._counts)
        return ops.divide_no_nan(part, ops.add(part, rest))


class SensitivityAtSpecificity(SensitivitySpecificityBase):
    r"""The best sensitivity where specificity reaches a value.

    Sensitivity is $\frac{TP}{TP + FN}$, specificity $\frac{TN}{TN + FP}$.

    Examples
    --------
    >>> metric = SensitivityAtSpecificity(0.5)
    >>> metric.update_state([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])
    >>> float(metric.result())
    0.5
    """

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(specificity, num_thresholds, name, dtype, class_id)
        self.specificity = specificity


class SpecificityAtSensitivity(SensitivitySpecificityBase):
    r"""The best specificity where sensitivity reaches a value.

    Specificity is $\frac{TN}{TN + FP}$, sensitivity $\frac{TP}{TP + FN}$.

    Examples
    --------
    >>> metric = SpecificityAtSensitivity(0.5)
    >>> metric.update_state([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])
    >>> round(float(metric.result()), 4)
    0.6667
    """

    _wanted, _given = "specificity", "sensitivity"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(sensitivity, num_thresholds, name, dtype, class_id)
        self.sensitivity = sensitivity


class PrecisionAtRecall(SensitivitySpecificityBase):
    r"""The best precision where recall reaches a value.

    Precision is $\frac{TP}{TP + FP}$, recall $\frac{TP}{TP + FN}$.

    Examples
    --------
    >>> metric = PrecisionAtRecall(0.5)
    >>> metric.update_state([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])
    >>> float(metric.result())
    0.5
    """

    _wanted, _given = "precision", "recall"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(recall, num_thresholds, name, dtype, class_id)
        self.recall = recall


class RecallAtPrecision(SensitivitySpecificityBase):
    r"""The best recall where precision reaches a value.

    Recall is $\frac{TP}{TP + FN}$, precision $\frac{TP}{TP + FP}$.

    Examples
    --------
    >>> metric = RecallAtPrecision(0.8)
    >>> metric.update_state([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
    >>> float(metric.result())
    0.5
    """

    _wanted, _given = "recall", "precision"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(precision, num_thresholds, name, dtype, class_id)
        self.precision = precision
