"""Models of several inputs and outputs, through encoders of a subclass, as in SciKeras."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.datasets import load_iris
from sklearn.metrics import accuracy_score
from sklearn.model_selection import KFold, cross_val_score
from sklearn.preprocessing import FunctionTransformer, LabelEncoder, OneHotEncoder

from cornu import Input, Model, Sequential, layers
from cornu_sklearn import BaseWrapper, KerasClassifier, KerasRegressor

X, KINDS = load_iris(return_X_y=True)
SIZES = np.where(X[:, 0] > 5.8, "long", "short")
BOTH = np.column_stack([SIZES, load_iris().target_names[KINDS]])


def halves(table):
    return [table[:, :2], table[:, 2:]]


def named_halves(table):
    return {"left": table[:, :2], "right": table[:, 2:]}


class TwoInputs(KerasRegressor):
    """The columns in two halves, each an input."""

    split = staticmethod(halves)

    def _keras_build_fn(self, compile_kwargs, units=8):
        inputs = [Input((2,), name="left"), Input((2,), name="right")]
        joined = layers.concatenate([layers.Dense(units, activation="relu")(i) for i in inputs])
        model = Model(inputs, layers.Dense(1)(joined))
        model.compile(**compile_kwargs)
        return model

    @property
    def feature_encoder(self):
        return FunctionTransformer(self.split)


class TwoNamedInputs(TwoInputs):
    split = staticmethod(named_halves)


class SizeAndKind(TransformerMixin, BaseEstimator):
    """Two columns of labels, for a sigmoid and a softmax output."""

    def fit(self, y):
        self.size_ = LabelEncoder().fit(y[:, 0])
        self.kind_ = OneHotEncoder(sparse_output=False).fit(y[:, 1:])
        return self

    def transform(self, y):
        size = self.size_.transform(y[:, 0])[:, None].astype("float32")
        return [size, self.kind_.transform(y[:, 1:])]

    def inverse_transform(self, outputs, return_proba=False):
        size, kind = outputs
        if return_proba:
            return np.column_stack([size, kind])
        size = self.size_.inverse_transform((size[:, 0] > 0.5).astype(int))
        return np.column_stack([size, self.kind_.inverse_transform(kind)[:, 0]])

    def get_metadata(self):
        return {"n_kinds_": len(self.kind_.categories_[0])}


class TwoOutputs(KerasClassifier):
    """Size and kind of a flower at once."""

    def _keras_build_fn(self, meta, n_kinds_):
        inputs = Input((meta["n_features_in_"],))
        hidden = layers.Dense(16, activation="relu")(inputs)
        size = layers.Dense(1, activation="sigmoid")(hidden)
        return Model(inputs, [size, layers.Dense(n_kinds_, activation="softmax")(hidden)])

    @property
    def target_encoder(self):
        return SizeAndKind()

    @staticmethod
    def scorer(y_true, y_pred, **kwargs):
        columns = zip(np.transpose(y_true), np.transpose(y_pred), strict=True)
        return np.mean([accuracy_score(a, b, **kwargs) for a, b in columns])


FAST = {"optimizer": "adam", "optimizer__learning_rate": 0.02, "random_state": 0}
LOSSES = ["binary_crossentropy", "categorical_crossentropy"]


@pytest.mark.parametrize("cls", [TwoInputs, TwoNamedInputs])
def test_two_inputs(cls):
    y = X @ [1.0, -2.0, 3.0, 0.5]
    estimator = clone(cls(loss="mse", epochs=40, validation_split=0.2, units=12, **FAST))
    estimator.fit(X, y)
    assert [len(weights) for weights in estimator.model_.get_weights()[::2]] == [2, 2, 24]
    assert estimator.score(X, y) > 0.95
    assert "val_loss" in estimator.history_
    assert (estimator.predict(X)[:5] == estimator.predict(X[:5])).all()
    assert (pickle.loads(pickle.dumps(estimator)).predict(X) == estimator.predict(X)).all()


def test_a_scaler_as_encoder_is_fitted_once():
    class Scaled(BaseWrapper):
        @property
        def feature_encoder(self):
            return FunctionTransformer(lambda table: table / 10)

    def line():
        return Sequential([layers.Dense(1, use_bias=False, kernel_initializer="ones")])

    estimator = Scaled(line, loss="mse").initialize(X, X[:, 0])
    np.testing.assert_allclose(estimator.predict(X), X.sum(axis=1) / 10, rtol=1e-5)


def test_two_outputs():
    estimator = TwoOutputs(loss=LOSSES, epochs=40, validation_split=0.2, **FAST).fit(X, BOTH)
    assert estimator.target_type_ == "multiclass-multioutput"
    assert (estimator.n_outputs_, estimator.n_kinds_) == (2, 3)
    assert estimator.score(X, BOTH) > 0.9
    assert estimator.predict(X[:4]).shape == (4, 2)
    assert estimator.predict_proba(X[:4]).shape == (4, 4)
    again = pickle.loads(pickle.dumps(estimator))
    assert (again.predict(X) == estimator.predict(X)).all()
    with pytest.raises(ValueError, match="use predict_proba"):
        estimator.decision_function(X)


def test_two_outputs_in_a_search():
    folds = KFold(3, shuffle=True, random_state=0)
    found = cross_val_score(TwoOutputs(loss=LOSSES, epochs=40, **FAST), X, BOTH, cv=folds)
    assert found.min() > 0.85


def test_without_a_loss_none_is_guessed():
    with pytest.raises(ValueError, match="the loss has to be given"):
        TwoOutputs().fit(X, BOTH)
