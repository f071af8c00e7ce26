"""What an estimator takes, and what it remembers of it: rows, targets, weights."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.validation import _check_sample_weight, validate_data

from cornu import Model, config
from cornu_sklearn import building
from cornu_sklearn.encoders import Encoded
from cornu_sklearn.parameterized import Parameterized
from cornu_sklearn.targets import Target


class Informed(Parameterized):
    """An estimator that knows its data."""

    target_encoder_: Any  # a Target
    feature_encoder_: Any = None

    @property
    def feature_encoder(self) -> Any:
        """A transformer from rows to the inputs of the model, for subclasses (SciKeras)."""
        return None

    @property
    def target_encoder(self) -> Any:
        """A transformer from y to what the losses take, and back, for subclasses (SciKeras)."""
        return None

    def _given_X(self, method: str, X: Any, options: dict[str, Any]) -> Any:
        """Return the rows that a method was called with: Keras 2 named them x."""
        x = options.pop("x", None)
        if X is None and x is None:
            raise TypeError(f"{type(self).__name__}.{method}() needs X, an array of rows.")
        return x if X is None else X

    def _check_X(self, X: Any, **options: Any) -> Any:
        reset = options.get("reset", True)
        _refuse_words(X)
        for name, value in (("X", X), ("y", options.get("y"))):
            _refuse_masked(name, value)
        checked = validate_data(self, X, allow_nd=True, accept_sparse="csr", **options)
        x, *rest = checked if isinstance(checked, tuple) else (checked,)
        if issparse(x):
            x = x.astype(config.floatx()).toarray()
        if x.dtype.kind == "O":  # numbers as categories
            x = x.astype(np.float64)
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

    def _features(self, X: np.ndarray) -> Any:
        """Return rows as the model takes them: an array, or a list or dict of them."""
        return X if self.feature_encoder_ is None else self.feature_encoder_.transform(X)

    def _check_weights(self, sample_weight: Any, X: np.ndarray) -> np.ndarray:
        weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        if not weight.any():
            raise ValueError("Sample weights must contain at least one non-zero number.")
        return weight

    def _look_at(self, X: np.ndarray, y: np.ndarray, classes: Any) -> None:
        """Remember what there is to know of the data of a first fit."""
        features, target = self.feature_encoder, self.target_encoder
        if features is not None:
            self.feature_encoder_ = features.fit(X)
            self.__dict__.update(getattr(features, "get_metadata", dict)())
        encoded = self._make_target(y, classes) if target is None else Encoded(target, y)
        self.target_encoder_ = encoded
        self.target_type_ = encoded.kind
        self.n_outputs_ = encoded.n_outputs_
        self.n_outputs_expected_ = encoded.n_outputs_expected_
        self.__dict__.update(encoded.metadata())
        self.X_shape_, self.X_dtype_ = X.shape, X.dtype

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
            **target.metadata(),
        }

    def _fixed_units(self) -> int | None:
        """Return the number of outputs of a model that was given as an object."""
        given = self._given_model()
        return building.last_units(given) if isinstance(given, Model) else None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.sparse = True
        return tags


def _refuse_masked(name: str, value: Any) -> None:
    """Raise ValueError for a masked array: scikit-learn would take what lies under the mask."""
    if hasattr(value, "mask") and np.ma.is_masked(value):  # `np.ma` takes 20 ms to load
        raise ValueError(
            f"{name} is a masked array, {np.ma.count_masked(value)} of whose numbers are masked. "
            f"A model would compute with what lies under the mask: pass {name}.filled(value)."
        )


def _refuse_words(X: Any) -> None:
    """Raise ValueError for a frame that has columns of words, as categories or not."""
    dtypes: Any = getattr(X, "dtypes", None)
    if not hasattr(X, "columns") or not hasattr(dtypes, "items"):
        return
    kinds = [getattr(dtype, "kind", None) for _, dtype in dtypes.items()]
    words = [
        name
        for name, kind in zip(X.columns, kinds, strict=True)
        if kind == "O" and _has_words(X, name)
    ]
    if words:
        raise ValueError(
            f"X has columns that are no numbers: {words}. Write them as numbers: "
            f"pd.get_dummies(X, columns={words}), or OneHotEncoder() for them in a "
            "ColumnTransformer in front of the estimator."
        )


def _has_words(X: Any, name: Any) -> bool:
    values = np.asarray(X[name], object).ravel()
    return any(isinstance(value, str) and not _is_number(value) for value in values)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
