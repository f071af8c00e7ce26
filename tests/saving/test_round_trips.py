"""Every layer, optimizer, loss and metric comes back from our own files as it was."""

from __future__ import annotations

import copy
import pickle
import warnings

import h5py
import numpy as np
import pytest

import cornu
from cornu import layers, losses, metrics, optimizers
from cornu.base import Layer
from cornu.base.schedule import LearningRateSchedule
from cornu.errors import BadFileError, SavingError
from cornu.models import load_model, model_from_json, model_from_yaml
from cornu.plugins import registry
from tests.saving.models import LAYERS, batch_for, model_of

# Layers that are no part of a model on their own, or belong to other distributions.
NOT_ALONE = {"ConvLSTMCell", "ConvLSTM2DCell", "ConvRecurrent2D", "InputLayer", "InputSpec",
             "Lambda", "Layer", "Merge", "Recurrent", "Wrapper"}  # fmt: skip


def test_every_layer_has_a_row():
    offered = {
        entry.object.__name__
        for entry in registry.entries("layer")
        if entry.is_class and entry.plugin.distribution == "cornu-layers"
    }
    missing = sorted(offered - set(LAYERS) - NOT_ALONE)
    assert len(missing) <= 12, missing  # layers of other files' tests


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer(name, tmp_path):
    model = model_of(name)
    x = batch_for(model)
    expected = model.predict(x, verbose=0)
    for file in ("m.keras", "m.h5"):
        model.save(tmp_path / file)
        again = load_model(tmp_path / file)
        np.testing.assert_array_equal(again.predict(x, verbose=0), expected)
        if file == "m.keras":
            assert again.get_config() == model.get_config()
    for file in ("w.weights.h5", "w.h5", "w"):
        model.save_weights(tmp_path / file)
        again.set_weights([np.zeros_like(w) for w in again.get_weights()])
        again.load_weights(tmp_path / file)
        np.testing.assert_array_equal(again.predict(x, verbose=0), expected)
    for again in (model_from_json(model.to_json()), model_from_yaml(model.to_yaml())):
        again.set_weights(model.get_weights())
        np.testing.assert_array_equal(again.predict(x, verbose=0), expected)


# Training goes on


X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
Y = (X.sum(axis=1, keepdims=True) > 0).astype("float32")
OPTIMIZERS = {
    "SGD": lambda: optimizers.SGD(0.1),
    "momentum": lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "RMSprop": lambda: optimizers.RMSprop(0.01),
    "centered": lambda: optimizers.RMSprop(0.01, centered=True, momentum=0.5),
    "Adagrad": lambda: optimizers.Adagrad(0.1),
    "Adadelta": lambda: optimizers.Adadelta(1.0),
    "Adam": lambda: optimizers.Adam(0.01),
    "amsgrad": lambda: optimizers.Adam(0.01, amsgrad=True),
    "AdamW": lambda: optimizers.AdamW(0.01, weight_decay=0.1),
    "Adamax": lambda: optimizers.Adamax(0.01),
    "Nadam": lambda: optimizers.Nadam(0.01),
    "Ftrl": lambda: optimizers.Ftrl(0.1),
    "Lion": lambda: optimizers.Lion(0.01),
    "Lamb": lambda: optimizers.Lamb(0.01),
    "Muon": lambda: optimizers.Muon(0.01),
    "Adafactor": lambda: optimizers.Adafactor(0.01),
    "average": lambda: optimizers.Adam(0.01, use_ema=True),
    "accumulated": lambda: optimizers.SGD(0.1, gradient_accumulation_steps=2),
    "clipped": lambda: optimizers.Adam(0.01, clipnorm=0.5),
    "decay": lambda: optimizers.SGD(0.1, decay=0.1),
    "schedule": lambda: optimizers.Adam(optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)),
}


