"""`compile`, `fit`, `evaluate` and `predict` as Keras 2.3 has them."""

from __future__ import annotations

import warnings

import cornu.compat.keras2 as keras
import numpy as np
import pytest
from cornu.compat.keras2 import backend as K
from cornu.compat.keras2.engine import training_utils

from cornu_keras.compat.keras2.meanings import chance

X = np.random.default_rng(0).random((10, 3), "float32")
A = np.random.default_rng(1).random((10, 4), "float32")
B = np.random.default_rng(2).random((10, 2), "float32")


def two_outputs(**compiled):
    x = keras.Input(shape=(3,), name="x")
    model = keras.Model(x, [keras.layers.Dense(4, name="a")(x), keras.layers.Dense(2, name="b")(x)])
    if compiled:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.compile("sgd", **compiled)
    return model


def one_output(**compiled):
    model = keras.Sequential([keras.layers.Dense(4, input_shape=(3,), name="a")])
    model.compile("sgd", **{"loss": "mse", **compiled})
    return model


# compile


@pytest.mark.parametrize(
    ("compiled", "error", "message"),
    [
        ({"loss": ["mse", "mae", "mse"]}, ValueError, "one entry per model output"),
        ({"loss": []}, ValueError, "one entry per model output"),
        ({"loss": {"c": "mse"}}, ValueError, "Unknown entries in loss dictionary"),
        ({"loss": "mse", "loss_weights": {"c": 1.0}}, ValueError, "Unknown entries"),
        ({"loss": "mse", "loss_weights": [1.0]}, ValueError, "one entry per model output"),
        ({"loss": "mse", "loss_weights": (1.0, 1.0)}, TypeError, "loss_weights"),
        ({"loss": "mse", "sample_weight_mode": {"c": None}}, ValueError, "Unknown entries"),
        ({"loss": "mse", "sample_weight_mode": {"a": "temporal"}}, ValueError, "'b' missing"),
        ({"loss": "mse", "sample_weight_mode": ["temporal"]}, ValueError, "one entry"),
        ({"loss": "mse", "metrics": [["mae"]]}, ValueError, "one entry per model output"),
        ({"loss": "mse", "target_tensors": [A]}, ValueError, "one entry per model output"),
        ({"loss": "mse", "target_tensors": A}, ValueError, "passed a single tensor"),
        ({"loss": "mse", "target_tensors": {1, 2}}, TypeError, "list or dict of tensors"),
    ],
)
def test_compile_says_at_once_what_fits_no_output(compiled, error, message):
    with pytest.raises(error, match=message):
        two_outputs(**compiled)


@pytest.mark.parametrize(
    ("compiled", "names"),
    [
        ({"loss": "mse"}, ["loss", "a_loss", "b_loss"]),
        ({"loss": "mse", "metrics": ["mae"]}, ["loss", "a_loss", "b_loss", "a_mae", "b_mae"]),
        (
            {"loss": "mse", "metrics": ["mae", "mse"]},  # as long as there are outputs
            ["loss", "a_loss", "b_loss", "a_mae", "a_mse", "b_mae", "b_mse"],
        ),
        ({"loss": "mse", "metrics": {"b": ["mae"]}}, ["loss", "a_loss", "b_loss", "b_mae"]),
        ({"loss": {"b": "mse"}, "metrics": ["mae"]}, ["loss", "b_loss", "b_mae"]),
    ],
)
def test_names_of_metrics_are_known_before_training_and_stay(compiled, names):
    model = two_outputs(**compiled)
    assert model.metrics_names == names
    values = model.train_on_batch(X, {"a": A, "b": B})
    assert model.metrics_names == names
    assert len(values) == len(names)


def test_an_output_without_a_loss_needs_no_target():
    model = two_outputs()
    with pytest.warns(UserWarning, match='Output "b" missing from loss dictionary'):
        model.compile("sgd", {"a": "mse"}, metrics=["mae"])
    logs = [model.evaluate(X, y, verbose=0) for y in (A, [A], {"a": A}, [A, B])]
    assert logs == [logs[0]] * 4
    with pytest.raises(ValueError, match='No data provided for "a"'):
        model.train_on_batch(X, {"b": B})


