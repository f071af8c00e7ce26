"""The names of Keras 2's wrappers and of SciKeras, for those who come from there."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from cornu import Sequential, keras, wrappers
from cornu.layers import Dense
from cornu_sklearn import BaseWrapper, KerasClassifier, KerasRegressor, SKLearnClassifier

X, Y = load_iris(return_X_y=True)


def recipe(optimizer="rmsprop", init="glorot_uniform", units=8):
    model = Sequential([Dense(units, kernel_initializer=init), Dense(3, activation="softmax")])
    model.compile(loss="categorical_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    return model


def line(units=1):
    return Sequential([Dense(units)])


class OfKeras2(KerasClassifier):
    """A model by `__call__`, as subclasses of Keras 2's wrapper have it."""

    def __call__(self, units=4):
        return recipe(units=units)


class OfSciKeras(KerasRegressor):
    """A model by `_keras_build_fn`, as subclasses of SciKeras' wrapper have it."""

    def _keras_build_fn(self, units=4):
        return Sequential([Dense(units), Dense(1)])


@pytest.mark.parametrize("cls", [OfKeras2, OfSciKeras])
def test_subclasses_with_a_model_of_their_own(cls):
    model = clone(cls(units=6, epochs=1)).fit(X, Y).model_
    assert model.layers[0].units == 6


def test_a_subclass_whose_init_names_its_parameters():
    class Narrow(KerasClassifier):
        def __init__(self, width=3, epochs=2, random_state=0):
            super().__init__(epochs=epochs, random_state=random_state)
            self.width = width

        def _keras_build_fn(self, width):
            return recipe(units=width)

    assert clone(Narrow(width=4)).fit(X, Y).model_.layers[0].units == 4


def test_keras_2s_own_methods():
    estimator = KerasClassifier(recipe, units=3, epochs=4)
    assert estimator.filter_sk_params(recipe) == {"units": 3, "optimizer": None}
    assert estimator.filter_sk_params(recipe, {"init": "zeros"})["init"] == "zeros"
    estimator.check_params({"batch_size": 3, "init": "zeros", "build_fn": line})
    with pytest.raises(ValueError, match="Did you mean 'init'"):
        estimator.check_params({"inits": "zeros"})


def test_the_names_are_where_keras_has_them():
    from cornu.wrappers import scikit_learn

    assert scikit_learn is import_module("cornu.wrappers.scikit_learn")
    for name in ("BaseWrapper", "KerasClassifier", "KerasRegressor"):
        assert getattr(keras.wrappers.scikit_learn, name) is getattr(wrappers, name)


def test_build_fn_is_model():
    estimator = KerasClassifier(build_fn=recipe, units=5, epochs=1)
    assert clone(estimator).fit(X, Y).model_.layers[0].units == 5
    assert "build_fn" in estimator.get_params()
    assert "build_fn" not in KerasClassifier(recipe).get_params()
    grid = {"build_fn": [recipe], "units": [2, 3], "epochs": [1]}
    assert "units" in GridSearchCV(estimator, grid, cv=2).fit(X, Y).best_params_
    with pytest.raises(ValueError, match="Did you mean 'build_fn'"):
        KerasClassifier(recipe, buildfn=recipe)


@pytest.mark.parametrize("cls", [KerasClassifier, KerasRegressor])
def test_rows_may_be_named_as_keras_2_named_them(cls):
    estimator = cls(epochs=1, random_state=0).fit(x=X, y=Y)
    assert (estimator.predict(x=X) == estimator.predict(X)).all()
    assert estimator.score(x=X, y=Y) == estimator.score(X, Y)
    with pytest.raises(TypeError, match=r"predict\(\) needs X"):
        estimator.predict()


def test_probabilities_of_rows_named_so():
    estimator = KerasClassifier(epochs=1).fit(X, Y)
    assert (estimator.predict_proba(x=X) == estimator.predict_proba(X)).all()


def test_a_scorer_of_a_subclass_is_asked():
    class Halved(KerasClassifier):
        @staticmethod
        def scorer(y_true, y_pred, **kwargs):
            return KerasClassifier.scorer(y_true, y_pred, **kwargs) / 2

    plain, halved = (cls(epochs=1, random_state=0).fit(X, Y) for cls in (KerasClassifier, Halved))
    assert halved.score(X, Y) == plain.score(X, Y) / 2


def test_the_base_of_others_is_an_estimator_itself():
    estimator = BaseWrapper(line, loss="mse", epochs=2, units=4, random_state=0)
    estimator.fit(X, X).partial_fit(X, X)
    assert estimator.current_epoch == 3
    np.testing.assert_array_equal(estimator.predict(X), estimator.model_.predict(X, verbose=0))
    assert isinstance(KerasClassifier(), BaseWrapper)
    assert isinstance(KerasRegressor(), BaseWrapper)


@pytest.mark.parametrize("cls", [KerasClassifier, SKLearnClassifier])
def test_sparse_rows_are_those_rows(cls):
    table = np.where(X > 2, X, 0)
    dense, sparse = (cls(random_state=0).fit(rows, Y) for rows in (table, csr_matrix(table)))
    assert (dense.predict_proba(table) == sparse.predict_proba(csr_matrix(table))).all()


def test_a_sparse_table_of_labels_is_that_table():
    table = np.eye(3, dtype=int)[Y]
    dense, sparse = (KerasClassifier(random_state=0).fit(X, y) for y in (table, csr_matrix(table)))
    np.testing.assert_array_equal(sparse.predict(X), dense.predict(X))
    assert sparse.score(X, csr_matrix(table)) == dense.score(X, table)


@pytest.mark.parametrize("dtype", ["category", "object"])
def test_columns_of_words_are_named_with_the_edit(dtype):
    frame = pd.DataFrame({"size": range(6), "colour": list("rgbrgb")}).astype({"colour": dtype})
    with pytest.raises(ValueError, match=r"\['colour'\].*get_dummies\(X, columns=\['colour'\]"):
        KerasClassifier().fit(frame, [0, 1] * 3)
    numbers = pd.get_dummies(frame, columns=["colour"])
    assert KerasClassifier().fit(numbers, [0, 1] * 3).n_features_in_ == 4


def test_numbers_as_categories_are_numbers():
    frame = pd.DataFrame({"size": [0.5] * 6, "grade": [1, 2, 3] * 2}).astype({"grade": "category"})
    one, two = (
        KerasClassifier(random_state=0).fit(x, [0, 1] * 3) for x in (frame, frame.astype(float))
    )
    np.testing.assert_array_equal(one.predict_proba(frame), two.predict_proba(frame.astype(float)))


def test_words_through_a_vectorizer():
    texts = ["a good film", "so bad", "good and great", "awful, bad, bad"] * 8
    labels = ["yes", "no", "yes", "no"] * 8
    net = make_pipeline(TfidfVectorizer(), KerasClassifier(random_state=0))
    assert net.fit(texts, labels).predict(["great", "awful"]).tolist() == ["yes", "no"]
