"""Parameters: which names there are, where each goes, and what is said of a wrong one."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris

import cornu
from cornu import Input, Model, Sequential
from cornu.callbacks import EarlyStopping, LearningRateScheduler
from cornu.errors import UnknownNameError
from cornu.layers import Dense
from cornu.optimizers import SGD, Adam
from cornu_sklearn import KerasClassifier, SKLearnClassifier

X, Y = load_iris(return_X_y=True)
FEW = {"epochs": 2, "random_state": 0}


def recipe(optimizer="rmsprop", init="glorot_uniform", units=8):
    """The function of many a recipe for Keras 2: sized by hand, compiled."""
    model = Sequential()
    model.add(Dense(units, input_dim=4, kernel_initializer=init, activation="relu"))
    model.add(Dense(3, kernel_initializer=init, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    return model


def plain(meta, units=8):
    """As for SciKeras: not compiled."""
    return Sequential([Input((4,)), Dense(units), Dense(meta["n_classes_"], activation="softmax")])


def of_data(X, y, units=8):
    """As for Keras 3: sized by the data."""
    last = Dense(y.shape[1], activation="softmax")
    model = Sequential([Input(X.shape[1:]), Dense(units), last])
    model.compile("adam", "categorical_crossentropy")
    return model


def built(estimator):
    return estimator.fit(X, Y).model_


UNITS = [
    KerasClassifier(recipe, units=5, **FEW),
    KerasClassifier(build_fn=recipe, units=5, **FEW),
    KerasClassifier(recipe, model__units=5, **FEW),
    KerasClassifier(plain, model__units=5, **FEW),
    KerasClassifier(model__hidden=5, **FEW),
    SKLearnClassifier(of_data, model_kwargs={"units": 5}),
    SKLearnClassifier(of_data, model__units=5),
    KerasClassifier(plain, **FEW).set_params(model__units=5),
    KerasClassifier(lambda **kwargs: plain({"n_classes_": 3}, **kwargs), units=5, **FEW),
]


@pytest.mark.parametrize("estimator", UNITS, ids=range(len(UNITS)))
def test_arguments_of_the_function_are_parameters(estimator):
    for one in (estimator, clone(estimator)):
        dense = [layer for layer in built(one).layers if isinstance(layer, Dense)]
        assert dense[0].units == 5


RATES = [
    (KerasClassifier(recipe, optimizer__learning_rate=0.5, **FEW), "RMSprop"),
    (KerasClassifier(recipe, optimizer="sgd", optimizer__learning_rate=0.5, **FEW), "SGD"),
    (KerasClassifier(recipe, optimizer=SGD(0.5), **FEW), "SGD"),
    (KerasClassifier(plain, optimizer=Adam, optimizer__learning_rate=0.5, **FEW), "Adam"),
    (KerasClassifier(plain, optimizer=Adam(0.1), optimizer__learning_rate=0.5, **FEW), "Adam"),
    (KerasClassifier(plain, optimizer="adam", optimizer__lr=0.5, **FEW), "Adam"),
    (KerasClassifier(of_data, optimizer="sgd", optimizer__learning_rate=0.5, **FEW), "SGD"),
    (KerasClassifier(model__learning_rate=0.5, **FEW), "Adam"),
]


@pytest.mark.parametrize(("estimator", "name"), RATES, ids=range(len(RATES)))
def test_settings_reach_the_optimizer(estimator, name):
    optimizer = built(clone(estimator)).optimizer
    assert (type(optimizer).__name__, float(optimizer.learning_rate)) == (name, 0.5)


def test_an_object_is_never_shared_between_fits():
    optimizer, model, stop = SGD(0.1), recipe(), EarlyStopping("loss", patience=1)
    before = [w.copy() for w in model.get_weights()]
    estimator = KerasClassifier(model, optimizer=optimizer, callbacks=stop, epochs=3)
    first = estimator.fit(X, Y)
    assert first.model_.optimizer is not optimizer
    assert first.model_ is not model
    assert not optimizer.built
    assert stop.model is None
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))


def test_a_compiled_model_takes_another_loss_and_keeps_its_metrics():
    model = built(KerasClassifier(of_data, loss="sparse_categorical_crossentropy", **FEW))
    assert model.loss == "sparse_categorical_crossentropy"
    model = built(KerasClassifier(recipe, loss="mse", **FEW))
    assert model.loss == "mse"
    assert "accuracy" in KerasClassifier(recipe, loss="mse", **FEW).fit(X, Y).history_


@pytest.mark.parametrize(
    ("callbacks", "settings", "expected"),
    [
        (EarlyStopping, {"patience": 7}, [7]),
        (EarlyStopping(), {"patience": 7}, [7]),
        ("EarlyStopping", {"patience": 7}, [7]),
        ([EarlyStopping, EarlyStopping], {"patience": 7}, [7, 7]),
        ([EarlyStopping, EarlyStopping], {"patience": 7, "1__patience": 8}, [7, 8]),
        ({"a": EarlyStopping, "b": EarlyStopping(patience=9)}, {"a__patience": 7}, [7, 9]),
    ],
)
def test_settings_reach_callbacks(callbacks, settings, expected):
    settings = {f"callbacks__{name}": value for name, value in settings.items()}
    estimator = clone(KerasClassifier(recipe, callbacks=callbacks, **settings))
    made = estimator._fit_arguments()["callbacks"]
    assert [callback.patience for callback in made] == expected


def test_early_stopping_on_a_share_of_the_rows():
    stop = {"callbacks": EarlyStopping("val_loss", patience=3), "validation_split": 0.2}
    estimator = KerasClassifier(recipe, epochs=500, optimizer__learning_rate=0.05, **stop)
    history = estimator.set_params(random_state=0).fit(X, Y).history_
    assert 4 < len(history["val_loss"]) < 500
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}


def test_metrics_and_losses_with_settings():
    estimator = KerasClassifier(
        lambda: Sequential([Dense(1)]),
        loss="binary_crossentropy",
        loss__from_logits=True,
        metrics=["BinaryAccuracy"],
        metrics__threshold=0.0,
        **FEW,
    )
    estimator.fit(X, Y == 1)
    assert estimator.model_.loss.from_logits
    assert "binary_accuracy" in estimator.history_
    assert estimator.predict_proba(X).min() >= 0


def test_arguments_of_fit_and_predict():
    seen = []
    each = LearningRateScheduler(lambda epoch: seen.append(epoch) or 0.01)
    KerasClassifier(recipe, fit__epochs=3, fit__initial_epoch=1, callbacks=[each]).fit(X, Y)
    KerasClassifier(recipe, nb_epoch=2, batch_size=-1).fit(X, Y, callbacks=[each])
    assert seen == [1, 2, 0, 1]
    estimator = KerasClassifier(recipe, epochs=1, predict__batch_size=64, random_state=0).fit(X, Y)
    assert estimator.predict_proba(X, batch_size=16).shape == (150, 3)


@pytest.mark.parametrize("given", ["fit", "parameter"])
def test_data_to_validate_on_is_written_as_the_training_data(given):
    names = np.array(["a", "b", "c"])[Y]
    data = {"validation_data": (X[:30], names[:30])}
    estimator = KerasClassifier(recipe, **FEW, **(data if given == "parameter" else {}))
    estimator.fit(X, names, **(data if given == "fit" else {}))
    assert len(estimator.history_["val_loss"]) == 2


def test_get_params_reaches_into_function_and_optimizer():
    estimator = KerasClassifier(plain, optimizer="adam", optimizer__learning_rate=0.5)
    found = estimator.get_params()
    assert found["model__units"] == 8
    assert found["optimizer__learning_rate"] == 0.5
    assert found["optimizer__beta_1"] == 0.9
    assert "model__units" not in estimator.get_params(deep=False)
    assert KerasClassifier().get_params()["model__dropout"] == 0.0


def test_clone_keeps_every_parameter():
    estimator = KerasClassifier(
        recipe, units=3, model__init="zeros", fit__initial_epoch=0, steps_per_epoch=2, epochs=4
    )
    assert clone(estimator).get_params(deep=False) == estimator.get_params(deep=False)


class WithAStepOfItsOwn(Model):
    """Compiled without a loss, because its train_step needs none."""

    def __init__(self):
        super().__init__()
        self.last = Dense(3, activation="softmax")

    def call(self, inputs):
        return self.last(inputs)

    def train_step(self, data):
        x, y = data
        loss = cornu.losses.sparse_categorical_crossentropy(y[:, 0] if y.ndim > 1 else y, self(x))
        loss = cornu.ops.mean(loss)
        self.optimizer.apply(self.compute_gradients(loss), self.trainable_variables)
        return {"own": loss}


def test_a_model_with_a_step_of_its_own_keeps_it():
    def make():
        model = WithAStepOfItsOwn()
        model.compile("adam")
        return model

    estimator = KerasClassifier(make, **FEW)
    estimator.set_params(optimizer__learning_rate=0.25)
    history = estimator.fit(X, Y).history_
    assert list(history) == ["own"]
    assert float(estimator.model_.optimizer.learning_rate) == 0.25
    assert estimator.model_.loss is None


WRONG = [
    (recipe, {"epoch": 3}, "'epoch'. Did you mean 'epochs'"),
    (recipe, {"unit": 3}, "'unit'. Did you mean 'units'"),
    (recipe, {"model__unit": 3}, "'model__unit'. Did you mean 'units'"),
    (recipe, {"zzz": 3}, "recipe() has optimizer, init, units"),
    (recipe, {"optimiser__learning_rate": 3}, "Did you mean 'optimizer'?"),
    (recipe, {"fit__epoch": 3}, "Did you mean 'epochs'"),
    (plain, {"optimizer": "sgd", "optimizer__learning_rat": 3}, "Did you mean 'learning_rate'"),
    (None, {"model__layers": 3}, "network() has"),
    (recipe(), {"model__units": 3}, "pass a function that makes the model"),
]


@pytest.mark.parametrize(("model", "given", "message"), WRONG, ids=range(len(WRONG)))
def test_an_unknown_name_lists_near_matches(model, given, message):
    with pytest.raises(UnknownNameError) as error:
        KerasClassifier(model, **given)
    assert message in str(error.value)
    estimator = KerasClassifier(model)
    with pytest.raises(ValueError, match="has no parameter"):
        estimator.set_params(**given)
    assert set(given) & set(estimator.get_params(deep=False)) <= {"optimizer"}


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (KerasClassifier(7), "model=7 is no model: pass a function"),
        (KerasClassifier(lambda: None), "returned None, not a model: end it with `return model`"),
        (KerasClassifier(lambda units: 3), "needs units: give KerasClassifier model__units="),
        (SKLearnClassifier(recipe, model_kwargs={"unit": 3}), "no argument 'unit'. Did you mean"),
        (KerasClassifier(recipe, callbacks__patience=3), "pass callbacks=... too"),
        (
            KerasClassifier(recipe, callbacks=EarlyStopping, callbacks__patient=3),
            "Did you mean 'patience'",
        ),
    ],
)
def test_fit_says_what_is_wrong_with_a_parameter(estimator, message):
    with pytest.raises((TypeError, ValueError)) as error:
        estimator.fit(X, Y)
    assert message in str(error.value)


def test_an_unknown_argument_of_a_call():
    estimator = KerasClassifier(recipe)
    with pytest.raises(TypeError, match="Did you mean 'epochs'"):
        estimator.fit(X, Y, epoch=3)
    with pytest.raises(TypeError, match="no argument 'batchsize'"):
        estimator.fit(X, Y).predict(X, batchsize=3)


def test_random_state_decides_and_seeds_are_followed():
    def probabilities(seed):
        return KerasClassifier(recipe, epochs=1, random_state=seed).fit(X, Y).predict_proba(X)

    assert (probabilities(0) == probabilities(0)).all()
    assert (probabilities(0) != probabilities(1)).any()
    found = []
    for _ in range(2):
        cornu.utils.set_random_seed(3)
        found += [probabilities(None), probabilities(np.random.RandomState(4))]
    assert (found[0] == found[2]).all()
    assert (found[1] == found[3]).all()
    assert (found[0] != found[1]).any()


def test_fitting_leaves_the_global_seed_as_it_was():
    cornu.set_seed(0)
    expected = cornu.random.draw_seed()
    cornu.set_seed(0)
    KerasClassifier(recipe, epochs=1, random_state=5).fit(X, Y)
    assert cornu.random.draw_seed() == expected
