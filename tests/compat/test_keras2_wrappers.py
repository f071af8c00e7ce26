"""`keras.wrappers.scikit_learn` of Keras 2.3, and inputs that nobody feeds."""

from __future__ import annotations

import cornu.compat.keras2 as keras
import numpy as np
import pytest
from cornu.compat.keras2 import backend as K

X = np.random.default_rng(0).random((24, 3), "float32")
Y = np.arange(24) % 2


def build(units=4):
    model = keras.Sequential(
        [keras.layers.Dense(units, input_shape=(3,)), keras.layers.Dense(1, activation="sigmoid")]
    )
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    return model


def test_the_model_of_an_estimator_is_the_trained_one():
    selection = pytest.importorskip("sklearn.model_selection")
    pytest.importorskip("cornu_sklearn")
    from cornu.compat.keras2.wrappers.scikit_learn import KerasClassifier

    classifier = KerasClassifier(build_fn=build, epochs=1, verbose=0)
    search = selection.GridSearchCV(classifier, {"units": [2, 3]}, cv=2)
    search.fit(X, Y)
    best = search.best_estimator_
    assert best.model.metrics_names == ["loss", "accuracy"]
    assert best.get_params()["build_fn"] is build
    before = best.model
    best.fit(X, Y)
    assert best.model is not before
    assert best.model.layers[0].units == search.best_params_["units"]


def test_an_input_with_a_value_is_fed_to_a_function():
    known, x = keras.Input(tensor=K.variable(X[:2])), K.placeholder((None, 3))
    total = known * 3.0 + x
    (found,) = K.function([x], [total])([X[:2]])
    np.testing.assert_allclose(found, X[:2] * 4, rtol=1e-6)
    (slope,) = K.function([x], K.gradients(K.sum(total * total), [x]))([X[:2]])
    np.testing.assert_allclose(slope, X[:2] * 8, rtol=1e-6)
