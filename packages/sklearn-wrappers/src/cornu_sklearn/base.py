"""What the estimators share: parameters, fitting, prediction, pickling."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from cornu import Model, config
from cornu.backends import limit_threads
from cornu.base.naming import fresh_names
from cornu.engine.reuse import reuse
from cornu.errors import UnknownNameError, near_matches
from cornu.random.seed import draw_seed, is_seeded, seed_scope
from cornu_sklearn import building, defaults, parameters, parts
from cornu_sklearn.display import visual_block
from cornu_sklearn.packing import Packed
from cornu_sklearn.samples import Samples, arrange, split
from cornu_sklearn.targets import Target

BATCH = 32


class FitHistory(dict[str, list[Any]]):
    """The value of each metric after each epoch, as a dict; `.history` is the same again."""

    @property
    def history(self) -> FitHistory:
        """The dict itself, for those who are used to Keras' `History`."""
        return self


class BaseWrapper(BaseEstimator):
    """Base of all estimators: a model that is made, trained and asked."""

    _can_weigh_classes: ClassVar[bool] = False
    model: Any
    warm_start: bool
    random_state: Any
    threads: int | None
    model_: Model
    target_encoder_: Any  # a Target

    # Parameters

    def _given_model(self) -> Any:
        """Return the model or function that was given, or None."""
        for name in ("model", "build_fn", "_keras_build_fn"):  # the last of SciKeras' subclasses
            given = getattr(self, name, None)
            if given is not None:
                return given
        return self if callable(self) else None  # subclasses of Keras 2's wrappers are

    @property
    def _default_model(self) -> Callable[..., Model]:
        return defaults.network

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return all parameters by name.

        Parameters
        ----------
        deep : bool
            Whether to name what can be set inside of the model's function and of the optimizer too:
            `model__units`, `optimizer__learning_rate`.
        """
        found = super().get_params(deep=False)
        found.update({name: getattr(self, name) for name in parameters.extra_names(self)})
        return {**self._inner_params(), **found} if deep else found

    def _inner_params(self) -> dict[str, Any]:
        given = self._given_model()
        function = self._default_model if given is None else given
        found = {}
        if callable(function) and not isinstance(function, Model):
            hidden = {*parameters.own_names(self), *parameters.extra_names(self)}
            for name, parameter in parameters.parameters_of(function).items():
                if parameter.default is not parameter.empty and name not in hidden:
                    found[f"model__{name}"] = parameter.default
        optimizer = getattr(self, "optimizer", None)
        if optimizer is not None:
            try:
                with fresh_names():
                    settings = parts.make("optimizer", optimizer, {}).get_config()
            except (UnknownNameError, TypeError, ValueError, AttributeError):
                settings = {}  # `fit` will say what is wrong with it
            found.update({f"optimizer__{name}": v for name, v in settings.items()})
        return found

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
        found = {n: getattr(self, n) for n in parameters.all_names(self) if n in known}
        return {**found, **(override or {})}

    def _set_extra(self, params: dict[str, Any]) -> None:
        """Keep parameters that are not in the signature; for `__init__`."""
        if params:
            BaseWrapper.set_params(self, **params)

    # Data

    def _check_X(self, X: Any, **options: Any) -> Any:
        reset = options.get("reset", True)
        found = validate_data(self, X, allow_nd=True, **options)
        x, *rest = found if isinstance(found, tuple) else (found,)
        if x.dtype.kind in "fb" or (not reset and self.X_dtype_.kind == "f"):
            x = self._in_floatx(x)
        if not reset and x.shape[1:] != self.X_shape_[1:]:
            raise ValueError(
                f"X has rows of shape {x.shape[1:]}, but {type(self).__name__} is expecting rows "
                f"of shape {self.X_shape_[1:]}, as in fit."
            )
        return (x, *rest) if rest else x

    def _in_floatx(self, x: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            narrow = x.astype(config.floatx(), copy=False)
        if narrow is not x and x.size and not np.isfinite(abs(narrow).max()):
            raise ValueError(
                f"Input X contains values too large for {config.floatx()}: scale it, for example "
                "with StandardScaler()."
            )
        return narrow

    def _check_data(self, X: Any, y: Any, reset: bool) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows and the target as arrays."""
        raise TypeError(f"{type(self).__name__} has no _check_data().")

    def _make_target(self, y: np.ndarray, classes: Any) -> Target:
        """Return the target of a first fit."""
        raise TypeError(f"{type(self).__name__} has no _make_target().")

    def _class_weights(self, y: np.ndarray, given: Any) -> np.ndarray | None:
        return None

    # Fitting

    def _fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        options: dict[str, Any],
        *,
        go_on: bool = False,
        classes: Any = None,
    ) -> Any:
        parameters.check_names(self, parameters.extra_names(self))
        _check_options(self, "fit", options)
        first = not (go_on and self.__sklearn_is_fitted__())
        X, y = self._check_data(X, y, reset=first)
        if sample_weight is not None:
            sample_weight = self._check_weights(sample_weight, X)
        if first:
            self.target_encoder_ = self._make_target(y, classes)
            self.target_type_ = self.target_encoder_.kind
            self.n_outputs_ = self.target_encoder_.n_outputs_
            self.n_outputs_expected_ = self.target_encoder_.n_outputs_expected_
            self.X_shape_, self.X_dtype_ = X.shape, X.dtype
            self._fits, self.history_ = 0, FitHistory()
        self._fits += 1
        seed = self._next_seed()
        arguments = {**self._fit_arguments(), **options}
        class_weight = self._class_weights(y, arguments.pop("class_weight", None))
        shuffle = bool(arguments.get("shuffle", True))
        codes = self.target_encoder_.codes(y)
        rows, weight = arrange(X, codes, sample_weight, class_weight, shuffle)
        X, y = X[rows], y[rows]
        with self._running(seed):
            if first:
                model, self._units = self._new_model(X, y)
            else:
                model = self.model_
            encoded = self.target_encoder_.encode(y, self._units, model.loss)
            self._train(model, Samples(X, encoded, weight), seed, arguments)
        self.model_ = model
        self._after_fit()
        return self

    def initialize(self, X: Any, y: Any = None) -> Any:
        """Make the model and train it for no epoch, so that `partial_fit` or `predict` can follow.

        Parameters
        ----------
        X, y : array
            As in `fit`.
        """
        return self._fit(X, y, None, {"epochs": 0})

    def _new_model(self, X: np.ndarray, y: np.ndarray) -> tuple[Model, int]:
        target = self.target_encoder_
        model = building.build(self, X, y, self._meta(X, y))
        shape, layer = building.ends(model, X)
        units = target.check_output(shape, layer)
        building.compile_model(self, model, target, units)
        if hasattr(target, "loss"):
            target.loss = model.loss
        return model, units

    def _train(self, model: Model, samples: Samples, seed: int, arguments: dict[str, Any]) -> None:
        fraction = arguments.pop("validation_split", 0.0) or 0.0
        if fraction and arguments.get("validation_data") is None:
            if arguments.get("shuffle", True):
                samples, held = split(samples, fraction, seed, self._can_weigh_classes)
            else:
                start = int(len(samples.x) * (1 - fraction))
                held = samples.take(slice(start, None))
                samples = samples.take(slice(start))
            arguments["validation_data"] = (held.x, held.y, held.weight)
        elif arguments.get("validation_data") is not None:
            arguments["validation_data"] = self._validation(arguments["validation_data"])
        rows = len(samples.x)
        if arguments.get("batch_size") == -1:
            arguments["batch_size"] = rows
        if arguments.get("epochs") is None:
            default = self._given_model() is None
            size = arguments.get("batch_size") or BATCH
            arguments["epochs"] = defaults.epochs_for(rows, size) if default else 1
        history = model.fit(samples.x, samples.y, sample_weight=samples.weight, **arguments)
        for name, values in history.history.items():
            self.history_.setdefault(name, []).extend(values)
        model.history = None

    def _validation(self, data: Any) -> Any:
        """Return data to validate on as the model takes it."""
        if not isinstance(data, (tuple, list)):
            return data
        X, y, *weight = data
        X, y = self._check_data(X, y, reset=False)
        return (X, self.target_encoder_.encode(y, self._units, self._loss_now()), *weight)

    def _loss_now(self) -> Any:
        return getattr(self.target_encoder_, "loss", None)

    def _fit_arguments(self) -> dict[str, Any]:
        found = parameters.arguments_for(self, "fit")
        settings = parameters.routed(self, "callbacks")
        if found.get("callbacks") is not None or settings:
            found["callbacks"] = parts.make_all("callback", found.get("callbacks"), settings)
        return found

    def _check_weights(self, sample_weight: Any, X: np.ndarray) -> np.ndarray:
        weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        if not weight.any():
            raise ValueError("Sample weights must contain at least one non-zero number.")
        return weight

    def _meta(self, X: np.ndarray, y: np.ndarray) -> dict[str, Any]:
        """Return what is known of the data, under the names of the fitted attributes."""
        target = self.target_encoder_
        return {
            "n_features_in_": self.n_features_in_,
            "X_shape_": X.shape,
            "X_dtype_": X.dtype,
            "y_dtype_": y.dtype,
            "y_ndim_": y.ndim,
            "target_type_": target.kind,
            "n_outputs_": target.n_outputs_,
            "n_outputs_expected_": target.n_outputs_expected_,
            "target_encoder_": target,
        }

    def _after_fit(self) -> None:
        """Set what the fitted model says about itself."""

    # Numbers that do not depend on who else is running

    def _next_seed(self) -> int:
        """Return the seed of this fit; one that goes on has another than the first."""
        given = self.random_state
        if given is None and is_seeded():
            return draw_seed()
        if given is None or not isinstance(given, (int, np.integer)):
            return int(check_random_state(given).randint(2**31 - 1))
        mixed = np.random.SeedSequence(int(given), spawn_key=(self._fits,))
        return int(mixed.generate_state(1)[0])

    @contextmanager
    def _running(self, seed: int) -> Any:
        with ExitStack() as stack:
            stack.enter_context(seed_scope(seed))
            stack.enter_context(limit_threads(self.threads))
            stack.enter_context(fresh_names())  # equal models have equal programs,
            stack.enter_context(reuse())  # which are compiled once
            yield

    # Prediction

    def _raw(self, X: Any, options: dict[str, Any]) -> np.ndarray:
        """Return what the model puts out for rows.

        Rows always run in batches of one size, the last one filled up: so each row gets the same
        bits whatever rows stand beside it, and one program serves all.
        """
        check_is_fitted(self)
        _check_options(self, "predict", options)
        X = self._check_X(X, reset=False)
        given = parameters.arguments_for(self, "predict")
        given.pop("callbacks", None)  # they are of the training
        arguments = {**given, **{n: v for n, v in options.items() if v is not None}}
        size = arguments.pop("batch_size", None) or BATCH
        size = max(len(X), 1) if size == -1 else size
        arguments.setdefault("verbose", 0)
        whole = len(X) - len(X) % size
        found = []
        with self._running(0):
            if whole:
                found.append(self._outputs(X[:whole], size, arguments))
            if whole < len(X):
                rest = np.zeros((size, *X.shape[1:]), X.dtype)
                rest[: len(X) - whole] = X[whole:]
                found.append(self._outputs(rest, size, arguments)[: len(X) - whole])
        return found[0] if len(found) == 1 else np.concatenate(found)

    def _outputs(self, X: np.ndarray, size: int, arguments: dict[str, Any]) -> np.ndarray:
        return np.asarray(self.model_.predict(X, batch_size=size, **arguments))

    # What is known after fitting

    def __sklearn_is_fitted__(self) -> bool:
        return "model_" in vars(self)

    @property
    def initialized_(self) -> bool:
        """Whether there is a model to predict with."""
        return self.__sklearn_is_fitted__()

    @property
    def epoch_(self) -> int:
        """How many epochs the model was trained for, under Keras 3's name."""
        return self.current_epoch

    @property
    def current_epoch(self) -> int:
        """How many epochs the model was trained for."""
        return max(map(len, self.history_.values()), default=0) if self.initialized_ else 0

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        if "model_" in state:
            goes_on = self.warm_start or state.get("_fits", 1) > 1
            state = {**state, "model_": Packed(state["model_"], training_state=goes_on)}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        model = vars(self).get("model_")
        if isinstance(model, Packed):
            self.model_ = model.model

    def _fixed_units(self) -> int | None:
        """Return the number of outputs of a model that was given as an object."""
        given = self._given_model()
        return building.last_units(given) if isinstance(given, Model) else None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags

    def _sk_visual_block_(self) -> Any:
        return visual_block(self)


def _check_options(estimator: Any, method: str, options: dict[str, Any]) -> None:
    """Refuse arguments of a call that its model does not have."""
    known = parameters.arguments_of(method)
    for name in options:
        if name not in known:
            raise TypeError(
                f"{type(estimator).__name__}.{method}() has no argument {name!r}. "
                f"{near_matches(name, known)}".rstrip()
            )