def test_a_model_of_its_own_loss_is_trained_without_targets():
    model = two_outputs()
    model.add_loss(K.mean(model.outputs[0] ** 2))
    model.compile("sgd", None, metrics=["mae"])
    before = model.train_on_batch(X, None)
    assert model.fit(X, None, epochs=20, verbose=0).history["loss"][-1] < before


def test_a_metric_of_a_symbolic_tensor_is_shown():
    model = one_output()
    model.add_metric(keras.metrics.Mean(name="height")(model.output))
    model.compile("sgd", "mse")
    logs = dict(zip(model.metrics_names, model.test_on_batch(X, A), strict=True))
    assert logs["height"] == pytest.approx(float(model.predict(X).mean()), rel=1e-5)


# Weights


@pytest.mark.parametrize("steps", [{}, {"steps_per_epoch": 1}])
def test_every_class_needs_a_weight(steps):
    model = keras.Sequential([keras.layers.Dense(2, "softmax", input_shape=(3,))])
    model.compile("sgd", "sparse_categorical_crossentropy")
    y = np.arange(10) % 2
    with pytest.raises(ValueError, match="must contain all classes"):
        model.fit(X, y, class_weight={0: 1.0}, verbose=0, **steps)
    model.fit(X, y, class_weight={0: 1.0, 1: 2.0, 7: 3.0}, verbose=0, **steps)


@pytest.mark.parametrize(
    ("mode", "shape", "message"),
    [
        (None, (10, 5), "temporal"),
        ("temporal", (10,), "pass a 2D"),
        ("temporal", (10, 4), "cannot be broadcast"),
    ],
)
def test_weights_are_what_their_mode_says(mode, shape, message):
    model = keras.Sequential([keras.layers.Dense(2, input_shape=(5, 3))])
    model.compile("sgd", "mse", sample_weight_mode=mode)
    x, y = np.ones((10, 5, 3)), np.ones((10, 5, 2))
    with pytest.raises(ValueError, match=message):
        model.fit(x, y, sample_weight=np.ones(shape), verbose=0)


def test_weights_may_name_some_outputs():
    model = two_outputs(loss="mse")
    model.set_weights([w * 0 for w in model.get_weights()])
    weight = np.arange(10.0)
    values = model.test_on_batch(X, [A, B], sample_weight={"b": weight})
    expected = [np.mean(A**2), np.mean(B**2 * weight[:, None])]
    np.testing.assert_allclose(values, [sum(expected), *expected], rtol=1e-5)


def test_a_masked_step_counts_as_a_step():
    """In Keras 2.3 the mean is over all steps, and those that are masked are 0."""
    model = keras.Sequential(
        [
            keras.layers.Masking(0.0, input_shape=(4, 1)),
            keras.layers.TimeDistributed(keras.layers.Dense(1, kernel_initializer="ones")),
        ]
    )
    model.compile("sgd", "mse")
    x = np.array([[[1.0], [1.0], [0.0], [0.0]]])
    assert model.test_on_batch(x, x + 2) == pytest.approx((4 + 4) / 4)
    assert model.test_on_batch(x, x + 2, sample_weight=np.array([3.0])) == pytest.approx(6.0)


# Tensors that are fed already


def test_an_input_with_a_value_is_not_passed():
    known = keras.Input(tensor=K.variable(X))
    x = keras.Input(shape=(3,), name="x")
    model = keras.Model([known, x], keras.layers.add([known, x]))
    model.compile("sgd", "mse")
    for given in (X, [X], {"x": X}):
        np.testing.assert_allclose(model.predict(given), 2 * X, rtol=1e-6)
        np.testing.assert_allclose(model.predict_on_batch(given), 2 * X, rtol=1e-6)
        assert model.evaluate(given, 2 * X, verbose=0) == pytest.approx(0.0, abs=1e-10)
    with pytest.raises(ValueError, match="is to be given"):
        model.predict([X, X])


