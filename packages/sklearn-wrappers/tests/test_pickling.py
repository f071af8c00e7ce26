"""Fitted estimators in files: small, and the same afterwards."""

from __future__ import annotations

import copy
import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cornu import Model, Sequential
from cornu.layers import Dense
from cornu_sklearn import KerasClassifier, KerasRegressor, SKLearnTransformer

X, Y = load_iris(return_X_y=True)


def fitted(**given):
    return KerasClassifier(random_state=0, epochs=3, **given).fit(X, Y)


def again(estimator):
    return pickle.loads(pickle.dumps(estimator))


COPIES = {"pickle": again, "deepcopy": copy.deepcopy, "twice": lambda e: again(again(e))}


@pytest.mark.parametrize("copied", COPIES)
def test_predictions_are_the_same(copied):
    estimator = fitted()
    found = COPIES[copied](estimator)
    assert (found.predict_proba(X) == estimator.predict_proba(X)).all()
    assert found.history_ == estimator.history_
    assert found.get_params(deep=False) == estimator.get_params(deep=False)
    assert (clone(found).fit(X, Y).predict_proba(X) == estimator.predict_proba(X)).all()


@pytest.mark.parametrize("compress", [0, 3])
def test_a_file_of_joblib(tmp_path, compress):
    pipeline = make_pipeline(StandardScaler(), fitted())
    pipeline.fit(X, Y)
    path = tmp_path / "pipeline.joblib"
    joblib.dump(pipeline, path, compress=compress)
    found = joblib.load(path, mmap_mode=None if compress else "r")
    assert (found.predict_proba(X) == pipeline.predict_proba(X)).all()
    found.set_params(kerasclassifier__warm_start=True).fit(X, Y)  # memory is not the file's


def test_weights_are_there_once():
    estimator = fitted(model__hidden=(300, 300))
    weights = 4 * estimator.model_.count_params()
    assert weights < len(pickle.dumps(estimator)) < weights + 10_000


@pytest.mark.parametrize("how", ["partial_fit", "warm_start"])
def test_training_goes_on_as_if_nothing_had_been(how):
    estimator = fitted(warm_start=how == "warm_start")
    if how == "partial_fit":
        estimator.partial_fit(X, Y)
    found = again(estimator)
    for one in (estimator, found):
        getattr(one, "fit" if how == "warm_start" else how)(X, Y)
    assert (found.predict_proba(X) == estimator.predict_proba(X)).all()


class Small(Model):
    """A model without a graph."""

    def __init__(self):
        super().__init__()
        self.last = Dense(1)

    def call(self, inputs):
        return self.last(inputs)


def test_other_models_and_estimators():
    regressor = KerasRegressor(Sequential([Dense(1)]), epochs=2, random_state=0).fit(X, Y)
    assert (again(regressor).predict(X) == regressor.predict(X)).all()
    subclassed = copy.deepcopy(KerasRegressor(Small, epochs=2, random_state=0).fit(X, Y))
    assert subclassed.predict(X).shape == (150,)
    code = SKLearnTransformer(random_state=0, fit_kwargs={"epochs": 2}).fit(X)
    np.testing.assert_array_equal(again(code).transform(X), code.transform(X))


def test_an_estimator_without_a_model_yet():
    assert again(KerasClassifier(epochs=3)).epochs == 3
