"""The parameters of an estimator as scikit-learn asks for them and sets them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sklearn.base import BaseEstimator

from cornu import Model
from cornu.base.naming import fresh_names
from cornu_engine.errors import UnknownNameError
from cornu_sklearn import defaults, parameters, parts


class Parameterized(BaseEstimator):
    """Parameters of the signature, and beside them any that has a place to go to."""

    def _given_model(self) -> Any:
        """Return the model or function that was given, or None."""
        for name in ("model", parameters.OLDER_MODEL, "_keras_build_fn"):  # the last of SciKeras
            given = getattr(self, name, None)
            if given is not None:
                return given
        return self if callable(self) else None  # subclasses of Keras 2's wrappers are

    @property
    def _default_model(self) -> Callable[..., Model]:
        """The function that makes a model where none is given."""
        return defaults.network

    @classmethod
    @lru_cache
    def _get_param_names(cls) -> list[str]:
        return list(super()._get_param_names())  # asked for five times in each fit of a search

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return all parameters by name.

        Parameters
        ----------
        deep : bool
            Whether to name what can be set inside of the model's function and of the optimizer too:
            `model__units`, `optimizer__learning_rate`.
        """
        named = super().get_params(deep=False)
        named.update({name: getattr(self, name) for name in parameters.extra_names(self)})
        return {**self._inner_params(), **named} if deep else named

    def _inner_params(self) -> dict[str, Any]:
        given = self._given_model()
        function = self._default_model if given is None else given
        inner = {}
        if callable(function) and not isinstance(function, Model):
            hidden = {*parameters.own_names(self), *parameters.extra_names(self)}
            for name, parameter in parameters.parameters_of(function).items():
                if parameter.default is not parameter.empty and name not in hidden:
                    inner[f"model__{name}"] = parameter.default
        optimizer = getattr(self, "optimizer", None)
        if optimizer is not None:
            try:
                with fresh_names():
                    settings = parts.make("optimizer", optimizer, {}).get_config()
            except (UnknownNameError, TypeError, ValueError, AttributeError):
                settings = {}  # `fit` will say what is wrong with it
            inner.update({f"optimizer__{name}": v for name, v in settings.items()})
        return inner

    def set_params(self, **params: Any) -> Any:
        """Set parameters by name.

        Raises
        ------
        UnknownNameError
            For a name that goes nowhere, with those that were perhaps meant.
        """
        for name, value in params.items():
            setattr(self, name, value)
        known = parameters.own_names(self)
        try:
            parameters.check_names(self, [name for name in params if name not in known])
        except UnknownNameError:
            for name in params:
                if name not in known and name in vars(self):
                    delattr(self, name)
            raise
        return self

    def check_params(self, params: dict[str, Any]) -> None:
        """Refuse names that go nowhere (Keras 2).

        Parameters
        ----------
        params : dict
            Parameters by name; only the names matter.

        Raises
        ------
        UnknownNameError
            With the names that were perhaps meant.
        """
        parameters.check_names(self, params)

    def filter_sk_params(
        self, fn: Callable[..., Any], override: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the parameters that are arguments of a function (Keras 2).

        Parameters
        ----------
        fn : function
        override : dict, optional
            Added to what was found.
        """
        known = parameters.parameters_of(fn)
        kept = {n: getattr(self, n) for n in parameters.all_names(self) if n in known}
        return {**kept, **(override or {})}

    def _set_extra(self, params: dict[str, Any]) -> None:
        """Keep parameters that are not in the signature; for `__init__`."""
        if params:
            Parameterized.set_params(self, **params)