def trained(optimizer, **compiled):
    cornu.set_seed(0)
    x = cornu.Input((4,))
    h = layers.Dropout(0.3)(layers.Dense(8, activation="relu")(x))
    h = layers.GaussianNoise(0.1)(layers.BatchNormalization()(h))
    model = cornu.Model(x, layers.Dense(1, activation="sigmoid")(h), name="m")
    model.compile(optimizer, **{"loss": "binary_crossentropy", "metrics": ["accuracy"], **compiled})
    model.fit(X, Y, epochs=2, batch_size=8, verbose=0)
    return model


def go_on(model):
    cornu.set_seed(7)  # of the order of samples
    history = model.fit(X, Y, epochs=2, batch_size=8, verbose=0)
    return history.history, [w.copy() for w in model.get_weights()]


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("file", ["m.keras", "m.h5"])
def test_training_goes_on_bit_for_bit(name, file, tmp_path):
    model = trained(OPTIMIZERS[name]())
    model.save(tmp_path / file)
    again = load_model(tmp_path / file)
    one, two = again.optimizer.get_config(), model.optimizer.get_config()
    assert {**one, "name": ""} == {**two, "name": ""}  # Keras 2 keeps no names of optimizers
    for one, two in zip(again.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy())
    (history, weights), (other, others) = go_on(model), go_on(again)
    assert history == other
    for one, two in zip(weights, others, strict=True):
        np.testing.assert_array_equal(one, two)


def mapped(default, **by_path):
    chosen = {path.replace("_", "/") + "/.*": optimizer for path, optimizer in by_path.items()}
    return optimizers.MultiOptimizer(optimizers.OptimizerMap(default, chosen))


def shared_twice():
    shared = optimizers.Adam(0.01)
    return mapped(optimizers.SGD(0.1), s_a=shared, s_b=shared)


SEVERAL = {
    "two": lambda: mapped(optimizers.Adam(0.01), s_a=optimizers.SGD(0.1, momentum=0.9)),
    "three": lambda: mapped(
        optimizers.Muon(0.01), s_a=optimizers.Nadam(0.1), s_b=optimizers.RMSprop(0.01)
    ),
    "all named": lambda: mapped(optimizers.Adam(0.01), s=optimizers.Adagrad(0.1)),
    "none named": lambda: mapped(optimizers.Adam(0.01), t=optimizers.SGD(0.1)),
    "shared": shared_twice,
    "scaled": lambda: optimizers.LossScaleOptimizer(SEVERAL["two"]()),
    "schedule": lambda: mapped(OPTIMIZERS["schedule"](), s_b=OPTIMIZERS["average"]()),
}


@pytest.mark.parametrize("name", SEVERAL)
@pytest.mark.parametrize("file", ["m.keras", "m.h5"])
def test_several_optimizers_go_on_bit_for_bit(name, file, tmp_path):
    cornu.set_seed(0)
    stack = [cornu.Input((4,)), layers.Dense(3, name="a"), layers.Dense(1, name="b")]
    model = cornu.Sequential(stack, name="s")
    model.compile(SEVERAL[name](), "mse")
    model.fit(X, Y, epochs=2, batch_size=8, verbose=0)
    model.save(tmp_path / file)
    again = load_model(tmp_path / file)
    assert [v.path for v in again.variables] == [v.path for v in model.variables]
    assert len(again.optimizer.variables) == len(model.optimizer.variables)
    (history, weights), (other, others) = go_on(model), go_on(again)
    assert history == other
    for one, two in zip(weights, others, strict=True):
        np.testing.assert_array_equal(one, two)


def test_every_optimizer_has_a_row():
    offered = {
        entry.object.__name__ for entry in registry.entries("optimizer")
        if entry.is_class and not issubclass(entry.object, LearningRateSchedule)
    }  # fmt: skip
    tried = {type(make()).__name__ for make in OPTIMIZERS.values()}
    others = {"LossScaleOptimizer", "MultiOptimizer", "Optimizer", "OptimizerMap",
              "ScheduleFreeAdamW"}  # fmt: skip
    assert offered - tried <= others


