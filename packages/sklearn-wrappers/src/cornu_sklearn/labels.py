"""The targets of classifiers: one label per row, or several as a table of zeros and ones."""

from __future__ import annotations

import functools
from typing import Any, ClassVar

import numpy as np
from scipy.special import expit, softmax
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from cornu_engine.errors import ShapeError, letters
from cornu_sklearn.targets import Target

_TOLERANCE = 1e-3  # by how much a probability may miss the range from 0 to 1
_MARGINS = {"hinge", "squaredhinge"}  # their outputs are on one or the other side of 0
_SMALLEST, _LARGEST = 1e-300, 1 - 2.0**-30  # of what a logit is taken of


def loss_name(loss: Any) -> str:
    """Return the name of a loss in small letters, whatever it was given as.

    Examples
    --------
    >>> loss_name("sparse_categorical_crossentropy")
    'sparsecategoricalcrossentropy'
    """
    if isinstance(loss, functools.partial):
        loss = loss.func
    if not isinstance(loss, str):
        loss = getattr(loss, "__name__", type(loss).__name__)
    return letters(loss)


def puts_out_logits(loss: Any) -> bool:
    """Tell whether a loss was made with `from_logits=True`."""
    keywords = getattr(loss, "keywords", {})
    if getattr(loss, "from_logits", keywords.get("from_logits", False)):
        return True
    config = loss.get_config() if hasattr(loss, "get_config") else {}
    return bool(config.get("from_logits", False))


class _Classes(Target):
    """What the two targets of classifiers share: scores, and what they say.

    Attributes
    ----------
    loss
        Of the fitted model.
    """

    classes_: np.ndarray
    loss: Any = None

    def metadata(self) -> dict[str, Any]:
        """Return fitted attributes for the estimator, by name."""
        return {"classes_": self.classes_, "n_classes_": len(self.classes_)}

    @property
    def _margins(self) -> bool:
        return loss_name(self.loss) in _MARGINS

    def _each(self, raw: np.ndarray) -> np.ndarray:
        """Return the probability of each output on its own."""
        if self._margins:
            raise ValueError(
                f"The loss {self.loss!r} gives scores and no probabilities: use predict() and "
                "decision_function(), or train with 'binary_crossentropy'."
            )
        if puts_out_logits(self.loss):
            return expit(raw)
        _must_be_probabilities(raw, "sigmoid")
        return raw


class Labels(_Classes):
    """Several labels per row, as a table of zeros and ones.

    Parameters
    ----------
    y : numpy.ndarray
    """

    kind = "multilabel-indicator"
    activation = "sigmoid"

    def __init__(self, y: np.ndarray) -> None:
        self.n_outputs_ = self.n_outputs_expected_ = y.shape[1]
        self.classes_ = np.arange(y.shape[1])
        self.dtype = y.dtype

    def what(self) -> str:
        """Say what y holds."""
        return f"y has {self.n_outputs_} labels"

    def default_loss(self, units: int) -> str:
        """Return the loss of a model that was not compiled."""
        return "binary_crossentropy"

    @property
    def _one_of_them(self) -> bool:
        return loss_name(self.loss).startswith("categorical")

    def encode(self, y: Any, units: int, loss: Any) -> np.ndarray:
        """Return y as it is, in floating point."""
        if y.ndim != 2 or y.shape[1] != self.n_outputs_:
            raise ValueError(
                f"y has shape {y.shape}, but {self.n_outputs_} labels in the first fit."
            )
        return np.asarray(y, np.float32)

    def decode(self, raw: np.ndarray) -> np.ndarray:
        """Return the table of labels."""
        if self._one_of_them:  # y was written as one-hot rows
            return np.eye(raw.shape[1], dtype=self.dtype)[raw.argmax(axis=1)]
        return (raw > self._middle).astype(self.dtype)

    @property
    def _middle(self) -> float:
        return 0.0 if self._margins or puts_out_logits(self.loss) else 0.5

    def probabilities(self, raw: np.ndarray) -> np.ndarray:
        """Return the probability of each label."""
        if self._one_of_them:
            return softmax(raw, axis=1) if puts_out_logits(self.loss) else raw
        return self._each(raw)

    def decision(self, raw: np.ndarray) -> np.ndarray:
        """Return scores that are positive for the labels that are predicted."""
        if self._margins or puts_out_logits(self.loss):
            return raw
        return _logit(self.probabilities(raw))