def test_a_model_may_need_no_data_at_all():
    x = keras.Input(tensor=X)
    model = keras.Model(x, keras.layers.Dense(4)(x))
    model.compile("sgd", "mse", target_tensors=[A])
    history = model.fit(epochs=3, steps_per_epoch=2, verbose=0).history["loss"]
    assert history[2] < history[0]
    assert model.predict(steps=3).shape == (30, 4)
    assert model.evaluate(steps=2, verbose=0) == pytest.approx(model.test_on_batch(None, None))
    with pytest.raises(ValueError, match="steps_per_epoch"):
        model.fit(epochs=1)


def test_targets_of_compile_are_not_passed_to_fit():
    model = two_outputs(loss="mse", target_tensors={"a": K.variable(A)})
    plain = two_outputs(loss="mse")
    plain.set_weights(model.get_weights())
    assert model.test_on_batch(X, B) == pytest.approx(plain.test_on_batch(X, [A, B]))
    model = one_output(target_tensors=A)
    with pytest.raises(ValueError, match="target_tensors"):
        model.train_on_batch(X, A)


def test_with_steps_all_of_the_arrays_are_one_batch():
    model = one_output()
    assert model.predict(X, steps=2).shape == (20, 4)
    model.fit(X, A, steps_per_epoch=4, verbose=0)
    assert int(model.optimizer.iterations) == 4
    with pytest.raises(ValueError, match="batch_size"):
        model.fit(X, A, batch_size=5, steps_per_epoch=2)


def test_the_first_input_says_how_many_samples_there_are():
    x, table = keras.Input(shape=(3,)), keras.Input(shape=(3,))
    mean = keras.layers.Lambda(lambda xs: xs[0] + K.mean(xs[1], axis=0, keepdims=True))
    model = keras.Model([x, table], mean([x, table]))
    longer = np.concatenate([X, X, X])
    np.testing.assert_allclose(model.predict([X, longer], batch_size=10), X + X.mean(0), rtol=1e-5)
    short = np.ones((4, 3), "float32")
    np.testing.assert_allclose(model.predict([X, short]), X + 1, rtol=1e-5)


# What is computed


def test_the_total_loss_and_its_slopes_are_symbolic():
    model = one_output(metrics=["mae"])
    feeds = [*model.inputs, *model.targets, *model.sample_weights]
    weights = np.linspace(0, 1, 10)
    loss, metric = K.function(feeds, [model.total_loss, *model.metrics_tensors])([X, A, weights])
    np.testing.assert_allclose(loss, model.test_on_batch(X, A, weights)[0], rtol=1e-5)
    np.testing.assert_allclose(metric, model.test_on_batch(X, A)[1], rtol=1e-5)
    slope = K.gradients(model.total_loss, model.trainable_weights)[0]
    (found,) = K.function(feeds, [slope])([X, A, weights])
    error = model.predict(X) - A
    expected = X.T @ (2 * error * weights[:, None]) / error.size
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("phase", "dropped"), [(None, False), (0, False), (1, True)])
def test_the_learning_phase_counts_in_predict(phase, dropped):
    model = keras.Sequential([keras.layers.Dropout(0.5, input_shape=(100,))])
    ones = np.ones((1, 100))
    assert (model.predict(ones) == 1).all()
    if phase is not None:
        K.set_learning_phase(phase)
    try:
        assert (model.predict(ones) != 1).any() == dropped
    finally:
        K.clear_session()
    assert (model.predict(ones) == 1).all()


def test_a_chosen_phase_of_tests_counts_in_fit():
    model = keras.Sequential([keras.layers.Dropout(0.9, input_shape=(100,))])
    model.compile("sgd", "mse")
    ones = np.ones((4, 100))
    assert model.train_on_batch(ones, ones) > 0
    K.set_learning_phase(0)
    try:
        assert model.train_on_batch(ones, ones) == 0
    finally:
        K.clear_session()


# Generators


