"""What all estimators share: data, fitting, prediction, pickling."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import Any, ClassVar, TypeVar

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from cornu import Model
from cornu.backends import limit_threads
from cornu.base.naming import fresh_names
from cornu_engine.errors import near_matches
from cornu_engine.reuse import reuse
from cornu_engine.tree import map_structure
from cornu_ops.random.seed import draw_seed, is_seeded, seed_scope
from cornu_sklearn import building, defaults, parameters, parts
from cornu_sklearn.data import Informed
from cornu_sklearn.display import visual_block
from cornu_sklearn.packing import Packed
from cornu_sklearn.samples import Samples, arrange, split

BATCH = 32
Own = TypeVar("Own", bound="Estimator")


class FitHistory(dict[str, list[Any]]):
    """The value of each metric after each epoch, as a dict; `.history` is the same again."""

    @property
    def history(self) -> FitHistory:
        """The dict itself, for those who are used to Keras' `History`."""
        return self


class Estimator(Informed):
    """A model that is made, trained and asked."""

    _can_weigh_classes: ClassVar[bool] = False
    model: Any
    warm_start: bool
    random_state: Any
    threads: int | None
    model_: Model

    def _class_weights(self, y: np.ndarray, given: Any) -> np.ndarray | None:
        return None

    # Fitting

    def fit(
        self: Own, X: Any = None, y: Any = None, sample_weight: Any = None, **kwargs: Any
    ) -> Own:
        """Train a new model, or with `warm_start` the one there is.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            More axes are welcome where the model wants them: images, sequences. Keras 2's name,
            `x=`, works too.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Numbers; for a classifier labels of any kind, or a table of zeros and ones. A
            transformer needs none, and takes X itself.
        sample_weight : array of shape (n_samples,), optional
            A row of weight 2 counts as two rows.
        **kwargs
            Arguments of `Model.fit`, for this call.

        Raises
        ------
        ShapeError
            If the model's output does not fit y, with the layer to change.
        """
        return self._fit(X, y, sample_weight, kwargs, go_on=self.warm_start)

    def _fit(
        self: Own,
        X: Any,
        y: Any,
        sample_weight: Any,
        options: dict[str, Any],
        *,
        go_on: bool = False,
        classes: Any = None,
    ) -> Own:
        parameters.check_names(self, parameters.extra_names(self))
        X = self._given_X("fit", X, options)
        _check_options(self, "fit", options)
        first = not (go_on and self.__sklearn_is_fitted__())
        X, y = self._check_data(X, y, reset=first)
        if sample_weight is not None:
            sample_weight = self._check_weights(sample_weight, X)
        if first:
            self._look_at(X, y, classes)
            self._fits, self.history_ = 0, FitHistory()
        self._fits += 1
        seed = self._next_seed()
        arguments = {**self._fit_arguments(), **options}
        class_weight = self._class_weights(y, arguments.pop("class_weight", None))
        shuffle = bool(arguments.get("shuffle", True))
        codes = self.target_encoder_.codes(y)
        rows, weight = arrange(X, codes, sample_weight, class_weight, shuffle)
        samples = Samples(X[rows], y[rows], weight)
        with self._running(seed):
            if first:
                model, self._units = self._new_model(samples.x, samples.y)
            else:
                model = self.model_
            self._train(model, samples, seed, arguments)
        self.model_ = model
        return self

    def initialize(self: Own, X: Any, y: Any = None) -> Own:
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
        shape, layer = building.ends(model, self._features(X[:1]))
        units = target.check_output(shape, layer)
        building.compile_model(self, model, target, units)
        if hasattr(target, "loss"):
            target.loss = model.loss
        return model, units

    def _train(self, model: Model, samples: Samples, seed: int, arguments: dict[str, Any]) -> None:
        given = arguments.get("validation_data")
        fraction = arguments.pop("validation_split", 0.0) or 0.0
        if given is not None:
            arguments["validation_data"] = self._validation(model, given)
        elif fraction:
            samples, held = self._hold_out(samples, fraction, seed, arguments.get("shuffle", True))
            arguments["validation_data"] = self._written(model, held)
        rows = len(samples.x)
        if arguments.get("batch_size") == -1:
            arguments["batch_size"] = rows
        if arguments.get("epochs") is None:
            default = self._given_model() is None
            size = arguments.get("batch_size") or BATCH
            arguments["epochs"] = defaults.epochs_for(rows, size) if default else 1
        x, y, weight = self._written(model, samples)
        history = model.fit(x, y, sample_weight=weight, **arguments)
        for name, values in history.history.items():
            self.history_.setdefault(name, []).extend(values)
        model.history = None

    def _written(self, model: Model, samples: Samples) -> tuple[Any, Any, np.ndarray | None]:
        """Return rows, targets and weights as a model takes them."""
        y = self.target_encoder_.encode(samples.y, self._units, model.loss)
        return self._features(samples.x), y, samples.weight

    def _hold_out(
        self, samples: Samples, fraction: float, seed: int, shuffle: bool
    ) -> tuple[Samples, Samples]:
        if shuffle:
            kinds = self.target_encoder_.codes(samples.y) if self._can_weigh_classes else None
            return split(samples, fraction, seed, kinds)
        start = int(len(samples.x) * (1 - fraction))
        return samples.take(slice(start)), samples.take(slice(start, None))

    def _validation(self, model: Model, data: Any) -> Any:
        """Return data to validate on as the model takes it."""
        if not isinstance(data, (tuple, list)):
            return data
        X, y, *weight = data
        X, y = self._check_data(X, y, reset=False)
        return (*self._written(model, Samples(X, y))[:2], *weight)

    def _fit_arguments(self) -> dict[str, Any]:
        arguments = parameters.arguments_for(self, "fit")
        settings = parameters.routed(self, "callbacks")
        if arguments.get("callbacks") is not None or settings:
            arguments["callbacks"] = parts.make_all(
                "callback", arguments.get("callbacks"), settings
            )
        return arguments

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

    def _raw(self, X: Any, options: dict[str, Any]) -> Any:
        """Return what the model puts out for rows.

        Rows always run in batches of one size, the last one filled up: so each row gets the same
        bits whatever rows stand beside it, and one program serves all.
        """
        check_is_fitted(self)
        X = self._given_X("predict", X, options)
        _check_options(self, "predict", options)
        X = self._check_X(X, reset=False)
        given = parameters.arguments_for(self, "predict")
        given.pop("callbacks", None)  # they are of the training
        arguments = {**given, **{n: v for n, v in options.items() if v is not None}}
        size = arguments.pop("batch_size", None) or BATCH
        size = max(len(X), 1) if size == -1 else size
        arguments.setdefault("verbose", 0)
        rows = len(X)
        whole = rows - rows % size
        inputs = self._features(X)
        outputs = []
        with self._running(0):
            if whole:
                outputs.append(self._outputs(_rows(inputs, slice(whole)), size, arguments))
            if whole < rows:
                filled = map_structure(lambda a: _filled(a[whole:], size), inputs)
                rest = self._outputs(filled, size, arguments)
                outputs.append(_rows(rest, slice(rows - whole)))
        return outputs[0] if len(outputs) == 1 else map_structure(_joined, *outputs)

    def _outputs(self, inputs: Any, size: int, arguments: dict[str, Any]) -> Any:
        return self._asked_model().predict(inputs, batch_size=size, **arguments)

    def _asked_model(self) -> Model:
        """Return the model whose outputs are asked for."""
        return self.model_

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


def _rows(arrays: Any, rows: slice) -> Any:
    return map_structure(lambda array: array[rows], arrays)


def _filled(array: np.ndarray, size: int) -> np.ndarray:
    """Return an array with rows of zeros after its own."""
    longer = np.zeros((size, *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    return longer


def _joined(*arrays: np.ndarray) -> np.ndarray:
    return np.concatenate(arrays)
