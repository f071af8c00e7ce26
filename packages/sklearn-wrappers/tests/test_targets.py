"""Targets of every kind, and models that do not fit them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import (
    load_iris,
    make_classification,
    make_multilabel_classification,
    make_regression,
)
from sklearn.exceptions import NotFittedError
from sklearn.metrics import log_loss

from cornu import Input, Model, Sequential
from cornu.errors import ShapeError
from cornu.layers import Conv2D, Dense, Flatten
from cornu.losses import BinaryCrossentropy, CategoricalCrossentropy
from cornu.utils import to_categorical
from cornu_sklearn import KerasClassifier, KerasRegressor, SKLearnRegressor

X, Y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])
TWO = Y > 0


def head(units, activation, loss):
    """A function that makes a model with this last layer and loss."""

    def make():
        model = Sequential([Dense(16, activation="relu"), Dense(units, activation=activation)])
        model.compile("adam", loss)
        return model

    return make


CLASSES = [
    (head(1, "sigmoid", "binary_crossentropy"), TWO),
    (head(1, None, BinaryCrossentropy(from_logits=True)), TWO),
    (head(1, None, "hinge"), TWO),
    (head(1, "sigmoid", "mse"), TWO),
    (head(2, "softmax", "categorical_crossentropy"), TWO),
    (head(2, "softmax", "sparse_categorical_crossentropy"), TWO),
    (head(2, "sigmoid", "binary_crossentropy"), TWO),
    (head(3, "softmax", "categorical_crossentropy"), Y),
    (head(3, "softmax", "sparse_categorical_crossentropy"), Y),
    (head(3, None, CategoricalCrossentropy(from_logits=True)), Y),
    (head(3, "softmax", "kl_divergence"), Y),
    (head(3, "sigmoid", "binary_crossentropy"), Y),
]


@pytest.mark.parametrize("labels", ["numbers", "strings", "objects", "series"])
@pytest.mark.parametrize(("model", "y"), CLASSES, ids=range(len(CLASSES)))
def test_classes_whatever_the_last_layer_and_the_labels(model, y, labels):
    y = {
        "numbers": lambda: y.astype(int) * 10 - 5,
        "strings": lambda: NAMES[y.astype(int)],
        "objects": lambda: NAMES[y.astype(int)].astype(object),
        "series": lambda: pd.Series(NAMES[y.astype(int)], dtype="string"),
    }[labels]()
    estimator = KerasClassifier(model, epochs=60, optimizer__learning_rate=0.01, random_state=0)
    assert estimator.fit(X, y).score(X, y) > 0.9
    assert estimator.classes_.tolist() == sorted(set(y))
    decision = estimator.decision_function(X)
    if len(estimator.classes_) == 2:
        assert decision.shape == (150,)
        picked = (decision > 0).astype(int)
    else:
        assert decision.shape == (150, 3)
        picked = decision.argmax(axis=1)
    assert (estimator.classes_[picked] == estimator.predict(X)).all()
    if "hinge" not in str(estimator.model_.loss):
        p = estimator.predict_proba(X)
        np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-6)
        assert (estimator.classes_[p.argmax(axis=1)] == estimator.predict(X)).all()
        assert log_loss(y, p) < 0.5


def test_no_probabilities_of_a_margin_or_a_line():
    hinge = KerasClassifier(head(1, None, "hinge"), epochs=1).fit(X, TWO)
    with pytest.raises(ValueError, match="gives scores and no probabilities"):
        hinge.predict_proba(X)
    line = KerasClassifier(head(3, None, "mse"), epochs=1, random_state=0).fit(X, Y)
    assert line.predict(X).shape == (150,)
    with pytest.raises(ValueError, match="activation='softmax'"):
        line.predict_proba(X)


def test_one_hot_rows_as_in_recipes_for_keras_2():
    y = to_categorical(Y)
    model = head(3, "softmax", "categorical_crossentropy")
    estimator = KerasClassifier(model, epochs=60, optimizer__learning_rate=0.01, random_state=0)
    assert estimator.fit(X, y).score(X, y) > 0.9
    assert estimator.predict(X).sum(axis=1).tolist() == [1.0] * 150


def test_several_labels():
    x, y = make_multilabel_classification(200, n_classes=4, random_state=0)
    for model in (None, head(4, "sigmoid", "binary_crossentropy")):
        settings = {} if model is None else {"optimizer__learning_rate": 0.01}
        estimator = KerasClassifier(model, epochs=60, random_state=0, **settings).fit(x, y)
        assert estimator.score(x, y) > 0.6
        p = estimator.predict_proba(x)
        assert p.shape == y.shape
        assert ((p > 0.5) == estimator.predict(x)).all()
        assert ((estimator.decision_function(x) > 0) == estimator.predict(x)).all()


def test_several_numbers():
    x, y = make_regression(200, 6, n_targets=3, random_state=0)
    for estimator in (KerasRegressor(random_state=0), SKLearnRegressor(random_state=0)):
        assert estimator.fit(x, y).score(x, y) > 0.95
        assert estimator.predict(x).shape == y.shape
        assert estimator.n_outputs_ == 3
        assert estimator.fit(x, y[:, 0]).predict(x).shape == (200,)


def test_images():
    x, y = np.random.default_rng(0).random((60, 6, 6, 1)), np.arange(60) % 2
    x[y == 1, :3] += 1

    def model():
        layers = [Input((6, 6, 1)), Conv2D(4, 3), Flatten(), Dense(1, activation="sigmoid")]
        return Sequential(layers)

    for given in (None, model):
        estimator = KerasClassifier(given, epochs=60, random_state=0).fit(x, y)
        assert estimator.score(x, y) == 1.0
        with pytest.raises(ValueError, match=r"\(6, 5, 1\).*expecting.*\(6, 6, 1\)"):
            estimator.predict(x[:, :, :5])


class Subclassed(Model):
    """A model without a graph."""

    def __init__(self, units=3):
        super().__init__()
        self.units = units
        self.hidden = Dense(16, activation="relu")
        self.last = Dense(units, activation="softmax")

    def call(self, inputs):
        """Return probabilities."""
        return self.last(self.hidden(inputs))


def test_a_subclassed_model_by_class_and_by_object():
    for given in (Subclassed, Subclassed()):
        estimator = KerasClassifier(given, epochs=40, optimizer="adam", random_state=0)
        estimator.set_params(optimizer__learning_rate=0.01)
        assert estimator.fit(X, Y).score(X, Y) > 0.9
    with pytest.raises(ShapeError, match="make that layer Dense"):
        KerasClassifier(Subclassed, units=2).fit(X, Y)


WRONG = [
    (
        head(1, "sigmoid", "binary_crossentropy"),
        Y,
        "make that layer Dense(3, activation='softmax')",
    ),
    (head(2, "softmax", "categorical_crossentropy"), Y, "2 outputs, but y has 3 classes (0, 1, 2)"),
    (head(3, "softmax", "categorical_crossentropy"), TWO, "Dense(1, activation='sigmoid')"),
    (head(1, "softmax", "categorical_crossentropy"), TWO, "loss='binary_crossentropy'"),
    (head(3, "sigmoid", "binary_crossentropy"), np.eye(4, dtype=int)[Y], "y has 4 labels"),
]


@pytest.mark.parametrize(("model", "y", "message"), WRONG, ids=range(len(WRONG)))
def test_an_output_that_does_not_fit_names_the_layer_to_change(model, y, message):
    with pytest.raises(ShapeError) as error:
        KerasClassifier(model).fit(X, y)
    assert message in str(error.value)
    assert "dense" in str(error.value) or "last layer" in str(error.value)


def test_outputs_of_a_regression_that_do_not_fit():
    with pytest.raises(
        ShapeError, match=r"3 outputs, but y has 1 column: make that layer Dense\(1"
    ):
        KerasRegressor(head(3, None, "mse")).fit(X, Y)
    flat = Sequential([Input((6, 6)), Dense(1)])
    with pytest.raises(ShapeError, match=r"Put Flatten\(\) before it, and make it Dense\(1\)"):
        KerasRegressor(flat).fit(np.zeros((5, 6, 6)), np.zeros(5))
    inputs = Input((4,))
    two = Model(inputs, [Dense(1)(inputs), Dense(2)(inputs)])
    with pytest.raises(ShapeError, match="The model has 2 outputs"):
        KerasRegressor(two).fit(X, Y)


def test_other_targets_are_refused_in_words():
    with pytest.raises(ValueError, match="y holds one class only, 1"):
        KerasClassifier().fit(X, np.ones(150, int))
    with pytest.raises(ValueError, match="MultiOutputClassifier"):
        KerasClassifier().fit(X, np.stack([Y, Y], axis=1))
    with pytest.raises(ValueError, match="Unknown label type"):
        KerasClassifier().fit(*make_regression(20, random_state=0))


DATES = np.arange(150).astype("datetime64[D]")
NO_NUMBERS = [
    (KerasClassifier, np.ma.masked_greater(X, 7), Y, r"X is a masked array, 12 of.*X\.filled"),
    (KerasClassifier, X, np.ma.masked_equal(Y, 0), r"y is a masked array, 50 of.*y\.filled"),
    (KerasRegressor, X, np.ma.masked_equal(Y, 0), r"y is a masked array, 50 of.*y\.filled"),
    (KerasRegressor, X, DATES, r"y holds dates or durations.*y - y\.min\(\)"),
    (KerasRegressor, X, pd.Series(DATES), r"y holds dates or durations.*y - y\.min\(\)"),
    (KerasRegressor, X, DATES - DATES[0], "y holds dates or durations"),
]


@pytest.mark.parametrize(("estimator", "x", "y", "message"), NO_NUMBERS, ids=range(6))
def test_what_has_no_number_to_learn_is_refused(estimator, x, y, message):
    with pytest.raises(ValueError, match=message):
        estimator(epochs=1).fit(x, y)
    plain = np.ma.masked_array(X, False)  # nothing is masked
    assert KerasClassifier(epochs=1).fit(plain, Y).predict(plain).shape == (150,)


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function", "score"])
def test_before_fit_and_with_other_columns(method):
    arguments = (X, Y) if method == "score" else (X,)
    with pytest.raises(NotFittedError):
        getattr(KerasClassifier(), method)(*arguments)
    estimator = KerasClassifier(epochs=1).fit(X, Y)
    with pytest.raises(ValueError, match=r"X has 3 features.*expecting 4 features"):
        getattr(estimator, method)(X[:, :3], *arguments[1:])


def test_class_weights():
    x, y = make_classification(300, weights=[0.9], flip_y=0.1, random_state=0)
    names = np.array(["common", "rare"])[y]
    found = {}
    rare = {"rare": 20.0}
    series = pd.Series(rare)
    for weight in (None, "balanced", rare, {"common": 1.0, "rare": 20.0}, series):
        estimator = KerasClassifier(class_weight=weight, random_state=0, epochs=10).fit(x, names)
        found[str(weight)] = (estimator.predict(x) == "rare").sum()
    assert found[str(rare)] == found[str(series)]
    assert found["None"] < found["balanced"]
    assert found["None"] < found[str({"rare": 20.0})]
    assert found[str({"rare": 20.0})] == found[str({"common": 1.0, "rare": 20.0})]


def test_partial_fit_learns_classes_that_come_later():
    estimator = KerasClassifier(random_state=0)
    for _ in range(40):
        for part in (Y == 0, Y == 1, Y == 2):
            estimator.partial_fit(X[part], NAMES[Y[part]], classes=NAMES)
    assert estimator.current_epoch == 120
    assert estimator.score(X, NAMES[Y]) > 0.9
    with pytest.raises(ValueError, match=r"new classes \['lily'\]; 3 classes"):
        estimator.partial_fit(X[:1], ["lily"])


def test_initialize_makes_the_model_and_leaves_its_weights():
    model = head(3, "softmax", "categorical_crossentropy")()
    model.build((None, 4))
    estimator = KerasClassifier(model, random_state=0).initialize(X, Y)
    assert estimator.current_epoch == 0
    for ours, given in zip(estimator.model_.get_weights(), model.get_weights(), strict=True):
        assert (ours == given).all()
    assert estimator.predict(X).shape == (150,)
    assert estimator.partial_fit(X, Y).current_epoch == 1


def test_warm_start_goes_on():
    estimator = KerasClassifier(epochs=5, random_state=0, warm_start=True)
    first = estimator.fit(X, Y).model_
    losses = list(estimator.history_["loss"])
    estimator.fit(X, Y)
    assert estimator.model_ is first
    assert estimator.history_["loss"][:5] == losses
    assert estimator.history_["loss"][-1] < losses[-1]
    assert estimator.set_params(warm_start=False).fit(X, Y).model_ is not first
    assert estimator.history_.history["loss"] == losses