def test_a_new_process_goes_on_with_the_same_random_numbers(tmp_path, monkeypatch):
    from cornu_ops.random import seed

    model = trained("adam")
    model.save(tmp_path / "m.keras")
    expected = model.fit(X, Y, epochs=2, batch_size=8, verbose=0).history
    monkeypatch.setattr(seed, "_PROCESS", seed._Source())  # as a new process has
    again = load_model(tmp_path / "m.keras")
    assert again.fit(X, Y, epochs=2, batch_size=8, verbose=0).history == expected


def test_reading_a_file_is_no_step_of_a_seeded_script(tmp_path):
    trained("adam").save(tmp_path / "m.keras")
    cornu.set_seed(3)
    expected = cornu.random.draw_seed()
    cornu.set_seed(3)
    load_model(tmp_path / "m.keras")
    assert cornu.random.draw_seed() == expected


@pytest.mark.parametrize("file", ["m.keras", "m.h5"])
def test_metrics_keep_what_they_have_counted(file, tmp_path):
    model = trained("adam", metrics=["accuracy", metrics.Precision(name="p")])
    model.reset_metrics()
    model.train_on_batch(X[:8], Y[:8])
    model.save(tmp_path / file)
    again = load_model(tmp_path / file)
    for batch in (slice(8, 16), slice(16, 32)):
        one = model.train_on_batch(X[batch], Y[batch], reset_metrics=False)
        two = again.train_on_batch(X[batch], Y[batch], reset_metrics=False)
        np.testing.assert_array_equal(one, two)


COMPILED = {
    "names": {"loss": "mse", "metrics": ["mae", "mse"]},
    "objects": {
        "loss": losses.BinaryCrossentropy(label_smoothing=0.1),
        "metrics": [metrics.Precision(), metrics.AUC(name="auc")],
        "weighted_metrics": ["mae"],
    },
    "factor": {"loss": losses.Huber(2.0), "loss_weights": 0.5},
    "steps": {"loss": "hinge", "steps_per_execution": 2},
}


@pytest.mark.parametrize("name", COMPILED)
@pytest.mark.parametrize("file", ["m.keras", "m.h5"])
def test_what_compile_was_told(name, file, tmp_path):
    model = trained("adam", **COMPILED[name])
    model.save(tmp_path / file)
    again = load_model(tmp_path / file)
    np.testing.assert_array_equal(again.evaluate(X, Y, verbose=0), model.evaluate(X, Y, verbose=0))
    assert again.metrics_names == model.metrics_names


def test_several_outputs_keep_their_losses_by_name(tmp_path):
    x = cornu.Input((4,), name="x")
    h = layers.Dense(5)(x)
    outputs = [layers.Dense(1, name="a")(h), layers.Dense(1, activation="sigmoid", name="b")(h)]
    model = cornu.Model(x, outputs)
    model.compile(
        "sgd", {"a": "mse", "b": "binary_crossentropy"}, loss_weights={"a": 0.5, "b": 2.0},
        metrics={"b": ["accuracy"]},
    )  # fmt: skip
    for file in ("m.keras", "m.h5"):
        model.save(tmp_path / file)
        again = load_model(tmp_path / file)
        targets = {"a": Y, "b": Y}
        expected = model.evaluate(X, targets, verbose=0)
        np.testing.assert_array_equal(again.evaluate(X, targets, verbose=0), expected)


def test_the_optimizer_can_be_left_out(tmp_path):
    model = trained("adam")
    for file in ("m.keras", "m.h5"):
        model.save(tmp_path / file, include_optimizer=False)
        assert not load_model(tmp_path / file).compiled
        model.save(tmp_path / file)
        assert load_model(tmp_path / file).compiled
        assert not load_model(tmp_path / file, compile=False).compiled


# Structures


