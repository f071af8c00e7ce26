"""Losses: values per sample, weighted, masked and reduced to a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cornu_ops as ops
from cornu.base.configurable import Configurable, plain
from cornu.base.naming import auto_name
from cornu_data.symbolic.masks import get_mask
from cornu_ops.targets import check_takes_two, takes_integers
from cornu_ops.weighted import (
    check_reduction,
    dtype_name,
    reduce_weighted_values,
    squeeze_or_expand_to_same_rank,
    to_dtype,
)


class Loss(Configurable):
    r"""Base class of losses.

    A subclass writes `call`, which gives one value per sample (or per sample and position);
    `__call__` turns them into the number that is minimised:

    ================================= ============================================================
    `reduction`                       result for values $l$, weights $w$
    ================================= ============================================================
    `"sum_over_batch_size"`, `"mean"` $\sum l w / \text{number of values}$
    `"sum"`                           $\sum l w$
    `"mean_with_sample_weight"`       $\sum l w / \sum w$
    `"none"` or `None`                $l w$, not reduced
    ================================= ============================================================

    Parameters
    ----------
    name : str, optional
        Name in logs; the class name in snake case otherwise.
    reduction : str or None
        One of the table.
    dtype : str, optional
        Dtype of the computation; `cornu.config.floatx()` otherwise.

    Raises
    ------
    ValueError
        For an unknown `reduction`.

    Examples
    --------
    >>> class CubicError(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return ops.mean(ops.abs(y_true - y_pred) ** 3, axis=-1)
    >>> float(CubicError()([[0.0], [0.0]], [[1.0], [2.0]]))
    4.5
    """

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        self.name = name or auto_name(type(self).__name__)
        self.reduction = check_reduction(reduction)
        self.dtype = dtype_name(dtype)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Return the reduced loss.

        Positions that the mask of `y_pred`, or one that `call` gives its result, leaves out do not
        count: a mean is then over the others alone.

        Parameters
        ----------
        y_true, y_pred : array, or nested lists and dicts of arrays
            Targets and predictions, first axis the batch.
        sample_weight : array, optional
            Weight of each sample `(batch,)` or of each position `(batch, time)`.
        """
        mask = get_mask(y_pred)
        y_pred = _map(lambda x: to_dtype(x, self.dtype), y_pred)
        y_true = _map(self._convert_target, y_true)
        values = self.call(y_true, y_pred)
        mask = _both(mask, get_mask(values))
        return reduce_weighted_values(values, sample_weight, mask, self.reduction, self.dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each sample. Subclasses write this."""
        raise NotImplementedError(
            f"{type(self).__name__} must define call(self, y_true, y_pred), returning one value "
            "per sample."
        )

    def _convert_target(self, y_true: Any) -> Any:
        return to_dtype(y_true, self.dtype)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} reduction={self.reduction!r}>"


class LossFunctionWrapper(Loss):
    """A loss from a function `fn(y_true, y_pred, **kwargs)` giving per-sample values.

    Parameters
    ----------
    fn : callable
        The function. What it takes as targets it may say by `cornu_ops.targets.takes`.
    reduction : str or None
        As in `Loss`.
    name : str, optional
        Name in logs.
    dtype : str, optional
        Dtype of the computation.
    **kwargs
        Passed to `fn`.

    Examples
    --------
    >>> def half_squared_error(y_true, y_pred, scale=0.5):
    ...     return scale * ops.mean((y_true - y_pred) ** 2, axis=-1)
    >>> loss = LossFunctionWrapper(half_squared_error, name="half", scale=2.0)
    >>> float(loss([[1.0]], [[3.0]]))
    8.0
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        check_takes_two(fn, kwargs, "loss")
        self.fn = fn
        self._fn_kwargs = kwargs
        if type(self) is not LossFunctionWrapper:
            vars(self).update(kwargs)  # a subclass's own arguments, as its config reads them

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return `fn` of the two, after `(n,)` and `(n, 1)` have been brought to one rank."""
        if not isinstance(y_pred, (dict, list, tuple)):
            y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def _convert_target(self, y_true: Any) -> Any:
        if takes_integers(self):
            return ops.convert_to_tensor(y_true)
        return super()._convert_target(y_true)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal loss; of a bare wrapper, the function too."""
        if type(self) is not LossFunctionWrapper:
            return super().get_config()
        own = {"name": self.name, "reduction": self.reduction, "dtype": self.dtype}
        return {**own, "fn": plain(self.fn), **plain(self._fn_kwargs)}


def _both(mask: Any, other: Any) -> Any:
    if mask is None or other is None:
        return other if mask is None else mask
    return ops.logical_and(mask, other)


def _map(function: Callable[[Any], Any], value: Any) -> Any:
    """Apply `function` to the arrays of a structure; a list of numbers is an array itself."""
    if isinstance(value, dict):
        return {key: _map(function, item) for key, item in value.items()}
    if isinstance(value, (list, tuple)) and any(hasattr(item, "shape") for item in value):
        made = [_map(function, item) for item in value]
        return type(value)(*made) if hasattr(value, "_fields") else type(value)(made)
    return function(value)
