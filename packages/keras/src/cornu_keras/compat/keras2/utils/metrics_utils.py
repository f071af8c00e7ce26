"""`keras.utils.metrics_utils`: names that metrics are made with."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, ClassVar

import cornu_ops as ops
from cornu_keras.compat.keras2.utils.generic_utils import to_list

__all__ = [
    "AUCCurve",
    "AUCSummationMethod",
    "ConfusionMatrix",
    "Reduction",
    "assert_thresholds_range",
    "filter_top_k",
    "parse_init_thresholds",
    "to_list",
]

NEG_INF = -1e10


class Reduction:
    """How the values of batches become one."""

    SUM: ClassVar[str] = "sum"
    SUM_OVER_BATCH_SIZE: ClassVar[str] = "sum_over_batch_size"
    WEIGHTED_MEAN: ClassVar[str] = "weighted_mean"


class ConfusionMatrix(Enum):
    """The four counts of two classes."""

    TRUE_POSITIVES = "tp"
    FALSE_POSITIVES = "fp"
    TRUE_NEGATIVES = "tn"
    FALSE_NEGATIVES = "fn"


class _Named(str, Enum):
    """A member of an enumeration that is its name: the metrics here take names."""

    @classmethod
    def from_str(cls, key: str) -> Any:
        """Return the member of a name."""
        for member in cls:
            if key in (member.value, member.name, member.name.capitalize()):
                return member
        raise ValueError(f"Invalid {cls.__name__} value {key!r}.")


class AUCCurve(_Named):
    """Which curve an area lies under."""

    ROC = "ROC"
    PR = "PR"


class AUCSummationMethod(_Named):
    """How the area under a curve is summed."""

    INTERPOLATION = "interpolation"
    MAJORING = "majoring"
    MINORING = "minoring"


def assert_thresholds_range(thresholds: Iterable[Any]) -> None:
    """Raise ValueError for thresholds outside of 0 … 1.

    Examples
    --------
    >>> assert_thresholds_range([0.0, 0.5])
    """
    wrong = [t for t in thresholds if t is None or t < 0 or t > 1]
    if wrong:
        raise ValueError(f"Threshold values must be in [0, 1]. Invalid values: {wrong}")


def parse_init_thresholds(thresholds: Any, default_threshold: float = 0.5) -> list[Any]:
    """Return thresholds as a list, the default where there are none.

    Examples
    --------
    >>> parse_init_thresholds(None), parse_init_thresholds(0.2)
    ([0.5], [0.2])
    """
    if thresholds is not None:
        assert_thresholds_range(to_list(thresholds, allow_tuple=True))
    return to_list(default_threshold if thresholds is None else thresholds, allow_tuple=True)


def filter_top_k(x: Any, k: int) -> Any:
    """Return values with all but the `k` largest of the last axis far below zero.

    Examples
    --------
    >>> filter_top_k([[1.0, 3.0, 2.0]], 2)[0, 1:]
    array([3., 2.], dtype=float32)
    """
    x = ops.convert_to_tensor(x)
    _, places = ops.top_k(x, k, sorted=False)
    chosen = ops.sum(ops.one_hot(places, x.shape[-1], axis=-1), axis=-2)
    return x * chosen + NEG_INF * (1 - chosen)
