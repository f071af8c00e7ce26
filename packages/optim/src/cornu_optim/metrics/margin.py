"""Margin losses as metrics."""

from __future__ import annotations

from typing import Any

from cornu.base.metric import MeanMetricWrapper
from cornu_optim.losses import margin


class Hinge(MeanMetricWrapper):
    """Mean hinge loss; see `cornu.losses.Hinge`.

    Parameters
    ----------
    name : str
    dtype : str, optional

    Examples
    --------
    >>> metric = Hinge()
    >>> metric.update_state([[1.0, -1.0]], [[0.5, 0.5]])
    >>> float(metric.result())
    1.0
    """

    _direction = "down"

    def __init__(self, name: str = "hinge", dtype: Any = None) -> None:
        super().__init__(margin.hinge, name, dtype)


class SquaredHinge(MeanMetricWrapper):
    """Mean squared hinge loss; see `cornu.losses.SquaredHinge`.

    Parameters
    ----------
    name : str
    dtype : str, optional

    Examples
    --------
    >>> metric = SquaredHinge()
    >>> metric.update_state([[1.0, -1.0]], [[0.5, 0.5]])
    >>> float(metric.result())
    1.25
    """

    _direction = "down"

    def __init__(self, name: str = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(margin.squared_hinge, name, dtype)


class CategoricalHinge(MeanMetricWrapper):
    """Mean categorical hinge loss; see `cornu.losses.CategoricalHinge`.

    Parameters
    ----------
    name : str
    dtype : str, optional

    Examples
    --------
    >>> metric = CategoricalHinge()
    >>> metric.update_state([[0.0, 1.0]], [[0.5, 0.75]])
    >>> float(metric.result())
    0.75
    """

    _direction = "down"

    def __init__(self, name: str = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(margin.categorical_hinge, name, dtype)
