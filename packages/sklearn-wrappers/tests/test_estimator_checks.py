"""scikit-learn's own checks: all of them, with no expected failure and no skip."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

from cornu import Input, Sequential
from cornu.layers import Dense
from cornu_sklearn import (
    KerasClassifier,
    KerasRegressor,
    SKLearnClassifier,
    SKLearnRegressor,
    SKLearnTransformer,
)


def network(meta, units=32):
    """A model by function, sized by what the estimator knows, and compiled by it too."""
    target = meta["target_encoder_"]
    last = Dense(meta["n_outputs_expected_"], activation=target.activation)
    return Sequential([Input(meta["X_shape_"][1:]), Dense(units, activation="relu"), last])


def instance(activation, loss):
    """A model as an object: one output, any number of inputs."""
    model = Sequential([Dense(32, activation="relu"), Dense(1, activation=activation)])
    model.compile("adam", loss)
    return model


FIT = {"epochs": 60, "batch_size": 16}
CLASSES, NUMBERS = ("sigmoid", "binary_crossentropy"), (None, "mse")
ESTIMATORS = [
    *(e() for e in (KerasClassifier, KerasRegressor)),
    *(e(network, **FIT) for e in (KerasClassifier, KerasRegressor)),
    KerasClassifier(instance(*CLASSES), **FIT),
    KerasRegressor(instance(*NUMBERS), **FIT),
    *(e() for e in (SKLearnClassifier, SKLearnRegressor, SKLearnTransformer)),
    *(
        e(network, fit_kwargs=FIT)
        for e in (SKLearnClassifier, SKLearnRegressor, SKLearnTransformer)
    ),
    SKLearnClassifier(instance(*CLASSES), fit_kwargs=FIT),
    SKLearnRegressor(instance(*NUMBERS), fit_kwargs=FIT),
    SKLearnTransformer(instance(*NUMBERS), fit_kwargs=FIT),
]


@pytest.fixture
def _complete(monkeypatch):
    """Run the check of the array API too, and give two classes in scikit-learn 1.6 as it should.

    There, the two classes that a binary classifier gets follow from the first row: the check of
    sample weights compares two orders of the rows, which get other labels.
    """
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")
    original = estimator_checks._enforce_estimator_tags_y
    if "y.flat[0]" in inspect.getsource(original):

        def two_classes(estimator, y):
            tags = estimator.__sklearn_tags__()
            if tags.classifier_tags is not None and not tags.classifier_tags.multi_class and y.size:
                return np.where(y == y.min(), y, y.min() + 1)
            return original(estimator, y)

        monkeypatch.setattr(estimator_checks, "_enforce_estimator_tags_y", two_classes)


CHECKS = parametrize_with_checks(ESTIMATORS).mark


def _name(part):
    """What scikit-learn calls a check, without the addresses of functions, which differ by run."""
    return re.sub(r"at0x\w+", "", CHECKS.kwargs["ids"](part))


@pytest.mark.usefixtures("_complete")
@pytest.mark.parametrize(*CHECKS.args, ids=_name)
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)