def structures():
    def nested():
        inner = cornu.Sequential([cornu.Input((4,)), layers.Dense(4), layers.BatchNormalization()])
        x = cornu.Input((4,))
        return cornu.Model(x, inner(inner(x)))

    def frozen_within():
        i = cornu.Input((4,))
        h = layers.BatchNormalization()(layers.Dense(4, name="one")(i))
        inner = cornu.Model(i, layers.Dense(4, name="two")(h), name="inner")
        inner.get_layer("one").trainable = False
        x = cornu.Input((4,))
        return cornu.Model(x, layers.Dense(1)(inner(x)))

    def functions():
        x = cornu.Input((4,))
        h = layers.Dense(4)(x) * 2.0 + x
        return cornu.Model(x, cornu.ops.mean(h[:, 1:], axis=-1, keepdims=True) - 1.0)

    def by_name():
        a, b = cornu.Input((4,), name="a"), cornu.Input((4,), name="b")
        h = layers.Add()([a, b])
        return cornu.Model({"a": a, "b": b}, {"one": layers.Dense(2)(h), "two": h})

    def stateful():
        x = cornu.Input(batch_shape=(3, 5, 2))
        return cornu.Model(x, layers.LSTM(3, stateful=True)(x))

    def float64():
        x = cornu.Input((4,), dtype="float64")
        return cornu.Model(x, layers.Dense(2, dtype="float64")(x))

    def mixed():
        x = cornu.Input((4,))
        return cornu.Model(x, layers.Dense(2, dtype="mixed_float16")(x))

    made = (nested, frozen_within, functions, by_name, stateful, float64, mixed)
    return {make.__name__: make for make in made}


@pytest.mark.parametrize("name", structures())
@pytest.mark.parametrize("file", ["m.keras", "m.h5"])
def test_a_structure(name, file, tmp_path):
    model = structures()[name]()
    x = batch_for(model)
    if name == "by_name":
        x = dict(zip(("a", "b"), x, strict=True))
    model.predict(x, verbose=0, batch_size=3)
    model.save(tmp_path / file)
    again = load_model(tmp_path / file)
    one, two = (m.predict(x, verbose=0, batch_size=3) for m in (model, again))
    if name == "by_name":
        if file == "m.h5":  # Keras 2 knows lists of outputs only
            two = dict(zip(one, two if isinstance(two, list) else two.values(), strict=True))
        assert list(one) == list(two)
        one, two = list(one.values()), list(two.values())
        for a, b in zip(one, two, strict=True):
            np.testing.assert_array_equal(a, b)
    else:
        np.testing.assert_array_equal(one, two)
    flags = [[w.trainable for w in m.weights] for m in (model, again)]
    assert flags[0] == flags[1]


def test_a_file_without_extension_is_the_zip_and_says_so(tmp_path):
    model = trained("adam")
    with pytest.warns(UserWarning, match="has no extension: it is written as one .keras file"):
        model.save(tmp_path / "new" / "model")
    assert (tmp_path / "new" / "model").read_bytes()[:2] == b"PK"
    assert load_model(tmp_path / "new" / "model").name == "m"


def test_a_subclassed_model(tmp_path):
    @cornu.utils.register_keras_serializable("test")
    class Net(cornu.Model):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.hidden, self.last = layers.Dense(units), layers.Dense(1)

        def call(self, x):
            return self.last(self.hidden(x))

    model = Net(3, name="net")
    model(X)
    model.save(tmp_path / "m.keras")
    np.testing.assert_array_equal(load_model(tmp_path / "m.keras")(X), model(X))
    with pytest.raises(SavingError, match=r"subclassed model; .h5 describes"):
        model.save(tmp_path / "m.h5")


# Custom objects


def curve(x):
    return x * x


def start(shape, dtype=None):
    return np.full(shape, 0.25, dtype)


def weigh(w):
    return 0.01 * cornu.ops.sum(cornu.ops.square(w))


