"""Losses of distributions as metrics."""

from __future__ import annotations

from typing import Any

from cornu.base.metric import MeanMetricWrapper
from cornu_optim.losses import crossentropy, divergence


class BinaryCrossentropy(MeanMetricWrapper):
    """Mean binary crossentropy; see `cornu.losses.BinaryCrossentropy`.

    Parameters
    ----------
    name : str
    dtype : str, optional
    from_logits : bool
        Whether predictions have not been through a sigmoid.
    label_smoothing : float
        How far targets are moved towards one half.

    Examples
    --------
    >>> metric = BinaryCrossentropy()
    >>> metric.update_state([[0.0], [1.0]], [[0.1], [0.9]])
    >>> round(float(metric.result()), 4)
    0.1054
    """

    _direction = "down"
    from_logits: bool
    label_smoothing: float
    axis: int

    def __init__(
        self,
        name: str = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        super().__init__(
            crossentropy.binary_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
        )


class CategoricalCrossentropy(MeanMetricWrapper):
    """Mean crossentropy of one-hot targets; see `cornu.losses.CategoricalCrossentropy`.

    Parameters
    ----------
    name : str
    dtype : str, optional
    from_logits : bool
        Whether predictions have not been through a softmax.
    label_smoothing : float
        How far targets are moved towards the uniform distribution.
    axis : int
        Of the classes.

    Examples
    --------
    >>> metric = CategoricalCrossentropy()
    >>> metric.update_state([[0, 1, 0]], [[0.05, 0.9, 0.05]])
    >>> round(float(metric.result()), 4)
    0.1054
    """

    _direction = "down"
    from_logits: bool
    label_smoothing: float
    axis: int

    def __init__(
        self,
        name: str = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        super().__init__(
            crossentropy.categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """Mean crossentropy of class numbers; see `cornu.losses.SparseCategoricalCrossentropy`.

    Parameters
    ----------
    name : str
    dtype : str, optional
    from_logits : bool
        Whether predictions have not been through a softmax.
    ignore_class : int, optional
        Positions of this class count as 0.
    axis : int
        Of the classes.

    Examples
    --------
    >>> metric = SparseCategoricalCrossentropy()
    >>> metric.update_state([1], [[0.05, 0.9, 0.05]])
    >>> round(float(metric.result()), 4)
    0.1054
    """

    _direction = "down"
    from_logits: bool
    ignore_class: int | None
    axis: int

    def __init__(
        self,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        super().__init__(
            crossentropy.sparse_categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )


class KLDivergence(MeanMetricWrapper):
    """Mean Kullback-Leibler divergence; see `cornu.losses.KLDivergence`.

    Parameters
    ----------
    name : str
    dtype : str, optional

    Examples
    --------
    >>> metric = KLDivergence()
    >>> metric.update_state([[0.5, 0.5]], [[0.25, 0.75]])
    >>> round(float(metric.result()), 4)
    0.1438
    """

    _direction = "down"

    def __init__(self, name: str = "kl_divergence", dtype: Any = None) -> None:
        super().__init__(divergence.kl_divergence, name, dtype)


class Poisson(MeanMetricWrapper):
    """Mean Poisson loss; see `cornu.losses.Poisson`.

    Parameters
    ----------
    name : str
    dtype : str, optional

    Examples
    --------
    >>> metric = Poisson()
    >>> metric.update_state([[0.0, 2.0]], [[1.0, 1.0]])
    >>> round(float(metric.result()), 4)
    1.0
    """

    _direction = "down"

    def __init__(self, name: str = "poisson", dtype: Any = None) -> None:
        super().__init__(divergence.poisson, name, dtype)
