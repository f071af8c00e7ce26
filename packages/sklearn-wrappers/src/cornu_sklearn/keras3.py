"""The estimators of Keras 3: `SKLearnClassifier`, `SKLearnRegressor`, `SKLearnTransformer`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin

from cornu import Model
from cornu_sklearn import defaults
from cornu_sklearn.base import Estimator
from cornu_sklearn.classifier import Classifying
from cornu_sklearn.regressor import Regressing
from cornu_sklearn.targets import Values


class _Keras3(Estimator):
    """Parameters as in Keras 3."""

    def __init__(
        self,
        model: Any = None,
        warm_start: bool = False,
        model_kwargs: dict[str, Any] | None = None,
        fit_kwargs: dict[str, Any] | None = None,
        *,
        random_state: Any = None,
        threads: int | None = 1,
        **sk_params: Any,
    ) -> None:
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs
        self.random_state = random_state
        self.threads = threads
        self._set_extra(sk_params)

    def _fit_arguments(self) -> dict[str, Any]:
        return {"verbose": 0, **super()._fit_arguments(), **(self.fit_kwargs or {})}


class SKLearnClassifier(Classifying, _Keras3):
    """Keras 3's estimator for classes.

    Parameters
    ----------
    model : function, Model or None
        A function of `X`, `y` and `model_kwargs` that returns a model, compiled or not; a model,
        which is copied for each fit; or None for a network sized from the data.
    warm_start : bool
        Whether `fit` goes on with the weights there are.
    model_kwargs : dict, optional
        Arguments of the function. `set_params(model__units=64)` sets one.
    fit_kwargs : dict, optional
        Arguments of `Model.fit`; those given to `fit` itself come first.
    random_state : int, RandomState or None
        As for `KerasClassifier`.
    threads : int or None
        As for `KerasClassifier`.
    **sk_params
        As for `KerasClassifier`.

    Attributes
    ----------
    model_ : Model
        The trained model.
    history_ : dict of str to list
        Loss and metrics after each epoch.
    classes_ : numpy.ndarray
        The labels, sorted.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = SKLearnClassifier(random_state=0).fit(X, y)
    >>> bool(classifier.score(X, y) > 0.95)
    True
    """


class SKLearnRegressor(Regressing, _Keras3):
    """Keras 3's estimator for numbers.

    Parameters
    ----------
    model, warm_start, model_kwargs, fit_kwargs, random_state, threads, **sk_params
        As for `SKLearnClassifier`.

    Attributes
    ----------
    model_ : Model
        The trained model.
    history_ : dict of str to list
        Loss and metrics after each epoch.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> regressor = SKLearnRegressor(random_state=0).fit(X, y)
    >>> bool(regressor.score(X, y) > 0.5)
    True
    """


class SKLearnTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, _Keras3):
    """Keras 3's estimator that puts a model's output in the place of its input.

    Without a model it learns to restate X from a few numbers, and these are its output.

    Parameters
    ----------
    model, warm_start, model_kwargs, fit_kwargs, random_state, threads, **sk_params
        As for `SKLearnClassifier`.

    Attributes
    ----------
    model_ : Model
        The trained model.
    history_ : dict of str to list
        Loss and metrics after each epoch.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> SKLearnTransformer(random_state=0).fit_transform(X).shape
    (150, 2)
    """

    _encoder: Any = None

    @property
    def _default_model(self) -> Callable[..., Model]:
        return defaults.autoencoder

    def _check_data(self, X: Any, y: Any, reset: bool) -> tuple[np.ndarray, np.ndarray]:
        if y is None or self._given_model() is None:
            X = self._check_X(X, reset=reset)
            return X, X.reshape(len(X), -1)
        X, y = self._check_X(X, y=y, reset=reset, multi_output=True, y_numeric=True)
        return X, y

    def _make_target(self, y: np.ndarray, classes: Any) -> Values:
        return Values(y)

    def transform(self, X: Any = None, **kwargs: Any) -> np.ndarray:
        """Return the model's output.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
        **kwargs
            Arguments of `Model.predict`: `batch_size`, `verbose`.

        Returns
        -------
        numpy.ndarray of shape (n_samples, n_outputs)
        """
        return self._raw(X, kwargs)

    def _new_model(self, X: np.ndarray, y: np.ndarray) -> tuple[Model, int]:
        model, units = super()._new_model(X, y)
        self._encoder = self._encoder_of(model)
        self._n_features_out = units if self._encoder is None else self._encoder.output_shape[-1]
        return model, units

    def _encoder_of(self, model: Model) -> Model | None:
        """Return the first half of our own autoencoder; None for a model that was given."""
        is_ours = self._given_model() is None and defaults.CODE in [x.name for x in model.layers]
        return Model(model.inputs, model.get_layer(defaults.CODE).output) if is_ours else None

    def _asked_model(self) -> Model:
        return self.model_ if self._encoder is None else self._encoder

    def __getstate__(self) -> dict[str, Any]:
        return {n: v for n, v in super().__getstate__().items() if n != "_encoder"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if self.__sklearn_is_fitted__():
            self._encoder = self._encoder_of(self.model_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = False
        tags.transformer_tags.preserves_dtype = []
        return tags