def shrink(w):
    return 0.9 * w


def own_loss(y, p):
    return cornu.ops.mean(cornu.ops.square(y - p), axis=-1)


def own_metric(y, p):
    return cornu.ops.mean(cornu.ops.abs(y - p))


OWN = (curve, start, weigh, shrink, own_loss, own_metric)


def of_own_functions(loss=own_loss, activation=curve):
    model = cornu.Sequential(
        [
            cornu.Input((4,)),
            layers.Dense(3, activation=activation, kernel_initializer=start),
            layers.Dense(3, kernel_regularizer=weigh, bias_constraint=shrink),
            layers.Lambda(curve),
            layers.Dense(1),
        ]
    )
    model.compile("adam", loss, metrics=[own_metric])
    model.fit(X, X[:, :1], verbose=0)
    return model


@pytest.mark.parametrize("file", ["m.keras", "m.h5"])
def test_functions_of_ones_own_are_written_as_their_names(tmp_path, file):
    model = of_own_functions()
    model.save(tmp_path / file)
    again = load_model(tmp_path / file, custom_objects={f.__name__: f for f in OWN})
    np.testing.assert_array_equal(again(X), model(X))
    assert again.evaluate(X, X[:, :1], verbose=0) == model.evaluate(X, X[:, :1], verbose=0)
    with pytest.raises(BadFileError) as caught:
        load_model(tmp_path / file)
    assert caught.value.rule == "names"
    for function in OWN:  # all at once, so that they are not asked for one by one
        assert f"{function.__name__!r}: {function.__name__}" in str(caught.value)
    for_model = {f.__name__: f for f in OWN[:4]}
    with pytest.raises(BadFileError, match=r"'own_loss', 'own_metric', which are.*compile=False"):
        load_model(tmp_path / file, custom_objects=for_model)
    without = load_model(tmp_path / file, custom_objects=for_model, compile=False)
    np.testing.assert_array_equal(without(X), model(X))


@pytest.mark.parametrize("file", ["m.keras", "m.h5"])
def test_lambdas_are_written_as_placeholders(tmp_path, file):
    model = of_own_functions(loss=lambda y, p: own_loss(y, p), activation=lambda h: h * h)
    with pytest.warns(UserWarning, match="'lambda h' and 'lambda y, p'"):
        model.save(tmp_path / file)
    with pytest.raises(BadFileError, match=r"'lambda h': the function"):
        load_model(tmp_path / file)
    known = {f.__name__: f for f in OWN} | {"lambda h": curve, "lambda y, p": own_loss}
    again = load_model(tmp_path / file, custom_objects=known)
    assert again.evaluate(X, X[:, :1], verbose=0) == model.evaluate(X, X[:, :1], verbose=0)


def test_a_checkpoint_does_not_end_the_training_for_a_function(tmp_path):
    model = of_own_functions(loss=lambda y, p: own_loss(y, p), activation=lambda h: h * h)
    checkpoint = cornu.callbacks.ModelCheckpoint(str(tmp_path / "{epoch}.keras"))
    with pytest.warns(UserWarning, match="'lambda h'"):
        history = model.fit(X, X[:, :1], epochs=3, verbose=0, callbacks=[checkpoint])
    assert len(history.epoch) == len(list(tmp_path.iterdir())) == 3


def test_a_file_never_imports_what_it_names(tmp_path, monkeypatch):
    """A function that lies in a module at hand is not taken from there."""
    model = cornu.Sequential([cornu.Input((4,)), layers.Lambda(curve)])
    monkeypatch.setattr(curve, "__module__", "os.path", raising=False)
    monkeypatch.setattr(curve, "__name__", "exists")
    monkeypatch.setattr(curve, "__qualname__", "exists")
    model.save(tmp_path / "m.keras")
    with pytest.raises(BadFileError, match="'exists'"):
        load_model(tmp_path / "m.keras")


