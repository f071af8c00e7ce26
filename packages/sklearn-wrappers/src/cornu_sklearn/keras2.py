"""`BaseWrapper`: what the estimators of Keras 2 and SciKeras share."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_sklearn.base import Estimator
from cornu_sklearn.predicting import Predicting
from cornu_sklearn.targets import Target, Values


class BaseWrapper(Predicting, Estimator):
    """A model as an estimator that is neither a classifier nor a regressor, to build others on.

    It takes numbers and predicts what the model puts out. Subclasses may bring the function that
    makes the model as `_keras_build_fn`, what `score` says as `scorer`, and for models of several
    inputs or outputs the properties `feature_encoder` and `target_encoder`.

    Parameters
    ----------
    model, warm_start, random_state, optimizer, loss, metrics, batch_size, validation_batch_size, \
    verbose, callbacks, validation_split, shuffle, run_eagerly, epochs, threads, **sk_params
        As for `KerasClassifier`.
    build_fn : function
        Keras 2's name of `model`, one of `sk_params`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import Sequential, layers
    >>> def twins(units=2):
    ...     return Sequential([layers.Dense(units)])
    >>> X = np.arange(12.0).reshape(6, 2)
    >>> BaseWrapper(twins, loss="mse", random_state=0).fit(X, X).predict(X).shape
    (6, 2)
    """

    def __init__(
        self,
        model: Any = None,
        *,
        warm_start: bool = False,
        random_state: Any = None,
        optimizer: Any = None,
        loss: Any = None,
        metrics: Any = None,
        batch_size: int | None = None,
        validation_batch_size: int | None = None,
        verbose: Any = 0,
        callbacks: Any = None,
        validation_split: float = 0.0,
        shuffle: bool = True,
        run_eagerly: bool = False,
        epochs: int | None = None,
        threads: int | None = 1,
        **sk_params: Any,
    ) -> None:
        self.model = model
        self.warm_start = warm_start
        self.random_state = random_state
        self.optimizer = optimizer
        self.loss = loss
        self.metrics = metrics
        self.batch_size = batch_size
        self.validation_batch_size = validation_batch_size
        self.verbose = verbose
        self.callbacks = callbacks
        self.validation_split = validation_split
        self.shuffle = shuffle
        self.run_eagerly = run_eagerly
        self.epochs = epochs
        self.threads = threads
        self._set_extra(sk_params)

    def _check_data(self, X: Any, y: Any, reset: bool) -> tuple[np.ndarray, np.ndarray]:
        return self._check_X(X, y=y, reset=reset, multi_output=True, y_numeric=True)

    def _make_target(self, y: np.ndarray, classes: Any) -> Target:
        return Values(y)

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> Any:
        """Train for one more epoch on these rows.

        Parameters
        ----------
        X, y, sample_weight, **kwargs
            As in `fit`.
        """
        return self._fit(X, y, sample_weight, {"epochs": 1, **kwargs}, go_on=True)
