"""`KerasClassifier`: a model that tells classes apart, as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import ClassifierMixin
from sklearn.utils import compute_sample_weight

from cornu_sklearn.base import Estimator
from cornu_sklearn.keras2 import BaseWrapper
from cornu_sklearn.labels import as_labels, classes_of
from cornu_sklearn.predicting import Predicting
from cornu_sklearn.targets import Target


class Classifying(Predicting, ClassifierMixin, Estimator):
    """What classifiers add: labels, probabilities, class weights.

    Attributes
    ----------
    classes_ : numpy.ndarray
        The labels, sorted.
    n_classes_ : int
        How many there are.
    """

    _can_weigh_classes = True

    def _check_data(self, X: Any, y: Any, reset: bool) -> tuple[np.ndarray, np.ndarray]:
        y = y.toarray() if issparse(y) else y
        X, y = self._check_X(X, y=y, reset=reset, multi_output=True)
        return X, as_labels(y)

    def _make_target(self, y: np.ndarray, classes: Any) -> Target:
        return classes_of(y, classes)

    def _class_weights(self, y: np.ndarray, given: Any) -> np.ndarray | None:
        given = given.to_dict() if hasattr(given, "to_dict") else given  # a series of pandas
        return None if given is None else compute_sample_weight(given, y)

    def predict_proba(self, X: Any = None, **kwargs: Any) -> np.ndarray:
        """Return the probability of each class.

        Parameters
        ----------
        X, **kwargs
            As in `predict`.

        Returns
        -------
        numpy.ndarray of shape (n_samples, n_classes)

        Raises
        ------
        ValueError
            If what the model puts out are no probabilities.
        """
        raw = self._raw(X, kwargs)
        return self.target_encoder_.probabilities(raw)

    def decision_function(self, X: Any = None, **kwargs: Any) -> np.ndarray:
        """Return a score for each class, the larger the more likely; for two classes that of the
        second, positive where it is predicted.

        Parameters
        ----------
        X, **kwargs
            As in `predict`.

        Returns
        -------
        numpy.ndarray of shape (n_samples,) or (n_samples, n_classes)
        """
        raw = self._raw(X, kwargs)
        return self.target_encoder_.decision(raw)

    @staticmethod
    def scorer(y_true: Any, y_pred: Any, **kwargs: Any) -> float:
        """Return the share of right predictions."""
        from sklearn.metrics import accuracy_score

        return float(accuracy_score(y_true, y_pred, **kwargs))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # A model that is given as an object can do what its last layer can.
        units = self._fixed_units()
        tags.classifier_tags.multi_label = units is None
        tags.classifier_tags.multi_class = units is None or units > 2
        return tags


class KerasClassifier(Classifying, BaseWrapper):
    """A model that tells classes apart, as a scikit-learn estimator.

    Parameters
    ----------
    model : function, Model or None
        A function that returns a model, compiled or not; a model, which is copied for each fit; or
        None for a network sized from the data. Arguments of the function are parameters of the
        estimator: `units` can be set as `model__units=64`, or as `units=64`.
    build_fn : function or Model, optional
        Keras 2's name of `model`.
    warm_start : bool
        Whether `fit` goes on with the weights there are.
    random_state : int, RandomState or None
        Weights, shuffling and dropout follow from it. None follows `cornu.set_seed` if it was
        called, else NumPy's global generator.
    optimizer : str, class or Optimizer, optional
        For a model that is not compiled ("rmsprop" by default), or instead of its own. Its
        arguments are set as `optimizer__learning_rate=0.01`.
    loss : str, class, function or Loss, optional
        By default one that fits the target.
    metrics : str, class, Metric, or list or dict of them, optional
        What `history_` holds beside the loss.
    batch_size : int, optional
        Rows per step, 32 by default; -1 for all of them.
    validation_batch_size : int, optional
        By default `batch_size`.
    verbose : {0, 1, 2, "auto"}
        Silent, progress bar, one line per epoch.
    callbacks : Callback, class, or list or dict of them, optional
        Each fit gets copies. Their arguments are set as `callbacks__patience=5`.
    validation_split : float
        Share of the rows to validate on after each epoch: drawn with the same share of each class,
        or the last rows with `shuffle=False`.
    shuffle : bool
        Whether each epoch has its own order. If so, the order of the rows in X makes no difference.
    run_eagerly : bool
        Whether to run the model line by line, for the debugger.
    epochs : int, optional
        1 by default, as in Keras; without a `model` as many as the data needs.
    threads : int or None
        Threads for each fit and prediction. With 1 a search with `n_jobs` uses each core once, and
        gives the same scores, bit for bit, with any number of jobs. None is for one large model:
        all cores.
    class_weight : dict, series or "balanced", optional
        Weight of each class in the loss.
    **sk_params
        Arguments of the function, of `Model.fit` or `Model.predict`; or routed by a prefix:
        `model__`, `fit__`, `predict__`, `compile__`, `optimizer__`, `loss__`, `metrics__`,
        `callbacks__`.

    Attributes
    ----------
    model_ : Model
        The trained model.
    history_ : dict of str to list
        Loss and metrics after each epoch.
    classes_ : numpy.ndarray
        The labels, sorted.
    n_classes_, n_features_in_, n_outputs_ : int
    feature_names_in_ : numpy.ndarray
        Names of the columns, where X is a data frame.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = KerasClassifier(random_state=0).fit(X, y)
    >>> bool(classifier.score(X, y) > 0.95)
    True
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
        class_weight: Any = None,
        **sk_params: Any,
    ) -> None:
        super().__init__(
            model,
            warm_start=warm_start,
            random_state=random_state,
            optimizer=optimizer,
            loss=loss,
            metrics=metrics,
            batch_size=batch_size,
            validation_batch_size=validation_batch_size,
            verbose=verbose,
            callbacks=callbacks,
            validation_split=validation_split,
            shuffle=shuffle,
            run_eagerly=run_eagerly,
            epochs=epochs,
            threads=threads,
        )
        self.class_weight = class_weight
        self._set_extra(sk_params)

    def partial_fit(  # type: ignore[override]  # the order of scikit-learn's classifiers
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None, **kwargs: Any
    ) -> KerasClassifier:
        """Train for one more epoch on these rows.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`.
        classes : array, optional
            All labels there will be; for the first call, where y does not hold each of them.
        **kwargs
            As in `fit`.
        """
        options = {"epochs": 1, **kwargs}
        return self._fit(X, y, sample_weight, options, go_on=True, classes=classes)
