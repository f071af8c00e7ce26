"""`KerasRegressor`: a model that predicts numbers, as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import column_or_1d

from cornu_sklearn.base import Estimator
from cornu_sklearn.defaults import deviation
from cornu_sklearn.keras2 import BaseWrapper
from cornu_sklearn.predicting import Predicting
from cornu_sklearn.targets import Target, Values


class Regressing(Predicting, RegressorMixin, Estimator):
    """What regressors add: a target of numbers, one column or several."""

    def _check_data(self, X: Any, y: Any, reset: bool) -> tuple[np.ndarray, np.ndarray]:
        X, y = self._check_X(X, y=y, reset=reset, multi_output=True, y_numeric=True)
        if y.dtype.kind in "mM":
            raise ValueError(
                f"y holds dates or durations (dtype {y.dtype}), and a regression is of numbers. "
                "Subtract a date and divide by a unit: (y - y.min()) / np.timedelta64(1, 'D')."
            )
        if self._fixed_units() == 1 and y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return X, y

    def _make_target(self, y: np.ndarray, classes: Any) -> Target:
        return Values(y)

    def _meta(self, X: np.ndarray, y: np.ndarray) -> dict[str, Any]:
        return {**super()._meta(X, y), "y_scale": deviation(y.reshape(len(y), -1))}

    @staticmethod
    def scorer(y_true: Any, y_pred: Any, **kwargs: Any) -> float:
        """Return R², the share of the variance of y that is predicted."""
        from sklearn.metrics import r2_score

        return float(r2_score(y_true, y_pred, **kwargs))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = self._fixed_units() != 1
        return tags


class KerasRegressor(Regressing, BaseWrapper):
    """A model that predicts numbers, as a scikit-learn estimator.

    Parameters
    ----------
    model : function, Model or None
        As for `KerasClassifier`, with which it shares all parameters but `class_weight`.
    build_fn, warm_start, random_state, optimizer, loss, metrics, batch_size, \
    validation_batch_size, verbose, callbacks, validation_split, shuffle, run_eagerly, epochs, \
    threads, **sk_params
        As for `KerasClassifier`; the loss is "mse" by default.

    Attributes
    ----------
    model_ : Model
        The trained model.
    history_ : dict of str to list
        Loss and metrics after each epoch.
    n_features_in_, n_outputs_ : int
    feature_names_in_ : numpy.ndarray
        Names of the columns, where X is a data frame.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> regressor = KerasRegressor(random_state=0).fit(X, y)
    >>> bool(regressor.score(X, y) > 0.5)
    True
    """