def test_a_name_in_an_old_file_is_found_among_what_was_registered_since(tmp_path):
    def late(x):
        return x + 1

    model = cornu.Sequential([cornu.Input((4,)), layers.Dense(2), layers.Lambda(late)])
    model.save(tmp_path / "m.keras")
    cornu.utils.register_keras_serializable("since")(late)
    np.testing.assert_array_equal(load_model(tmp_path / "m.keras")(X), model(X))


def test_a_layer_of_ones_own(tmp_path):
    class Scaled(Layer):
        def __init__(self, factor, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def build(self, input_shape):
            self.w = self.add_weight("w", (input_shape[-1],), initializer="ones")

        def call(self, x):
            return x * self.w * self.factor

    x = cornu.Input((4,))
    model = cornu.Model(x, Scaled(2.0)(Scaled(3.0)(x)))
    for file in ("m.keras", "m.h5"):
        model.save(tmp_path / file)
        again = load_model(tmp_path / file, custom_objects={"Scaled": Scaled})
        np.testing.assert_array_equal(again(X), model(X))
        with pytest.raises(BadFileError, match=r"custom_objects=\{'Scaled': Scaled\}"):
            load_model(tmp_path / file)


# Weights


def test_mismatches_are_skipped_weight_by_weight_where_layers_are_grouped(tmp_path):
    small = cornu.Sequential([cornu.Input((4,)), layers.Dense(3, name="a")])
    large = cornu.Sequential([cornu.Input((5,)), layers.Dense(3, name="a")])
    small.set_weights([w + 1 for w in small.get_weights()])
    kernel = large.get_weights()[0]
    for file in ("w.h5", "w.weights.h5"):
        small.save_weights(tmp_path / file)
        with pytest.raises(BadFileError, match="Pass skip_mismatch=True"):
            large.load_weights(tmp_path / file)
        with pytest.warns(UserWarning, match="Skipping loading of weights due to mismatch"):
            large.load_weights(tmp_path / file, skip_mismatch=True)
        np.testing.assert_array_equal(large.get_weights()[0], kernel)


def test_a_changed_number_is_noticed(tmp_path):
    model = trained("adam")
    model.save_weights(tmp_path / "w.weights.h5")
    with h5py.File(tmp_path / "w.weights.h5", "r+") as file:
        file["layers/dense/vars/0"][0, 0] += 1.0
    before = model.get_weights()
    with pytest.raises(BadFileError, match="have changed") as caught:
        model.load_weights(tmp_path / "w.weights.h5")
    assert caught.value.rule == "checksum"
    for one, two in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_max_bytes_bounds_what_is_read(tmp_path):
    model = trained("adam")
    for file in ("m.keras", "m.h5"):
        model.save(tmp_path / file)
        with pytest.raises(BadFileError, match="max_bytes") as caught:
            load_model(tmp_path / file, max_bytes=100)
        assert caught.value.rule == "size"
        with pytest.raises(BadFileError, match="max_bytes"):
            model.load_weights(tmp_path / file, max_bytes=100)
        load_model(tmp_path / file, max_bytes=10**9)


# Copies


@pytest.mark.parametrize(
    "again", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["copy", "pickle"]
)
def test_a_copy_trains_on_like_the_model(again):
    model = trained("adam")
    twin = again(model)
    (history, weights), (other, others) = go_on(model), go_on(twin)
    assert history == other
    for one, two in zip(weights, others, strict=True):
        np.testing.assert_array_equal(one, two)


def test_infinity_fails_when_it_is_saved(tmp_path):
    model = cornu.Sequential([cornu.Input((4,)), layers.ReLU(max_value=1.0)])
    model.layers[0].max_value = float("inf")
    with warnings.catch_warnings(), pytest.raises(SavingError, match="finite number"):
        model.save(tmp_path / "m.keras")
    assert not list(tmp_path.iterdir())