class Classes(_Classes):
    """One label per row.

    Parameters
    ----------
    classes : numpy.ndarray
        All labels, sorted.

    Examples
    --------
    >>> target = Classes(np.array(["no", "yes"]))
    >>> target.decode(np.array([[0.1], [0.9]]))
    array(['no', 'yes'], dtype='<U3')
    """

    n_outputs_ = 1
    _kinds: ClassVar[tuple[str, str]] = ("binary", "multiclass")

    def __init__(self, classes: np.ndarray) -> None:
        if len(classes) < 2:
            raise ValueError(
                f"y holds one class only, {classes.tolist()[0]!r}: a classifier needs 2 classes or "
                "more to tell apart."
            )
        self.classes_ = classes
        binary = len(classes) == 2
        self.kind = self._kinds[not binary]
        self.n_outputs_expected_ = 1 if binary else len(classes)
        self.activation = "sigmoid" if binary else "softmax"

    @property
    def allowed(self) -> tuple[int, ...]:
        """1 or 2 outputs for two classes, else as many as there are classes."""
        return (1, 2) if len(self.classes_) == 2 else (len(self.classes_),)

    def what(self) -> str:
        """Say what y holds."""
        shown = ", ".join(map(repr, self.classes_[:4].tolist()))
        return f"y has {len(self.classes_)} classes ({shown}{', …' * (len(self.classes_) > 4)})"

    def default_loss(self, units: int) -> str:
        """Return the loss of a model that was not compiled."""
        return "binary_crossentropy" if units == 1 else "sparse_categorical_crossentropy"

    def indices(self, y: Any) -> np.ndarray:
        """Return the place of each label among the classes.

        Raises
        ------
        ValueError
            For labels that were not there at the first fit.
        """
        places = np.searchsorted(self.classes_, y).clip(max=len(self.classes_) - 1)
        new = np.unique(y[self.classes_[places] != y])
        if len(new):
            raise ValueError(
                f"y holds the new classes {new[:4].tolist()}; {self.what()[6:]} are known. Name "
                "all of them in the first partial_fit(X, y, classes=...), or start again with "
                "warm_start=False."
            )
        return places

    def codes(self, y: np.ndarray) -> np.ndarray:
        """Return the place of each label among the classes."""
        return self.indices(y)

    def for_function(self, y: np.ndarray) -> np.ndarray:
        """Return y as one-hot rows, which is what Keras 3 hands to the function."""
        return np.eye(len(self.classes_), dtype=np.float32)[self.indices(y)]

    def encode(self, y: Any, units: int, loss: Any) -> np.ndarray:
        """Return y as the loss of a model with so many outputs takes it."""
        if units == 1:
            if "categorical" in loss_name(loss):
                raise ShapeError(
                    f"The loss {loss!r} needs an output for each class, and the model has 1: make "
                    f"its last layer Dense({len(self.classes_)}, activation='softmax'), or compile "
                    "it with loss='binary_crossentropy'."
                )
            return self.indices(y).astype(np.float32)[:, None]
        return self.indices(y) if loss_name(loss).startswith("sparse") else self.for_function(y)

    def decode(self, raw: np.ndarray) -> np.ndarray:
        """Return the label of each row."""
        if len(self.classes_) == 2:
            return self.classes_[(self.decision(raw) > 0).astype(np.intp)]
        return self.classes_[raw.argmax(axis=1)]

    def probabilities(self, raw: np.ndarray) -> np.ndarray:
        """Return the probability of each class."""
        if raw.shape[1] == 1:
            one = self._each(raw)
            return np.concatenate([1 - one, one], axis=1)
        if loss_name(self.loss).startswith("binary"):
            table = self._each(raw)
            table = table / table.sum(axis=1, keepdims=True)
        elif puts_out_logits(self.loss):
            table = softmax(raw, axis=1)
        else:
            _must_be_probabilities(raw, "softmax", total=True)
            table = raw
        if raw.shape[1] == 2:
            table = np.concatenate([1 - table[:, 1:], table[:, 1:]], axis=1)  # exactly 1 together
        return table

    def decision(self, raw: np.ndarray) -> np.ndarray:
        """Return scores: of the second class if there are two, else of each class."""
        if raw.shape[1] == 1 and (self._margins or puts_out_logits(self.loss)):
            return raw[:, 0]
        if len(self.classes_) == 2:
            return _logit(self.probabilities(raw)[:, 1])
        return (
            raw if puts_out_logits(self.loss) else np.log(self.probabilities(raw).clip(_SMALLEST))
        )


def classes_of(y: Any, classes: Any = None) -> Target:
    """Return the target of a classifier for these labels.

    Parameters
    ----------
    y : numpy.ndarray
    classes : array, optional
        All labels, where y may not hold each of them.

    Raises
    ------
    ValueError
        If y holds no classes, or only one.
    """
    kind = type_of_target(y, input_name="y")
    if kind == "multiclass-multioutput":
        raise ValueError(
            f"y has {y.shape[1]} columns of classes, and a classifier has one: wrap it in "
            "sklearn.multioutput.MultiOutputClassifier, which makes one for each column."
        )
    if kind == "multilabel-indicator":
        return Labels(y)
    check_classification_targets(y)
    return Classes(np.unique(y if classes is None else np.asarray(classes)))


def as_labels(y: np.ndarray) -> np.ndarray:
    """Return y as one column without its second axis, a table of labels as it is."""
    is_table = y.ndim == 2 and y.shape[1] > 1
    return y if is_table else column_or_1d(y, warn=True)


def _logit(p: np.ndarray) -> np.ndarray:
    p = p.astype(np.float64).clip(_SMALLEST, _LARGEST)
    return np.log(p) - np.log1p(-p)


def _must_be_probabilities(raw: np.ndarray, activation: str, *, total: bool = False) -> None:
    wrong = raw.min(initial=0.0) < -_TOLERANCE or raw.max(initial=1.0) > 1 + _TOLERANCE
    if total and not wrong and len(raw):
        wrong = abs(raw.sum(axis=1) - 1).max() > _TOLERANCE
    if wrong:
        raise ValueError(
            f"The model's outputs go from {raw.min():.3g} to {raw.max():.3g}"
            f"{' and do not add up to 1' if total else ''}: they are no probabilities. Give its "
            f"last layer activation={activation!r}, or compile it with a loss made with "
            "from_logits=True."
        )
