"""`predict` and `score`, as classifiers and regressors have them."""

from __future__ import annotations

from typing import Any

import numpy as np


class Predicting:
    """Predictions in the form of y, and how good they are."""

    target_encoder_: Any
    _raw: Any

    def predict(self, X: Any = None, **kwargs: Any) -> np.ndarray:
        """Return the prediction for each row: its class, or a number.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Keras 2's name, `x=`, works too.
        **kwargs
            Arguments of `Model.predict`: `batch_size`, `verbose`.

        Returns
        -------
        numpy.ndarray of shape (n_samples,) or (n_samples, n_outputs)
        """
        raw = self._raw(X, kwargs)
        return self.target_encoder_.decode(raw)

    @staticmethod
    def scorer(y_true: Any, y_pred: Any, **kwargs: Any) -> float:
        """Return what `score` says of predictions; a subclass may say something else (SciKeras).

        Parameters
        ----------
        y_true, y_pred : array
        **kwargs
            `sample_weight`.
        """
        raise TypeError("There is no scorer(y_true, y_pred): a subclass has to bring it.")

    def score(
        self, X: Any = None, y: Any = None, sample_weight: Any = None, **kwargs: Any
    ) -> float:
        """Return how good the predictions are: the share of right ones, or R² of numbers.

        Parameters
        ----------
        X, y : array
            Keras 2's name, `x=`, works too.
        sample_weight : array of shape (n_samples,), optional
        **kwargs
            As in `predict`.
        """
        return self.scorer(y, self.predict(X, **kwargs), sample_weight=sample_weight)