class Halving(keras.utils.Sequence):
    def __init__(self, length):
        super().__init__()
        self.length = length

    def __len__(self):
        return self.length

    def __getitem__(self, place):
        return X, A

    def on_epoch_end(self):
        self.length = max(self.length // 2, 1)


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_a_sequence_may_change_its_length(workers):
    model = one_output()
    seen, told = [], []

    class Seeing(keras.callbacks.Callback):
        def on_batch_end(self, batch, logs=None):
            seen.append(batch)

        def set_params(self, params):
            told.append(params["steps"])

    model.fit_generator(Halving(4), epochs=3, workers=workers, callbacks=[Seeing()], verbose=0)
    assert seen == [0, 1, 2, 3, 0, 1, 0]
    assert told[:3] == [4, 2, 1]


@pytest.mark.parametrize("method", ["fit_generator", "evaluate_generator", "predict_generator"])
def test_somebody_has_to_say_how_far_a_generator_goes(method):
    endless = iter(lambda: (X, A), None)
    with pytest.raises(ValueError, match="Please specify `steps"):
        getattr(one_output(), method)(endless)


@pytest.mark.parametrize("kind", ["arrays", "generator", "split"])
def test_a_callback_sees_the_data_to_validate_on(kind):
    model = keras.Sequential([keras.layers.Dense(4, input_shape=(3,)), keras.layers.Dropout(0.1)])
    model.compile("sgd", "mse")
    callback = keras.callbacks.Callback()
    x, y = (Halving(1), None) if kind == "generator" else (X, A)
    split = kind == "split"
    wanted = slice(len(X) - 5, None) if split else slice(5)
    told = {"validation_split": 5 / len(X)} if split else {"validation_data": (X[:5], A[:5])}
    model.fit(x, y, callbacks=[callback], verbose=0, **told)
    seen_x, seen_y, weights, phase = callback.validation_data
    np.testing.assert_array_equal(seen_x, X[wanted])
    np.testing.assert_array_equal(seen_y, A[wanted])
    np.testing.assert_array_equal(weights, np.ones(5))
    assert phase == 0.0


@pytest.mark.parametrize("data", [(X,), (X, A, None, None), X])
def test_data_to_validate_on_are_two_or_three(data):
    with pytest.raises(ValueError, match=r"2 \(x_val, y_val\) or 3"):
        one_output().fit(X, A, validation_data=data, verbose=0)


# Helpers


@pytest.mark.parametrize(
    ("x", "y", "weights", "fits"),
    [
        ([X], [A], [np.ones(10)], True),
        ([X, X[:5]], [A], None, False),
        ([X], [A[:5]], [np.ones(5)], False),
        ([X], [A], [np.ones(5)], False),
        (None, None, None, True),
    ],
)
def test_lengths_of_arrays_agree(x, y, weights, fits):
    if fits:
        training_utils.check_array_length_consistency(x, y, weights)
    else:
        with pytest.raises(ValueError, match="number of samples"):
            training_utils.check_array_length_consistency(x, y, weights)


def test_an_objective_with_a_mask_is_a_mean_over_what_counts():
    mse = training_utils.weighted_masked_objective(keras.losses.mean_squared_error)
    y = np.array([[[1.0], [2.0]], [[3.0], [4.0]]], "float32")
    mask = np.array([[1, 0], [0, 0]])
    assert float(mse(y * 0, y, None, mask)) == pytest.approx(1.0, rel=1e-4)
    assert float(mse(y * 0, y, np.array([0.0, 1.0], "float32"))) == pytest.approx(12.5)


def test_training_begins_before_the_first_batch_of_a_generator():
    """A generator is often a callback itself, which makes itself ready as training begins."""
    told = []

    class Source(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.rows = np.ones((4, 3))
            told.append(("begin", self.model is model, self.params["epochs"]))

        def batches(self):
            while True:
                yield self.rows, self.rows[:, :1]

    model = keras.models.Sequential([keras.layers.Dense(1, input_dim=3)])
    model.compile("sgd", "mse")
    source = Source()
    for _ in range(2):
        history = model.fit_generator(source.batches(), 2, epochs=2, callbacks=[source], verbose=0)
        assert len(history.history["loss"]) == 2
    assert told == [("begin", True, 2)] * 2


def test_logs_of_a_batch_say_which_it_is():
    seen = []

    class Notes(keras.callbacks.Callback):
        def on_batch_begin(self, batch, logs=None):
            seen.append(dict(logs))

        def on_batch_end(self, batch, logs=None):
            assert "loss" in logs
            seen.append({key: logs[key] for key in ("batch", "size")})

    model = keras.models.Sequential([keras.layers.Dense(1, input_dim=3)])
    model.compile("sgd", "mse")
    model.fit(X, X[:, :1], batch_size=4, verbose=0, callbacks=[Notes()])
    expected = [{"batch": i, "size": size} for i, size in enumerate([4, 4, 2])]
    assert seen == [entry for entry in expected for _ in range(2)]
    quiet = keras.callbacks.Callback()
    assert not quiet.overrides("on_train_batch_end")
    assert Notes().overrides("on_train_batch_end")


def test_generators_take_the_arguments_of_keras_1():
    class Source:
        batch_size = 5

        def __iter__(self):
            return self

        def __next__(self):
            return X[:5], X[:5, :1]

    model = keras.models.Sequential([keras.layers.Dense(1, input_dim=3)])
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="Update your `fit_generator` call"):
        history = model.fit_generator(Source(), samples_per_epoch=10, nb_epoch=2, verbose=0)
    assert (history.epoch, history.params["steps"]) == ([0, 1], 2)
    with pytest.warns(UserWarning, match="`val_samples` is now `steps`"):
        assert model.evaluate_generator(Source(), val_samples=2) >= 0
    plain = iter(lambda: (X[:5], X[:5, :1]), None)
    with pytest.warns(UserWarning, match="samples_per_epoch/batch_size"):
        history = model.fit_generator(plain, samples_per_epoch=3, verbose=0)
    assert history.params["steps"] == 3


def test_inputs_by_other_names_are_left_alone():
    """As in the example image_ocr, whose batches carry their texts for a callback."""
    model = two_outputs(loss="mse")
    x = {"x": X, "source_str": np.array(["a"] * 10)}
    y = {"a": A, "b": B}
    want = model.evaluate(X, y, verbose=0)
    assert model.evaluate(x, y, verbose=0) == want
    assert model.test_on_batch(x, y) == pytest.approx(want)
    batches = iter(lambda: (x, y), None)
    assert model.evaluate_generator(batches, steps=1) == pytest.approx(want)
    np.testing.assert_array_equal(model.predict(x)[0], model.predict(X)[0])
    wrong = {"z": X}
    with pytest.raises((ValueError, KeyError), match="x"):
        model.predict(wrong)


def test_pictures_that_flow_end_their_epochs():
    """What `flow` returns is a `Sequence` with `next` as well: its length says how far to go."""
    pictures = np.random.default_rng(0).random((10, 4, 4, 3))
    flow = keras.preprocessing.image.ImageDataGenerator().flow(pictures, np.eye(2)[[0, 1] * 5], 4)
    model = keras.models.Sequential(
        [keras.layers.Flatten(input_shape=(4, 4, 3)), keras.layers.Dense(2)]
    )
    model.compile("sgd", "mse")
    history = model.fit_generator(flow, epochs=2, verbose=0, workers=2, validation_data=flow)
    assert (history.epoch, history.params["steps"]) == ([0, 1], 3)
    assert model.predict_generator(flow).shape == (10, 2)


def test_the_seed_of_numpy_fixes_weights_dropout_and_order(monkeypatch):
    monkeypatch.setattr(chance, "is_seeded", lambda: False)  # by whatever test ran before

    def trained(seed):
        np.random.seed(seed)
        layer = keras.layers
        model = keras.models.Sequential(
            [layer.Dense(4, input_dim=3), layer.Dropout(0.5), layer.Dense(1)]
        )
        model.compile("sgd", "mse")
        model.fit(X, X[:, :1], batch_size=2, epochs=2, verbose=0)
        return model.get_weights()

    first, again, other = trained(7), trained(7), trained(8)
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert (first[0] != other[0]).all()


def test_a_seed_that_is_given_leaves_numpys_as_it_is(monkeypatch):
    monkeypatch.setattr(chance, "is_seeded", lambda: False)
    np.random.seed(3)
    expected = np.random.rand()
    np.random.seed(3)
    keras.initializers.orthogonal(seed=7)(shape=(4, 2))
    assert np.random.rand() == expected
