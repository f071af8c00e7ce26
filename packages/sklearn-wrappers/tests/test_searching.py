"""Searches and ensembles: everything scikit-learn does with an estimator."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    cross_val_predict,
    cross_val_score,
    learning_curve,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from cornu import Sequential
from cornu.backends import resolve
from cornu.layers import Dense
from cornu_engine import reuse
from cornu_sklearn import KerasClassifier, KerasRegressor, SKLearnTransformer

X, Y = load_iris(return_X_y=True)


def recipe(optimizer="adam", init="glorot_uniform", units=16):
    model = Sequential()
    model.add(Dense(units, input_dim=4, kernel_initializer=init, activation="relu"))
    model.add(Dense(3, kernel_initializer=init, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    return model


def classifier(**given):
    return KerasClassifier(recipe, **{"epochs": 20, "batch_size": 8, "random_state": 0, **given})


SEARCHES = {
    "grid": lambda e, grid: GridSearchCV(e, grid, cv=2),
    "random": lambda e, grid: RandomizedSearchCV(e, grid, n_iter=3, cv=2, random_state=0),
    "halving": lambda e, grid: HalvingGridSearchCV(e, grid, cv=2, random_state=0),
}


@pytest.mark.parametrize("search", SEARCHES)
def test_searches_over_the_parameters_of_2019(search):
    grid = {"optimizer": ["rmsprop", "adam"], "init": ["glorot_uniform", "uniform"]}
    grid["epochs"] = [5, 25]
    found = SEARCHES[search](classifier(), grid).fit(X, Y)
    assert found.best_score_ > 0.6
    assert set(found.best_params_) == set(grid)
    optimizer = type(found.best_estimator_.model_.optimizer).__name__
    assert optimizer.lower() == found.best_params_["optimizer"]


def test_a_search_over_settings_inside_a_pipeline():
    grid = {"net__optimizer__learning_rate": [1e-6, 0.02], "net__model__units": [2, 32]}
    pipeline = Pipeline([("scale", StandardScaler()), ("net", classifier())])
    found = GridSearchCV(pipeline, grid, cv=2).fit(X, Y)
    assert found.best_params_["net__optimizer__learning_rate"] == 0.02
    with pytest.raises(ValueError, match="Did you mean 'units'"):
        GridSearchCV(pipeline, {"net__model__unit": [2]}, error_score="raise").fit(X, Y)


def test_a_search_compiles_models_of_one_make_once(monkeypatch):
    compiled = []
    backend = type(resolve())
    compile_ = backend.compile
    monkeypatch.setattr(reuse, "_kept", type(reuse._kept)())
    monkeypatch.setattr(
        backend,
        "compile",
        lambda self, program: compiled.append(program.name) or compile_(self, program),
    )
    grid = {"optimizer__learning_rate": [0.001, 0.003, 0.01], "units": [4, 8]}
    search = GridSearchCV(classifier(epochs=2), grid, cv=3, refit=False).fit(X, Y)
    assert sorted(compiled) == ["predict"] * 2 + ["train"] * 4  # the last batch is smaller
    assert len(set(search.cv_results_["mean_test_score"])) > 1


def test_the_same_scores_each_time():
    scores = [cross_val_score(classifier(), X, Y, cv=3) for _ in range(2)]
    assert (scores[0] == scores[1]).all()
    assert scores[0].mean() > 0.8


WRAPPED = {
    "voting": lambda e: VotingClassifier(
        [("net", e), ("line", LogisticRegression(max_iter=1000))], voting="soft"
    ),
    "stacking": lambda e: StackingClassifier([("net", e)], LogisticRegression(), cv=2),
    "bagging": lambda e: BaggingClassifier(e, n_estimators=2, random_state=0),
    "boosting": lambda e: AdaBoostClassifier(e, n_estimators=2, random_state=0),
    "calibrated": lambda e: CalibratedClassifierCV(e, cv=2),
    "calibrated by rank": lambda e: CalibratedClassifierCV(e, cv=2, method="isotonic"),
    "one against the rest": lambda e: OneVsRestClassifier(e),
}


@pytest.mark.parametrize("name", WRAPPED)
@pytest.mark.parametrize("labels", [Y, load_iris().target_names[Y]], ids=["numbers", "strings"])
def test_inside_other_estimators(name, labels):
    found = WRAPPED[name](KerasClassifier(epochs=20, random_state=0)).fit(X, labels)
    assert found.score(X, labels) > 0.9
    assert found.predict_proba(X).shape == (150, 3)


def test_inside_wrappers_for_several_outputs():
    y = np.stack([Y, Y == 1], axis=1)
    net = MultiOutputClassifier(KerasClassifier(epochs=20, random_state=0)).fit(X, y)
    assert (net.predict(X) == y).mean() > 0.9
    net = MultiOutputRegressor(KerasRegressor(epochs=20, random_state=0)).fit(X, X[:, :2])
    assert net.score(X, X[:, :2]) > 0.8


def test_permutation_importance_finds_the_column_that_matters():
    x = np.random.default_rng(0).normal(size=(200, 3))
    net = KerasRegressor(epochs=20, random_state=0).fit(x, x[:, 1])
    found = permutation_importance(net, x, x[:, 1], n_repeats=2, random_state=0)
    assert found.importances_mean.argmax() == 1


def test_other_tools():
    net = KerasRegressor(epochs=5, random_state=0)
    x, y = load_diabetes(return_X_y=True)
    assert cross_val_predict(net, x, y, cv=2).shape == y.shape
    _, train, test = learning_curve(net, x, y, train_sizes=[0.5, 1.0], cv=2)
    assert train.shape == test.shape == (2, 2)
    scaled = TransformedTargetRegressor(net, transformer=StandardScaler()).fit(x, y)
    assert scaled.score(x, y) > 0.2


def test_columns_of_a_data_frame_by_name():
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    frame["kind"] = np.where(X[:, 0] > 6, "large", "small")
    columns = ColumnTransformer(
        [("numbers", StandardScaler(), ["a", "b", "c", "d"]), ("kind", OneHotEncoder(), ["kind"])]
    )
    net = make_pipeline(columns, KerasClassifier(epochs=20, random_state=0))
    assert net.fit(frame, Y).score(frame, Y) > 0.9

    alone = KerasClassifier(epochs=1).fit(frame.drop(columns="kind"), Y)
    assert alone.feature_names_in_.tolist() == ["a", "b", "c", "d"]
    with pytest.raises(ValueError, match="feature names should match"):
        alone.predict(frame.drop(columns="kind").rename(columns={"a": "z"}))


def test_a_transformer_in_a_pipeline_that_puts_out_data_frames():
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    code = SKLearnTransformer(random_state=0).set_output(transform="pandas")
    found = code.fit_transform(frame)
    assert list(found.columns) == ["sklearntransformer0", "sklearntransformer1"]
    assert make_pipeline(code, LogisticRegression()).fit(frame, Y).score(frame, Y) > 0.8

    def halves():
        return Sequential([Dense(3, activation="tanh"), Dense(1)])

    net = SKLearnTransformer(halves, fit_kwargs={"epochs": 2}).set_output(transform="pandas")
    assert net.fit_transform(frame, Y).columns.tolist() == ["sklearntransformer0"]


def test_a_transformer_without_a_model_restates_its_input():
    x = np.random.default_rng(0).normal(size=(300, 2)) @ np.ones((2, 6)) * 100 + 7
    net = SKLearnTransformer(random_state=0, model__components=1).fit(x)
    assert net.transform(x).shape == (300, 1)
    error = net.model_.predict(x.astype("float32"), verbose=0) - x
    assert error.var() < 0.01 * x.var()


def test_sample_weights_are_routed():
    weight = np.where(Y == 0, 1.0, 0.0)
    with sklearn.config_context(enable_metadata_routing=True):
        net = classifier().set_fit_request(sample_weight=True)
        net.set_score_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        pipeline = make_pipeline(scaler, net)
        pipeline.fit(X, Y, sample_weight=weight)
        assert (pipeline.predict(X) == 0).all()
        found = GridSearchCV(net, {"units": [2]}, cv=2)
        found.fit(X, Y, sample_weight=weight)
        assert found.best_score_ == 1.0


def test_order_and_copies_of_rows_make_no_difference():
    net = classifier(epochs=3)
    expected = net.fit(X, Y).predict_proba(X)
    mixed = np.random.default_rng(0).permutation(150)
    assert (net.fit(X[mixed], Y[mixed]).predict_proba(X) == expected).all()
    assert (net.fit(X, Y, shuffle=False).predict_proba(X) != expected).any()
    copies = np.random.default_rng(0).integers(0, 4, 150)
    weighed = net.fit(X, Y, sample_weight=copies).predict_proba(X)
    repeated = net.fit(np.repeat(X, copies, axis=0), np.repeat(Y, copies)).predict_proba(X)
    assert (weighed == repeated).all()


def test_a_row_is_predicted_alike_in_any_company():
    net = classifier(epochs=1).fit(X, Y)
    alone = np.concatenate([net.predict_proba(row[None]) for row in X])
    assert (alone == net.predict_proba(X)).all()
