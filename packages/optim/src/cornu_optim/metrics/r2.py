"""The coefficient of determination."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.base.metric import Metric
from cornu_engine.errors import ShapeError
from cornu_ops.weighted import squeeze_or_expand_to_same_rank, to_dtype

_AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


class R2Score(Metric):
    r"""The coefficient of determination: the share of variance that predictions explain.

    .. math:: R^2 = 1 - \frac{\sum w (y - \hat y)^2}{\sum w (y - \bar y)^2}

    Parameters
    ----------
    class_aggregation : str or None
        `"uniform_average"` of outputs, `"variance_weighted_average"`, or None for one score per
        output.
    num_regressors : int
        Number of independent regressors $p$; if not 0, the score is adjusted to
        $1 - (1 - R^2) (n - 1) / (n - p - 1)$.
    name : str
    dtype : str, optional

    Raises
    ------
    ValueError
        For unknown aggregations, a negative `num_regressors`, or targets that are not (batch,
        outputs).

    Examples
    --------
    >>> metric = R2Score()
    >>> metric.update_state([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])
    >>> round(float(metric.result()), 4)
    0.5714
    """

    _direction = "up"

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if class_aggregation not in _AGGREGATIONS:
            raise ValueError(
                f"`class_aggregation` must be one of {_AGGREGATIONS}, not {class_aggregation!r}."
            )
        if num_regressors < 0:
            raise ValueError(f"`num_regressors` must be at least 0, not {num_regressors}.")
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), "zeros", name="num_samples")
        self._built = False

    def _build(self, outputs: int) -> None:
        self.squared_sum = self.add_variable((outputs,), name="squared_sum")
        self.sum = self.add_variable((outputs,), name="sum")
        self.total_mse = self.add_variable((outputs,), name="residual")
        self.count = self.add_variable((outputs,), name="count")
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch of shape (batch, outputs)."""
        y_true, y_pred = to_dtype(y_true, self.dtype), to_dtype(y_pred, self.dtype)
        y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        if len(y_pred.shape) != 2 or len(y_true.shape) != 2:
            raise ShapeError(
                "R2Score takes targets and predictions of shape (batch, outputs), not "
                f"{tuple(y_true.shape)} and {tuple(y_pred.shape)}."
            )
        if not self._built:
            self._build(y_pred.shape[-1])
        weight = to_dtype(1.0 if sample_weight is None else sample_weight, self.dtype)
        if len(weight.shape) == 1:
            weight = ops.expand_dims(weight, 1)
        weight = ops.broadcast_to(weight, y_true.shape)
        weighted = ops.multiply(y_true, weight)
        residual = ops.multiply(ops.square(ops.subtract(y_true, y_pred)), weight)
        self.sum.assign_add(ops.sum(weighted, axis=0))
        self.squared_sum.assign_add(ops.sum(ops.multiply(y_true, weighted), axis=0))
        self.total_mse.assign_add(ops.sum(residual, axis=0))
        self.count.assign_add(ops.sum(weight, axis=0))
        self.num_samples.assign_add(float(y_true.shape[0] * y_true.shape[1]))

    def result(self) -> Any:
        """Return the score."""
        if not self._built:
            return ops.copy(self.num_samples)
        total = ops.subtract(self.squared_sum, ops.divide(ops.square(self.sum), self.count))
        scores = ops.subtract(1.0, ops.divide(self.total_mse, total))
        scores = ops.where(ops.isinf(scores), ops.zeros_like(scores), scores)
        if self.class_aggregation == "uniform_average":
            scores = ops.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = ops.divide(ops.sum(ops.multiply(total, scores)), ops.sum(total))
        return self._adjusted(scores) if self.num_regressors else scores

    def _adjusted(self, scores: Any) -> Any:
        samples = self.num_samples.value
        freedom = ops.subtract(samples, 1.0 + self.num_regressors)
        enough = ops.greater(freedom, 0.0)  # too few samples: the score as it is
        safe = ops.where(enough, freedom, ops.ones_like(freedom))
        unexplained = ops.multiply(ops.subtract(1.0, scores), ops.subtract(samples, 1.0))
        return ops.where(enough, ops.subtract(1.0, ops.divide(unexplained, safe)), scores)
